"""Sentences in which some words are strong: written as text, and taken apart for the page."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_OPEN, _CLOSE = "\x02", "\x03"
_PIECES: Final = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
QUOTED_AT_MOST: Final = 160


class Piece(NamedTuple):
    """Some words of a sentence."""

    text: str
    is_strong: bool = False


def strong(words: str) -> str:
    """Words that stand out."""
    return f"{_OPEN}{words.replace(_OPEN, '').replace(_CLOSE, '')}{_CLOSE}"


def quoted(words: str) -> str:
    """What somebody wrote, within a sentence."""
    told = " ".join(words.replace(_OPEN, "").replace(_CLOSE, "").split())
    return f"“{told if len(told) <= QUOTED_AT_MOST else told[: QUOTED_AT_MOST - 1] + '…'}”"


def pieces(text: str) -> list[Piece]:
    """A text as the page shows it."""
    return [Piece(part, bool(at % 2)) for at, part in enumerate(_PIECES.split(text)) if part]


def plain(text: str) -> str:
    """The same without anything standing out."""
    return _PIECES.sub(r"\1", text)


def sentence(text: str) -> str:
    """With a capital at its beginning and one full stop at its end."""
    text = text.strip()
    at = next((place for place, letter in enumerate(text) if letter not in (_OPEN, "“")), 0)
    text = text[:at] + text[at : at + 1].upper() + text[at + 1 :]
    return text if plain(text)[-1:] in ".!?" or plain(text).endswith((".”", "!”", "?”")) else f"{text}."
