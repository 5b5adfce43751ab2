"""Long texts in parts that are kept once, whoever needs them, and packed.

A text is cut where a list goes on, and where an agent's bindings begin, and what decides is what stands there: of two
texts that are nearly the same, nearly all parts are the same. The parts one after the other are the text, byte for
byte.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

DIGEST_BYTES: Final = 32
LEAST, MOST, EVERY = 8 * 1024, 64 * 1024, 64
"""Bytes that a part has at least, unless an agent ends, and about at most; and of how many places one is cut at."""
PLACES: Final = re.compile(rb'[}\]],(?=[{\[])|,(?="[^"\\]{1,80}":\{"agent":")')
"""Between two things of a list, and before an agent's bindings (see `ReleaseDocument.canonical`)."""


def cut(text: bytes) -> Iterator[bytes]:
    """The parts of a text, in their order; none of an empty one."""
    start = last = 0
    for place in PLACES.finditer(text):
        end = place.end()
        size = end - start
        is_agent = text[end] == ord('"')
        if is_agent or size > MOST or (size >= LEAST and not zlib.crc32(text[last:end]) % EVERY):
            yield text[start:end]
            start = end
        last = end
    if start < len(text):
        yield text[start:]


def digest_of(part: bytes) -> bytes:
    """What names a part."""
    return sha256(part).digest()


def pack(part: bytes) -> bytes:
    """The part as it is kept."""
    return zlib.compress(part, 6)


def unpack(packed: bytes) -> bytes:
    """The inverse of :func:`pack`. Raises zlib.error."""
    return zlib.decompress(packed)


def digests_in(names: bytes) -> list[bytes]:
    """What names each part of a text, from all of it in one."""
    return [names[start : start + DIGEST_BYTES] for start in range(0, len(names), DIGEST_BYTES)]
