"""Characters that have no business in a text, and finding them wherever they are in a document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from contracts.findings import Path

# Control characters (but not tab and line ends), halves of surrogate pairs, characters that turn the
# direction of the text around them (https://www.unicode.org/reports/tr9/#Explicit_Directional_Overrides) and
# the two non-characters that XML forbids.
_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)


# What ends a line, and what looks like a space and is none.
_NOT_IN_A_LINE = re.compile("[\t-\r\x1c-\x1e\x85\xa0\u2007\u2028\u2029\u202f]")


# How JSON writes the control characters among them.
_ESCAPED = re.compile(r"\\[ubf]")


def all_fit(json: str) -> bool:
    """Whether JSON plainly holds no such character, at one look; False where it takes a closer one."""
    return json.isprintable() and not _ESCAPED.search(json)


def unfit_character(text: str) -> str:
    """The first character that may not stand in a text, by code and name: ``U+202E RIGHT-TO-LEFT
    OVERRIDE``."""
    if text.isprintable():  # quick, and true of nearly every text
        return ""
    match = _UNFIT.search(text)
    return described(match[0]) if match else ""


def unfit_in_line(text: str) -> str:
    """The first character that may not stand in a text of one line, by code and name: tabs, line ends and
    spaces that do not break are none of it either."""
    if text.isprintable():
        return ""
    if character := unfit_character(text):
        return character
    match = _NOT_IN_A_LINE.search(text)
    return described(match[0]) if match else ""


def folded(text: str) -> str:
    """The text as one searches for it: compatible forms composed (NFKC), small letters, and one form each of sigma
    and of the sharp s. PostgreSQL has the same as ``auren_folded``."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).lower().replace("ς", "σ").replace("ß", "ss")


def described(character: str) -> str:
    """A character that cannot be shown, by its code and, where it has one, its name."""
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X}{' ' if name else ''}{name}"


def walk(value: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text in plain nested data, keys included, with where it stands."""
    stack: list[tuple[Path, object]] = [(path, value)]
    while stack:
        place, item = stack.pop()
        if isinstance(item, str):
            yield place, item
        elif isinstance(item, Mapping):
            stack += [(place, key) for key in item]
            stack += [((*place, str(key)), inner) for key, inner in item.items()]
        elif isinstance(item, Sequence):
            stack += [((*place, index), inner) for index, inner in enumerate(item)]
