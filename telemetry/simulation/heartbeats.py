"""Heart-rate variability from real heartbeats: times between them, resampled in short stretches."""

from __future__ import annotations

import random
from functools import lru_cache
from itertools import accumulate, pairwise
from math import sqrt
from pathlib import Path
from typing import Final

STRETCH: Final = 40
"""Heartbeats that stay together, about half a minute: longer ones would repeat too little, shorter ones too much."""
STRETCHES: Final = 10
"""In a measurement, which so lasts about five minutes."""


class Heartbeats:
    """A series of intervals between normal heartbeats, in milliseconds."""

    def __init__(self, intervals: list[int]) -> None:
        if len(intervals) <= STRETCH:
            raise ValueError(f"expected more than {STRETCH} intervals")
        squares = [(after - before) ** 2 for before, after in pairwise(intervals)]
        self._sums = [0, *accumulate(squares)]
        self.usual = self._rmssd([(0, len(squares))])

    def rmssd(self, chance: random.Random) -> float:
        """The RMSSD of about five minutes made of stretches of the series; their seams do not count.

        It is the root of the mean of squared differences: times stretched twofold have twice the RMSSD.
        """
        last = len(self._sums) - 1 - STRETCH
        starts = [int(chance.random() * (last + 1)) for _ in range(STRETCHES)]
        return self._rmssd([(start, start + STRETCH) for start in starts])

    def _rmssd(self, spans: list[tuple[int, int]]) -> float:
        total = sum(self._sums[end] - self._sums[start] for start, end in spans)
        return sqrt(total / sum(end - start for start, end in spans))


@lru_cache(maxsize=4)
def read_heartbeats(path: Path) -> Heartbeats:
    """From a text file of whole numbers. Raises OSError and ValueError."""
    return Heartbeats([int(word) for word in path.read_text(encoding="ascii").split()])
