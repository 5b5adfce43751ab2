"""Which stretch of time a page is about."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from contracts.evaluation import SECOND
from jobs.database_clock import database_clock

time = database_clock.time

DAY = 86_400
CHOICES = ((1, "1 day"), (7, "7 days"), (30, "30 days"), (90, "90 days"))
USUAL = 30
_FAR = 253_402_300_799  # the last second of the year 9999


@dataclass(frozen=True, slots=True)
class Span:
    """From and to, in whole seconds since 1970. ``days`` is how it was asked for; None for two ends."""

    start: int
    end: int
    days: int | None = None

    @property
    def micros(self) -> tuple[int, int]:
        """Both ends as they are stored."""
        return self.start * SECOND, self.end * SECOND

    @property
    def query(self) -> str:
        """The beginning of an address that asks for the same."""
        return f"days={self.days}&" if self.days else f"from={self.start}&to={self.end}&"


def span_of(query: QueryDict, now: float | None = None) -> Span:
    """What an address asks for: ``days`` back from now, or ``from`` and ``to`` where somebody looks closer."""
    end = int(time() if now is None else now) + 1
    start, stop = _whole(query.get("from")), _whole(query.get("to"))
    if start is not None and stop is not None and start < stop:
        return Span(start, stop)
    days = _whole(query.get("days"))
    chosen = days if days in dict(CHOICES) else USUAL
    return Span(end - chosen * DAY, end, chosen)


def _whole(text: str | None) -> int | None:
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 12:
        return None
    return min(int(text), _FAR)
