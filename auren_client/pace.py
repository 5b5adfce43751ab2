"""When to ask again: at a steady pace, spread by chance, and ever more rarely while there is no answer."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

JITTER = 0.1
"""A wait is up to this much longer or shorter, so that many agents do not ask in step."""
LONGEST_ASKED = 300.0
"""The longest wait a server may ask for by Retry-After."""


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
