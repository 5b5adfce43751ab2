"""What may be a user id, for every door: refused with a code, or kept as it is, to the byte.

Nothing is ever stripped or folded: an id that one door changed and another did not would be two people.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from django.conf import settings

from contracts.patterns import compile_pattern
from telemetry.models.series import NAME

PROBLEMS: Final = {
    "missing_key": "Say who was measured.",
    "text_expected": "A user id is a text.",
    "too_long": f"A user id has at most {NAME} characters.",
    "invalid_text": (
        "A user id has no blanks around it, and no line ends, control, invisible or direction-changing characters."
    ),
    "raw_identifier": "This looks like a name, an e-mail address, or a telephone or national number.",
}
HINTS: Final = {
    "raw_identifier": "Send an id that means nothing outside; AUREN_USER_ID_PATTERN allows a kind of ids all the same."
}

_USUAL: Final = re.compile(r"(?=[0-9_-]*[A-Za-z])[A-Za-z0-9]+(?:[_-][A-Za-z0-9]+)*")
"""What nearly all pseudonyms look like, UUIDs too: nothing of it can look like anything else."""
_INVISIBLE: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0]")
"""Those that Python calls printable, of https://www.unicode.org/reports/tr44/#Default_Ignorable_Code_Point; and an
empty braille cell."""
_UNKEEPABLE: Final = re.compile("[\0\ud800-\udfff]")

_MAIL: Final = re.compile(
    r"[^@\s]@(?:[^@\s]+\.(?:[^\W\d_]{2,}|xn--[a-z0-9-]+)|\[[0-9a-f.:]+\])", re.IGNORECASE
)
_AT: Final = re.compile(r"\s*[(\[{<]\s*at\s*[)\]}>]\s*", re.IGNORECASE)
_DOT: Final = re.compile(r"\s*[(\[{<]\s*dot\s*[)\]}>]\s*", re.IGNORECASE)
_DASHES: Final = re.compile("[\u2010-\u2015\u2212]")

_SCHEME: Final = re.compile(r"(?:tel|phone|mobile|sms|callto|whatsapp)\s*[:.=]?\s*", re.IGNORECASE)
_GAPS: Final = " ()./-"
_PLUS: Final = re.compile(r"(?<![0-9A-Za-z])\+ ?[0-9(](?:[ ()./-]*[0-9]){6,}")
_NUMBER: Final = re.compile(r"[0-9(][0-9 ()./-]*[0-9]")
_GROUPS: Final = re.compile(r"\(?[0-9]{1,5}\)?(?:(?:[ ./-]|\) ?)\(?[0-9]{2,5}\)?){2,}")
"""Three groups of digits or more, as numbers are written to be read: 212-555-0123, 123-45-6789, 612 345 678."""
_TWO_GROUPS: Final = re.compile(r"[0-9]{3,6} [0-9]{4,8}|\([0-9]{2,5}\) ?[0-9]{3,5}[ .-]?[0-9]{2,5}")
_PAIRS: Final = re.compile(r"[0-9]{2}(?: [0-9]{2}){3}|[0-9]{4} [0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{3}")
"""Numbers of eight digits, as they are written in Denmark, Norway and Singapore."""
_LEAST, _MOST = 10, 15
"""Digits of a telephone number with its area or country (E.164 has at most 15)."""

_LETTER: Final = r"[^\W\d_]"
_WORD: Final = re.compile(rf"{_LETTER}+(?:['\u2019\u02bc-]{_LETTER}+)*")
_BETWEEN_WORDS: Final = re.compile(r"[ ,.+]+")
_INITIAL: Final = re.compile(rf"(?<![\w]){_LETTER}\.")
_BORN: Final = re.compile(r"[ ,;(*]+[0-9][0-9./-]*\)?$")
"""A date or a number after a name."""


@lru_cache(maxsize=65_536)
def problem_with(user: str) -> str:
    """The code of what is wrong with a user id; "" for nothing."""
    if not user or user.isspace():
        return "missing_key"
    if len(user) > NAME:
        return "too_long"
    if _USUAL.fullmatch(user):
        return ""
    if not user.isprintable() or user[0] == " " or user[-1] == " " or _INVISIBLE.search(user):
        return "invalid_text"
    if not tells_who(user) or _is_allowed(user):
        return ""
    return "raw_identifier"


def can_be_kept(user: str) -> bool:
    """Whether a database could hold it: under rules of an earlier time it may, whatever is wrong with it now."""
    return bool(user) and len(user) <= NAME and not _UNKEEPABLE.search(user)


def _is_allowed(user: str) -> bool:
    pattern = settings.USER_ID_PATTERN
    return bool(pattern) and compile_pattern(pattern).matches(user)


def tells_who(user: str) -> bool:
    """Whether it looks like a name, an e-mail address or somebody's number, however it is written."""
    text = _plain(user)
    return bool(_MAIL.search(text)) or _is_number(text) or _is_name(text)


def _plain(user: str) -> str:
    """As a person would read it: decoded, in plain digits, hyphens and blanks."""
    text = user
    for _ in range(3):
        if "%" in text:
            text = unquote(text)
    if "&" in text:
        text = html.unescape(text)
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    if not text.isascii():
        text = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    return _DOT.sub(".", _AT.sub("@", text)).strip()


def _is_number(text: str) -> bool:
    """A telephone number, or one by which a state or an insurer knows somebody.

    Digits alone are one from ten to fifteen, from nine with a zero before them, and from eleven with two; shorter
    and longer ones, and those with more zeros before them, are counters: many ids are such.
    """
    if _PLUS.search(text):
        return True
    scheme = _SCHEME.match(text)
    bare = text[scheme.end() :] if scheme else text
    if not _NUMBER.fullmatch(bare):
        return False
    digits = "".join(filter(str.isdigit, bare))
    if digits == bare:
        return (bool(scheme) and len(digits) >= 7) or _dialled(digits)
    if any(pattern.fullmatch(bare) for pattern in (_TWO_GROUPS, _PAIRS)):
        return len(digits) >= 8
    if _GROUPS.fullmatch(bare):
        return len(digits) >= 9
    return bool(scheme) or (bare.lstrip("(").startswith("0") and len(digits) >= _LEAST)


def _dialled(digits: str) -> bool:
    """Whether digits alone may be a number that somebody has."""
    zeros = len(digits) - len(digits.lstrip("0"))
    least = {0: _LEAST, 1: _LEAST - 1, 2: _LEAST + 1}.get(zeros)
    return least is not None and least <= len(digits) <= _MOST + zeros


def _is_name(text: str) -> bool:
    """Two words or more with capitals, or one and an initial with its dot."""
    words = [word for word in _BETWEEN_WORDS.split(_BORN.sub("", text)) if word]
    if len(words) < 2 or not all(map(_WORD.fullmatch, words)):
        return False
    capitals = [word for word in words if word[0].isupper()]
    long = sum(len(word) > 1 for word in capitals)
    return long >= 2 or (long == 1 and len(capitals) > 1 and bool(_INITIAL.search(text)))
