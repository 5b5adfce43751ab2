"""How inboxes are answered, in numbers: each process counts its own, and `/metrics/process` has the sum of all.

To count by `prometheus_client` takes microseconds, since processes share what they count by files; a poll takes some
tens of them. So polls that memory answers are only numbered, and the keeper writes down how many there were.
"""

from __future__ import annotations

from itertools import count
from typing import Final

from prometheus_client import Counter, Histogram

_POLLS = Counter(
    "auren_inbox_polls",
    "Polls of inboxes: those that memory answered, and those that Django did.",
    ["answered_by"],
)
BY_DJANGO: Final = _POLLS.labels("django")
_BY_MEMORY: Final = _POLLS.labels("memory")
LOOKS: Final = Histogram(
    "auren_inbox_look_duration_seconds",
    "How long a look of a process for what changed about the inboxes it holds took, also one that failed.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0),
)
FAILURES: Final = Counter(
    "auren_inbox_look_failures", "Looks that failed; Django answers until one succeeds."
)
AGES: Final = Histogram(
    "auren_inbox_held_age_seconds",
    "How old the inboxes a process holds had become when a look confirmed them; from 1 on Django answers.",
    buckets=(0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 10.0),
)


class Numbered:
    """How often something happened. Any thread may add to it without a lock: it is one step, or Python's own."""

    def __init__(self) -> None:
        numbers = count()
        self.add = numbers.__next__
        """One more."""
        self._told = 0

    def take(self) -> int:
        """How often it was since this was asked last. One thread asks."""
        number = self.add()
        new, self._told = number - self._told, number + 1
        return new


FROM_MEMORY: Final = Numbered()
"""Polls that memory answered, of which nobody has been told yet."""


def tell() -> None:
    """Have those be counted that memory answered since the last time."""
    _BY_MEMORY.inc(FROM_MEMORY.take())
