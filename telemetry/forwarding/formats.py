"""Samples as the other side reads them: lines of text with their time, or Prometheus remote write 1.0.

https://docs.victoriametrics.com/victoriametrics/#how-to-import-data-in-prometheus-exposition-format
https://prometheus.io/docs/specs/prw/remote_write_spec/
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from zlib import MAX_WBITS, compressobj

from telemetry.exposition.lines import encoded, number, prefix
from telemetry.forwarding.samples import Sample

TEXT_PATH: Final = "/import/prometheus"
"""How an address ends that takes text."""
GZIP_LEVEL = 1
_LITERAL = 65536
"""Bytes of one piece of a Snappy block."""


@dataclass(frozen=True, slots=True)
class Body:
    """What is posted."""

    content: bytes
    headers: dict[str, str]


def as_text(samples: Iterable[Sample]) -> Body:
    """A line for each, gzipped."""
    lines = [
        encoded(prefix(one.metric, **one.labels)) + number(one.value) + b" %d\n" % one.at for one in samples
    ]
    packer = compressobj(GZIP_LEVEL, wbits=16 + MAX_WBITS)
    content = packer.compress(b"".join(lines)) + packer.flush()
    return Body(content, {"Content-Type": "text/plain; version=0.0.4", "Content-Encoding": "gzip"})


def as_remote_write(samples: Iterable[Sample]) -> Body:
    """A `WriteRequest` of protobuf in a block of Snappy."""
    content = snappy(b"".join([_field(1, _series(one)) for one in samples]))
    return Body(
        content,
        {
            "Content-Type": "application/x-protobuf",
            "Content-Encoding": "snappy",
            "X-Prometheus-Remote-Write-Version": "0.1.0",
        },
    )


def _series(sample: Sample) -> bytes:
    """Labels in the order of their names; one that is empty is as good as none, and may not be sent."""
    labels = sorted({"__name__": sample.metric, **sample.labels}.items())
    pairs = [_field(1, encoded(name)) + _field(2, encoded(value)) for name, value in labels if value]
    value = b"\x09" + struct.pack("<d", sample.value) + b"\x10" + _varint(sample.at)
    return b"".join([_field(1, pair) for pair in pairs]) + _field(2, value)


def _field(number: int, content: bytes) -> bytes:
    """A field of bytes: https://protobuf.dev/programming-guides/encoding/."""
    return bytes((number << 3 | 2,)) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    value &= 0xFFFF_FFFF_FFFF_FFFF
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def snappy(data: bytes) -> bytes:
    """A block that any reader of Snappy takes, of literal pieces only: nothing is made smaller.

    https://github.com/google/snappy/blob/main/format_description.txt
    """
    pieces = [_varint(len(data))]
    for start in range(0, len(data), _LITERAL):
        piece = data[start : start + _LITERAL]
        pieces += [b"\xf4", struct.pack("<H", len(piece) - 1), piece]  # a length of two bytes follows
    return b"".join(pieces)
