"""How a single value is written in YAML, so that readers of YAML 1.1 and of 1.2 read the same."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from contracts.decimals import plain as plain_number
from contracts.yamlnodes import Plain

# Begins with a letter, so it is no number, date, indicator or alias; holds no `: `, no ` #` and no quotes.
# Or a length of time, such as `10m`.
_PLAIN = re.compile(r"[^\W\d_](?:[\w ./%()+,;&'–-]*[\w.%)+'])?|[1-9][0-9]*[smhdw]")
# What YAML 1.1 or 1.2 takes for true, false or null.
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_INTEGER_KEY = re.compile(r"0|[1-9][0-9]{0,17}")
LONGEST_KEY = 1000
"""libyaml reads keys of up to 1,024 characters; longer ones need the form `? key`."""


def scalar(value: Any, indent: int = 2) -> str:
    """The value's text; further lines of it are indented. Raises TypeError for what YAML has no words for."""
    if isinstance(value, Plain):
        return _as_it_was(value)
    if isinstance(value, str):
        return text(value, indent)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list):
        return "[]"
    raise TypeError(f"{type(value).__name__} cannot be written as YAML")


@lru_cache(maxsize=4096)
def key_text(key: str) -> str:
    """A key, on one line. Whole numbers stay bare: they are the steps of a scale, and written like that."""
    return key if is_plain(key) or _INTEGER_KEY.fullmatch(key) else quoted(key)


def text(value: str, indent: int = 2) -> str:
    """A text: bare where that is safe, as lines of its own where it has several, in quotes otherwise."""
    if "\n" not in value:
        return _line(value) if len(value) <= _SHORT else _one_line(value)
    if _has_tidy_lines(value):
        margin = " " * indent
        lines = [margin + line if line else "" for line in value.removesuffix("\n").split("\n")]
        return "\n".join(["|" if value.endswith("\n") else "|-", *lines])
    return quoted(value)


_SHORT = 100
"""Characters of a text that is likely to occur again, as names, conditions and lengths of time do."""


def _one_line(value: str) -> str:
    return value if is_plain(value) else quoted(value)


_line = lru_cache(maxsize=16_384)(_one_line)


def is_plain(value: str) -> bool:
    """Whether every reader reads the bare text as this text."""
    return bool(_PLAIN.fullmatch(value)) and value.lower() not in _WORDS and value.isprintable()


def quoted(value: str) -> str:
    """The text in double quotes, or in single ones where that saves backslashes."""
    if ("\\" in value or '"' in value) and "'" not in value and value.isprintable():
        return f"'{value}'"
    double = json.dumps(value, ensure_ascii=False)
    return double if double.isprintable() else "".join(map(_visible, double))


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _has_tidy_lines(value: str) -> bool:
    """Whether the text can be written line by line without losing a blank."""
    lines = value.removesuffix("\n").split("\n")
    return (
        len(lines) > 1
        and bool(lines[0])
        and bool(lines[-1])
        and not lines[0].startswith(" ")
        and all(line.isprintable() and not line.endswith(" ") for line in lines)
    )


def _as_it_was(value: Plain) -> str:
    """A bare scalar of a file, which stays bare: quotes would turn a number or a date into a text."""
    return str(value) if value.isprintable() and value else quoted(value)


def _float(value: float) -> str:
    digits = repr(value)
    # YAML 1.1 reads an exponent only behind a point.
    return digits.replace("e", ".0e") if "e" in digits and "." not in digits else digits
