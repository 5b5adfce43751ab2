"""The values of one series so far: what changes over time ("drop >= 10% over 7d") are told from."""

from __future__ import annotations

from bisect import bisect_left
from decimal import Decimal
from functools import reduce

from contracts.decimals import EXACT, Number, exact
from contracts.evaluation import SECOND, Evaluator, History

MOST = 10_000
"""How many values of a series are remembered; the oldest are forgotten."""


class Past:
    """Values by their time, each time once. Late ones find their place."""

    __slots__ = ("_times", "_values")

    def __init__(self) -> None:
        self._times: list[int] = []
        self._values: list[Decimal] = []

    def add(self, at: int, value: Number, window: int) -> None:
        """Remember a value; another one of the same time is replaced. Forget what no window reaches any more."""
        place = bisect_left(self._times, at)
        if place < len(self._times) and self._times[place] == at:
            self._values[place] = exact(value)
            return
        self._times.insert(place, at)
        self._values.insert(place, exact(value))
        oldest = bisect_left(self._times, self._times[-1] - window * SECOND)
        stale = max(oldest, len(self._times) - MOST)
        del self._times[:stale], self._values[:stale]

    def before(self, at: int) -> History:
        """The sum and the number of values in a window that ends just before a moment."""
        end = bisect_left(self._times, at)

        def window(seconds: int) -> tuple[Number, int]:
            begin = bisect_left(self._times, at - seconds * SECOND)
            return reduce(EXACT.add, self._values[begin:end], Decimal(0)), end - begin

        return window


def longest_window(judge: Evaluator) -> int:
    """The longest window that the binding's triggers look back over, in seconds; 0 where none does."""
    conditions = [
        condition for rule in judge.rules for condition in (rule.condition, rule.recovery) if condition
    ]
    changes = [change for condition in conditions for change in condition.changes]
    return max((change.window.seconds for change in changes), default=0)
