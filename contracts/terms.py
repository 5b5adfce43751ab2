"""The three kinds of terms a condition is made of: a comparison, an interval, a change over time."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from contracts.decimals import EXACT, plain
from contracts.durations import Duration
from contracts.intervals import EMPTY, IntervalSet

Operator = Literal["<", "<=", ">", ">=", "==", "!="]
Direction = Literal["drop", "rise"]
ChangeOperator = Literal[">", ">="]

OPERATORS: Final = ("<", "<=", ">", ">=", "==", "!=")
CHANGE_OPERATORS: Final = (">", ">=")
DIRECTIONS: Final = ("drop", "rise")


@dataclass(frozen=True, slots=True)
class Comparison:
    """The value compared with a number: `< 20`."""

    operator: Operator
    number: Decimal

    def __post_init__(self) -> None:
        if self.operator not in OPERATORS or not self.number.is_finite():
            raise ValueError(f"not a comparison: {self.operator} {self.number}")

    @property
    def values(self) -> IntervalSet:
        """The values for which it is true."""
        match self.operator:
            case "<" | "<=":
                return IntervalSet.below_number(self.number, closed=self.operator == "<=")
            case ">" | ">=":
                return IntervalSet.above_number(self.number, closed=self.operator == ">=")
            case "==":
                return IntervalSet.between(self.number, self.number)
            case _:
                return ~IntervalSet.between(self.number, self.number)

    def explain(self, unit: str = "") -> str:
        """In words: "below 20 ms"."""
        return self.values.explain(unit)

    def __str__(self) -> str:
        return f"{self.operator} {plain(self.number)}"


@dataclass(frozen=True, slots=True)
class Between:
    """The value in an interval that includes both ends: `80..89`."""

    low: Decimal
    high: Decimal

    def __post_init__(self) -> None:
        if not self.low <= self.high:  # a NaN fails, too
            raise ValueError(f"not an interval: {self.low}..{self.high}")

    @property
    def values(self) -> IntervalSet:
        """The values for which it is true."""
        return IntervalSet.between(self.low, self.high)

    def explain(self, unit: str = "") -> str:
        """In words: "80 to 89 %"."""
        return self.values.explain(unit)

    def __str__(self) -> str:
        return f"{plain(self.low)}..{plain(self.high)}"


@dataclass(frozen=True, slots=True)
class Change:
    """The value compared with the mean of its own series over a window that ends just before it.

    `drop >= 10% over 7d` is true when `(mean - value) / |mean| * 100 >= 10`. The change is relative to the
    size of the mean, so that a drop is a move downwards for negative means as well.
    """

    direction: Direction
    operator: ChangeOperator
    percent: Decimal
    window: Duration

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS or self.operator not in CHANGE_OPERATORS:
            raise ValueError(f"not a change: {self.direction} {self.operator}")
        if not self.percent >= 0 or not self.window.seconds:
            raise ValueError("a change needs a percentage of at least 0 and a window longer than 0")

    @property
    def values(self) -> IntervalSet:
        """A change says nothing about a value alone."""
        return EMPTY

    def holds(self, value: Decimal, mean: Decimal | None) -> bool:
        """Whether the value has changed enough; without a mean, or from a mean of zero, it never has."""
        if not mean:
            return False
        moved = EXACT.subtract(mean, value) if self.direction == "drop" else EXACT.subtract(value, mean)
        # Multiplied out, because a division would have to be rounded.
        moved, limit = EXACT.multiply(moved, Decimal(100)), EXACT.multiply(self.percent, EXACT.abs(mean))
        return moved >= limit if self.operator == ">=" else moved > limit

    def explain(self, unit: str = "") -> str:
        """In words: "a drop of at least 10 % over 7 days". The unit plays no part in a percentage."""
        size = "at least" if self.operator == ">=" else "more than"
        return f"a {self.direction} of {size} {plain(self.percent)} % over {self.window.words()}"

    def __str__(self) -> str:
        return f"{self.direction} {self.operator} {plain(self.percent)}% over {self.window}"


Term = Comparison | Between | Change
