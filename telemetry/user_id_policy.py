"""Ids of people: what may be one, and what looks as if it told who somebody is."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from contracts.texts import unfit_character
from telemetry.models.series import NAME

_MAIL: Final = re.compile(r"[^@\s]@[^@\s]+\.[^\W\d_]{2,}")
_NUMBER: Final = re.compile(r"(?:tel:)?\s*(?P<international>\+|00)?(?P<rest>[0-9(][0-9 ()./-]{5,}[0-9])")
_AMERICAN: Final = re.compile(r"(?:\+?1[ .-])?\(?[2-9][0-9]{2}\)?[ .-] ?[0-9]{3}[ .-][0-9]{4}")
PROBLEMS: Final = {
    "missing_key": "Say who was measured.",
    "text_expected": "A user id is a text.",
    "too_long": f"A user id has at most {NAME} characters.",
    "invalid_text": "The user id holds a character that cannot be kept.",
    "raw_identifier": "This looks like an e-mail address or a telephone number.",
}


@lru_cache(maxsize=65_536)
def problem_with(user: str) -> str:
    """The code of what is wrong with a user id; "" for nothing."""
    if not user or user.isspace():
        return "missing_key"
    if len(user) > NAME:
        return "too_long"
    if unfit_character(user):
        return "invalid_text"
    return "raw_identifier" if tells_who(user) else ""


def tells_who(user: str) -> bool:
    """Whether it looks like an e-mail address or a telephone number, however it is written."""
    text = unicodedata.normalize("NFKC", user).strip()
    return bool(_MAIL.search(text)) or _is_phone(text)


def _is_phone(text: str) -> bool:
    """A number with a plus, or one with gaps that begins with a zero and is long enough.

    Digits alone say nothing: many ids are such. Codes like 0101-00012 are ids of studies.
    """
    if _AMERICAN.fullmatch(text):
        return True
    match = _NUMBER.fullmatch(text.lower())
    if match is None:
        return False
    digits = sum(char.isdigit() for char in text)
    has_gaps = any(char in " ()./-" for char in match["rest"].strip())
    if match["international"] == "+":
        return digits >= 7
    begins = match["international"] == "00" or match["rest"].lstrip("(").startswith("0")
    return begins and (has_gaps or text.lower().startswith("tel:")) and digits >= 10
