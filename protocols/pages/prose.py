"""How the pages about runs say times, lengths and what was done, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.utils.timezone import localtime

from contracts.durations import LONGEST_SECONDS, UNIT_SECONDS, Duration
from contracts.evaluation import SECOND, moment

SEVERITY_WORDS: Final = {1: "elevated", 2: "warning", 3: "critical"}
SEVERITY_KINDS: Final = {1: "info", 2: "warning", 3: "critical"}
_UNITS: Final = tuple(UNIT_SECONDS[unit] for unit in "dhms")

_IRREGULAR: Final = {
    "ask": "asked", "begin": "began", "bring": "brought", "cancel": "cancelled", "cut": "cut", "find": "found",
    "flag": "flagged", "give": "gave", "have": "had", "hold": "held", "keep": "kept", "let": "let", "log": "logged",
    "make": "made", "plan": "planned", "put": "put", "read": "read", "refer": "referred", "run": "ran", "send": "sent",
    "set": "set", "skip": "skipped", "stop": "stopped", "take": "took", "tell": "told", "withdraw": "withdrew",
    "write": "wrote",
}  # fmt: skip
_REGULAR: Final = frozenset(
    "accept add adjust advise alert allow apply arrange assess avoid book call change check confirm contact"
    " continue delay end enable estimate extend follow halt hand increase inform invite limit look lower mark measure"
    " monitor move notify offer order pause postpone prepare propose prompt raise recalculate recommend record reduce"
    " remind remove repeat replace report request require reschedule restrict resume review schedule"
    " shorten show start suggest suspend switch train trigger turn update verify wait warn".split()
)
"""Verbs whose past is made by rule; another first word may be no verb at all, so it is quoted as it is."""


def length(microseconds: int) -> str:
    """A length of time for a sentence: "40 seconds", "1 hour 5 minutes"."""
    seconds = min(max(microseconds, 0) // SECOND, LONGEST_SECONDS)
    if seconds < 1:
        return "less than a second"
    return " ".join(Duration(part).words() for part in _parts(seconds))


def _parts(seconds: int) -> list[int]:
    """The largest unit, and the next one where the largest alone would be coarse."""
    at = next(index for index, size in enumerate(_UNITS) if seconds >= size)
    size = _UNITS[at]
    whole, rest = seconds - seconds % size, seconds % size
    if size == 1 or seconds // size >= (2 if size == 60 else 10):
        return [whole]
    rest -= rest % _UNITS[at + 1]
    return [whole, rest] if rest else [whole]


def when(at: int) -> datetime:
    """Microseconds as the time that people's clocks show."""
    return localtime(moment(at))


def clock(at: int, beside: int | None = None, *, seconds: bool = False) -> str:
    """The time of day, with its date where that is another than the one of ``beside``."""
    told = when(at)
    time = f"{told:%H:%M:%S}" if seconds else f"{told:%H:%M}"
    if beside is None or when(beside).date() == told.date():
        return time
    year = f" {told:%Y}" if when(beside).year != told.year else ""
    return f"{time} on {told.day} {told:%b}{year}"


def day(at: int, now: int) -> str:
    """Which day it was: "today", "yesterday", "on 24 November"."""
    told, today = when(at), when(now)
    ago = (today.date() - told.date()).days
    if ago in (0, 1):
        return ("today", "yesterday")[ago]
    year = f" {told:%Y}" if told.year != today.year else ""
    return f"on {told.day} {told:%B}{year}"


def joined(some: Sequence[str]) -> str:
    """ "a, b and c"."""
    return " and ".join(filter(None, (", ".join(some[:-1]), some[-1]))) if some else ""


def spaced(name: str) -> str:
    """``reduce_training_intensity`` as it is read."""
    return name.replace("_", " ").strip()


def lowered(title: str) -> str:
    """A title within a sentence; "HRV" stays."""
    return title[:1].lower() + title[1:] if title[1:2].islower() or title[1:2] == " " else title


def done_words(title: str) -> str:
    """What somebody did, by what it is called: "reduced training intensity", or the name quoted as it is."""
    verb, _, rest = lowered(title).partition(" ")
    past = _IRREGULAR.get(verb) or (_past(verb) if verb in _REGULAR else "")
    return f"{past} {rest}".strip() if past else f"took the step “{lowered(title)}”"


def to_do(title: str) -> str:
    """The same behind "could not" or "has to": "reduce training intensity"."""
    verb = lowered(title).partition(" ")[0]
    return lowered(title) if verb in _IRREGULAR or verb in _REGULAR else f"take the step “{lowered(title)}”"


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return f"{verb}d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ied"
    return f"{verb}ed"
