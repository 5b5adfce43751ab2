"""A strict YAML reader that keeps the place of every key and value.

One pass over libyaml's events builds the tree and refuses, on the way, what a contract never needs and an
attacker likes:
deep nesting, many aliases, tags, the same key twice, hidden characters. (`yaml.load` with `CSafeLoader` dies
with a
segmentation fault on 60 KB of `[`, and takes the last of two equal keys without a word.)
"""

from __future__ import annotations

import codecs

from contracts.texts import described
from contracts.yamlbuilder import MAX_ALIASED_NODES, MAX_ALIASES, MAX_DEPTH, TreeBuilder
from contracts.yamlnodes import (
    INVALID_CHARACTER,
    Node,
    Plain,
    YamlError,
    YamlMapping,
    YamlSequence,
    YamlSource,
    paused_gc,
    resolve,
    text_problem,
)

__all__ = [
    "MAX_ALIASED_NODES",
    "MAX_ALIASES",
    "MAX_BYTES",
    "MAX_DEPTH",
    "Node",
    "Plain",
    "YamlError",
    "YamlMapping",
    "YamlSequence",
    "YamlSource",
    "paused_gc",
    "read_yaml",
    "resolve",
    "text_problem",
]

MAX_BYTES = 8 * 1024 * 1024
"""How large a file may be where nobody says otherwise; commands and the server have limits of their own."""
TOO_LARGE = (
    "Split a registry into several files: docs/formats.md says how. Or raise the limit: AUREN_FILE_MAX_MIB for "
    "commands, AUREN_UPLOAD_MAX_MIB for the browser and the API."
)
BYTES_PER_VALUE = 8
"""A file of the full size may have one value for so many bytes. A registry has one for twelve."""

_CLEAN_ASCII = bytes(range(32, 127)) + b"\t\n\r"
_FOREIGN_BOMS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def read_yaml(data: str | bytes, *, file: str = "", max_bytes: int = MAX_BYTES) -> YamlSource:
    """Read one YAML document of at most ``max_bytes``. Raises YamlError.

    Up to 1,000 aliases that stand for up to 100,000 values in all are allowed, and so is the merge key `<<`.
    """
    text = decode(data, max_bytes)
    source = YamlSource(None, text=text, file=file)
    with paused_gc():
        source.root, source.start = TreeBuilder(source, max_bytes // BYTES_PER_VALUE).build()
    return source


def decode(data: str | bytes, max_bytes: int = MAX_BYTES) -> str:
    """The text of a file, without a byte order mark. Raises YamlError."""
    if len(data) > max_bytes or (
        isinstance(data, str) and len(data) > max_bytes // 4 and _size(data) > max_bytes
    ):
        limit = f"{max_bytes / 1024 / 1024:.0f} MiB" if max_bytes >= 1024 * 1024 else f"{max_bytes:,} bytes"
        raise YamlError("too_large", f"The file is too large. At most {limit} are read.", TOO_LARGE)
    text = _decode_bytes(data) if isinstance(data, bytes) else data
    text = text.removeprefix("\ufeff")
    if not _is_clean_ascii(text) and (bad := INVALID_CHARACTER.search(text)):
        line, column = YamlSource(None, text=text).place(bad.start())
        message = f"A text may not hold {described(bad[0])}."
        raise YamlError("invalid_text", message, "Delete the character.", line, column)
    return text


def _is_clean_ascii(text: str) -> bool:
    # Ten times faster than the regular expression, and true of nearly every file.
    return text.isascii() and not text.encode("ascii").translate(None, _CLEAN_ASCII)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _decode_bytes(data: bytes) -> str:
    hint = "Save the file as UTF-8."
    for mark, name in _FOREIGN_BOMS:
        if data.startswith(mark):
            raise YamlError("wrong_encoding", f"The file is {name}. Only UTF-8 is read.", hint, 1, 1)
    if b"\0" in data[:4]:
        raise YamlError(
            "wrong_encoding", "The file is not text, or not UTF-8. Only UTF-8 is read.", hint, 1, 1
        )
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line, column = YamlSource(None, text=before).place(len(before))
        message = f"The file is not UTF-8. Byte 0x{data[error.start]:02X} is no text in UTF-8."
        raise YamlError("wrong_encoding", message, hint, line, column) from None
