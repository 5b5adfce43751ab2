"""What came of one person's history: how long they were in each state, and how often at least at each severity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from contracts.evaluation import State, Transition

SEVERITIES = ("critical", "warning", "info")
"""The worst first; each stands for a state of this name or a worse one."""
STATES = (*SEVERITIES, "normal", "unknown")
_LEAST = (("critical", 3), ("warning", 2), ("info", 1))


@dataclass(slots=True)
class Reached:
    """How often somebody was at a severity or worse. Times are microseconds; ``first`` and ``last`` are when the
    first and the last of the episodes began, ``spans`` when each began and ended, in turn."""

    episodes: int = 0
    time: int = 0
    first: int | None = None
    last: int | None = None
    is_on: bool = False
    spans: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Course:
    """One person by one contract."""

    times: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    reached: dict[str, Reached] = field(default_factory=lambda: {word: Reached() for word in SEVERITIES})

    @property
    def is_affected(self) -> bool:
        """Whether the contract ever acts."""
        return bool(self.reached["info"].episodes)


def course(transitions: Sequence[Transition | tuple[int, State, State]], begins: int, until: int) -> Course:
    """What the transitions from a person's first value until a moment come to.

    An episode goes on while nothing is heard: losing data is no recovery. That time is unknown, and counts as such.
    """
    found = Course()
    number, word, since = -1, "unknown", begins
    for at, _, after, *_ in transitions:
        _stay(found, number, word, since, at)
        number, word, since = after.number, after.value, at
    _stay(found, number, word, since, until)
    for reached in found.reached.values():
        if reached.is_on:
            reached.spans.append(until)
    return found


def _stay(found: Course, number: int, word: str, since: int, until: int) -> None:
    length = max(until - since, 0)
    found.times[word] += length
    if number < 0:
        return
    for severity, least in _LEAST:
        reached = found.reached[severity]
        if number < least:
            if reached.is_on:
                reached.is_on = False
                reached.spans.append(since)
            continue
        if not reached.is_on:
            reached.is_on = True
            reached.episodes += 1
            reached.last = since
            reached.spans.append(since)
            if reached.first is None:
                reached.first = since
        reached.time += length
