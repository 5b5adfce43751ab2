"""Lengths of time: `30s`, `15m`, `12h`, `7d`, `2w`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Final

from contracts.tokens import ExpectationError, Tokens, shown

# Prometheus' own names of these units: https://prometheus.io/docs/prometheus/latest/querying/basics/
UNIT_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
# How people write them.
_WORDS: Final = {
    **dict.fromkeys(("sec", "secs", "second", "seconds"), "s"),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "m"),
    **dict.fromkeys(("hr", "hrs", "hour", "hours"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("week", "weeks"), "w"),
}
# Weeks are read, but written as days: "7d" is how people say it, and one length has one writing.
_WRITTEN: Final = (("d", "day"), ("h", "hour"), ("m", "minute"), ("s", "second"))
LONGEST_SECONDS: Final = 3650 * UNIT_SECONDS["d"]
_LONGEST_TEXT: Final = 50


class DurationError(ExpectationError):
    """A text is not a length of time."""


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A length of time in whole seconds, from 0 to ten years."""

    seconds: int

    def __post_init__(self) -> None:
        if not 0 <= self.seconds <= LONGEST_SECONDS:
            raise ValueError("a duration is between 0 seconds and 3650 days")

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read `7d`. Raises DurationError with the column and what was expected."""
        return _parsed(text)

    @property
    def timedelta(self) -> timedelta:
        """The same length for arithmetic with times."""
        return timedelta(seconds=self.seconds)

    def __str__(self) -> str:
        count, unit, _ = self._largest()
        return f"{count}{unit}"

    def words(self) -> str:
        """In words: "7 days", "1 hour"."""
        count, _, word = self._largest()
        return f"{count} {word}" if count == 1 else f"{count} {word}s"

    def _largest(self) -> tuple[int, str, str]:
        """The largest unit that divides the length: (count, unit, word)."""
        for unit, word in _WRITTEN:
            count, rest = divmod(self.seconds, UNIT_SECONDS[unit])
            if count and not rest:
                return count, unit, word
        return self.seconds, "s", "second"


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Duration:
    """Few lengths of time occur, each of them in thousands of bindings."""
    tokens = Tokens(text, DurationError, _LONGEST_TEXT)
    duration = read_duration(tokens)
    tokens.expect_end("the end of the duration")
    return duration


def read_duration(tokens: Tokens, *, words: bool = False) -> Duration:
    """Read a number and a unit of time from a longer text; with `words`, also "7 days"."""
    start = tokens.now
    kind, count, _ = tokens.take()
    if kind != "number" or not count.isdigit():
        tokens.fail('a length of time such as "7d"', start)
    unit = tokens.now[1]
    if words:
        unit = _WORDS.get(unit.lower(), unit)
    if unit not in UNIT_SECONDS:
        told = f"Behind {shown(count)} a unit of time is wanted: s, m, h, d or w, such as {shown(count)}d"
        tokens.fail("a unit of time: s, m, h, d or w", None, told)
    tokens.take()
    seconds = int(count) * UNIT_SECONDS[unit]
    if seconds > LONGEST_SECONDS:
        tokens.fail("at most 3650 days", start, "A length of time is at most 3650 days")
    return Duration(seconds)
