"""When to ask again: at a steady pace, spread by chance, and ever more rarely while there is no answer."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf

JITTER = 0.1
"""A wait is up to this much longer or shorter, so that many agents do not ask in step."""
LONGEST_ASKED = 300.0
"""The longest wait a server may ask for by Retry-After."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds: between two polls of the bindings, the longest wait between tries, until what is observed is sent, and
    between two polls of the inbox, once that was asked for."""

    poll_every: float = 5.0
    slowest: float = 60.0
    send_after: float = 1.0
    inbox_every: float = 1.0

    def __post_init__(self) -> None:
        waits = (self.poll_every, self.slowest, self.inbox_every)
        if not all(0 < wait < inf for wait in waits) or not 0 <= self.send_after < inf:
            raise ValueError("expected waits of more than 0 seconds")


@dataclass(slots=True)
class Pace:
    """Waits between requests, in seconds: ``every``, and up to ``slowest`` after failures in a row."""

    every: float
    slowest: float = 60.0
    chance: Callable[[], float] = random.random
    failures: int = field(default=0, init=False)

    def spread(self) -> float:
        """The first wait: anywhere within one period, since agents are often started together."""
        return self.every * self.chance()

    def after_answer(self) -> float:
        """The wait after an answer."""
        self.failures = 0
        return self.every * (1 - JITTER + 2 * JITTER * self.chance())

    def after_failure(self, asked: float = 0.0) -> float:
        """The wait after a failure: doubled each time, never shorter than usual, at least what was asked for."""
        self.failures += 1
        doubled = self.every * 2.0 ** min(self.failures - 1, 30)
        wait = min(doubled, max(self.slowest, self.every)) * (1 + 0.5 * self.chance())
        return max(wait, min(asked, LONGEST_ASKED))
