"""The values of one series so far: what changes over time ("drop >= 10% over 7d") are told from."""

from __future__ import annotations

import logging
from bisect import bisect_left

from contracts.decimals import EXACT, Number, exact
from contracts.evaluation import Evaluator, Series

MOST = 1_000_000
"""How many values of a series are remembered: one a second for eleven days. Of more, the oldest are forgotten."""

_log = logging.getLogger("auren_client")


class Past(Series):
    """Values by their time, each time once. Late ones find their place."""

    __slots__ = ("_complained",)

    def __init__(self) -> None:
        super().__init__()
        self._complained = False

    def remember(self, at: int, value: Number, oldest: int) -> None:
        """Remember a value; another one of the same time is replaced. Forget what is older than ``oldest``."""
        times, totals = self._times, self._totals
        place = bisect_left(times, at)
        if place == len(times):
            self.add(at, value)
        else:
            more = exact(value)
            if times[place] == at:
                more = EXACT.subtract(more, EXACT.subtract(totals[place + 1], totals[place]))
            else:
                times.insert(place, at)
                totals.insert(place + 1, totals[place])
            for later in range(place + 1, len(totals)):
                totals[later] = EXACT.add(totals[later], more)
        self._forget(bisect_left(times, oldest))

    def _forget(self, stale: int) -> None:
        times = self._times
        if len(times) > MOST:
            if not self._complained:
                _log.warning("More than %d values of a series in a window: the oldest are forgotten.", MOST)
            self._complained = True
            stale = max(stale, len(times) - MOST)
        if 2 * stale > len(times) or len(times) > MOST:  # half at once: moving the rest takes time
            del times[:stale], self._totals[:stale]


def longest_window(judge: Evaluator) -> int:
    """The longest window that the binding's triggers look back over, in seconds; 0 where none does."""
    conditions = [
        condition for rule in judge.rules for condition in (rule.condition, rule.recovery) if condition
    ]
    changes = [change for condition in conditions for change in condition.changes]
    return max((change.window.seconds for change in changes), default=0)
