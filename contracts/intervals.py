"""Sets of numbers made of intervals, with exact arithmetic.

A set is kept as the sorted places where one enters or leaves it. A place is a number and a side: just before
it (0) or just after it (1). `[80, 89]` is entered just before 80 and left just after 89; `(-inf, 20)` is
inside from the start and left just before 20. Because every place toggles, each set has exactly one such
form: equal sets are equal objects, the complement only flips where one starts, and membership is the parity
of the places passed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from operator import and_, or_
from typing import NamedTuple

from contracts.decimals import Number, exact, plain

_BEFORE, _AFTER = 0, 1
Place = tuple[Decimal, int]


class Interval(NamedTuple):
    """One stretch of numbers. `None` is an end without bound (never closed)."""

    low: Decimal | None
    high: Decimal | None
    low_closed: bool = False
    high_closed: bool = False

    def __str__(self) -> str:
        low = "-inf" if self.low is None else plain(self.low)
        high = "inf" if self.high is None else plain(self.high)
        return f"{'[' if self.low_closed else '('}{low}, {high}{']' if self.high_closed else ')'}"

    @property
    def is_point(self) -> bool:
        """Whether it is a single number."""
        return self.low is not None and self.low == self.high

    def explain(self, unit: str = "") -> str:
        """In words: "below 20 ms", "80 to 89 %"."""
        after = f" {unit}" if unit else ""
        low = "" if self.low is None else plain(self.low)
        high = "" if self.high is None else plain(self.high)
        if not low and not high:
            return "any value"
        if self.is_point:
            return f"exactly {low}{after}"
        if not low:
            return f"{'at most' if self.high_closed else 'below'} {high}{after}"
        if not high:
            return f"{'at least' if self.low_closed else 'above'} {low}{after}"
        if self.low_closed:
            return f"{low} to {'' if self.high_closed else 'below '}{high}{after}"
        return f"above {low} {'to' if self.high_closed else 'and below'} {high}{after}"


@dataclass(frozen=True, slots=True)
class IntervalSet:
    """A set of real numbers, in its one normal form. Build it with the class methods or from other sets."""

    places: tuple[Place, ...] = ()
    starts_inside: bool = False

    @classmethod
    def below_number(cls, number: Number, *, closed: bool = False) -> IntervalSet:
        """Everything below a number (`closed`: and the number itself)."""
        return cls(((exact(number), _AFTER if closed else _BEFORE),), True)

    @classmethod
    def above_number(cls, number: Number, *, closed: bool = False) -> IntervalSet:
        """Everything above a number (`closed`: and the number itself)."""
        return cls(((exact(number), _BEFORE if closed else _AFTER),), False)

    @classmethod
    def between(cls, low: Number, high: Number) -> IntervalSet:
        """Both numbers and everything between them; one number when they are equal, nothing when reversed."""
        first, last = exact(low), exact(high)
        return cls(((first, _BEFORE), (last, _AFTER))) if first <= last else EMPTY

    @classmethod
    def within(cls, low: Number | None, high: Number | None) -> IntervalSet:
        """Both numbers and everything between them; `None` leaves a side without bound."""
        whole = EVERYTHING if low is None else cls.above_number(low, closed=True)
        return whole if high is None else whole & cls.below_number(high, closed=True)

    @classmethod
    def of(cls, *intervals: Interval) -> IntervalSet:
        """The numbers of some intervals, which may overlap. An interval without any number adds nothing."""
        whole = EMPTY
        for low, high, low_closed, high_closed in intervals:
            part = EVERYTHING if low is None else cls.above_number(low, closed=low_closed)
            whole |= part if high is None else part & cls.below_number(high, closed=high_closed)
        return whole

    def __contains__(self, number: Number) -> bool:
        passed = bisect_left(self.places, (exact(number), _AFTER))
        return self.starts_inside is (passed % 2 == 0)

    def __bool__(self) -> bool:
        return self.starts_inside or bool(self.places)

    def __iter__(self) -> Iterator[Interval]:
        """Its intervals from left to right, as long as possible and apart from each other."""
        ends: list[Place | None] = [*([None] if self.starts_inside else []), *self.places]
        if len(ends) % 2:
            ends.append(None)
        for start, end in zip(ends[::2], ends[1::2], strict=True):
            yield Interval(
                start[0] if start else None,
                end[0] if end else None,
                start is not None and start[1] == _BEFORE,
                end is not None and end[1] == _AFTER,
            )

    def __invert__(self) -> IntervalSet:
        return IntervalSet(self.places, not self.starts_inside)

    def __or__(self, other: IntervalSet) -> IntervalSet:
        return self._with(other, or_)

    def __and__(self, other: IntervalSet) -> IntervalSet:
        return self._with(other, and_)

    def __sub__(self, other: IntervalSet) -> IntervalSet:
        return self._with(~other, and_)

    def __le__(self, other: IntervalSet) -> bool:
        """Whether every number of this set is in the other."""
        return not self - other

    def __lt__(self, other: IntervalSet) -> bool:
        return self != other and self <= other

    def __ge__(self, other: IntervalSet) -> bool:
        return other <= self

    def __gt__(self, other: IntervalSet) -> bool:
        return other < self

    @property
    def low(self) -> Decimal | None:
        """The number where it begins; None when it has no lower bound, or is empty."""
        return None if self.starts_inside or not self.places else self.places[0][0]

    @property
    def high(self) -> Decimal | None:
        """The number where it ends; None when it has no upper bound, or is empty."""
        return None if self._ends_inside or not self.places else self.places[-1][0]

    def below(self, number: Number) -> IntervalSet:
        """The part of the set below a number."""
        return self & IntervalSet.below_number(number)

    def above(self, number: Number) -> IntervalSet:
        """The part of the set above a number."""
        return self & IntervalSet.above_number(number)

    def downward(self) -> IntervalSet:
        """The set and everything below it: 80..89 becomes everything up to 89."""
        if not self.places:
            return self
        return EVERYTHING if self._ends_inside else IntervalSet(self.places[-1:], True)

    def upward(self) -> IntervalSet:
        """The set and everything above it: 80..89 becomes everything from 80."""
        if not self.places:
            return self
        return EVERYTHING if self.starts_inside else IntervalSet(self.places[:1], False)

    def hull(self) -> IntervalSet:
        """The shortest single interval around the set."""
        return self.downward() & self.upward()

    def explain(self, unit: str = "") -> str:
        """In words: "below 20 ms", "below 20 ms or above 100 ms", "anything but 5"."""
        if not self:
            return "no value"
        outside = list(~self)
        if len(outside) == 1 and outside[0].is_point:
            return outside[0].explain(unit).replace("exactly", "anything but", 1)
        return join_words([interval.explain(unit) for interval in self])

    def __str__(self) -> str:
        return " or ".join(map(str, self)) or "empty"

    @property
    def _ends_inside(self) -> bool:
        return self.starts_inside is (len(self.places) % 2 == 0)

    def _with(self, other: IntervalSet, keep: Callable[[bool, bool], bool]) -> IntervalSet:
        """Walk both sets from left to right and note each place where what is kept changes."""
        mine, theirs = self.starts_inside, other.starts_inside
        starts = inside = keep(mine, theirs)
        places: list[Place] = []
        for place in sorted({*self.places, *other.places}):
            mine ^= place in self.places
            theirs ^= place in other.places
            if keep(mine, theirs) is not inside:
                inside = not inside
                places.append(place)
        return IntervalSet(tuple(places), starts)


def join_words(parts: list[str]) -> str:
    """Several alternatives in one phrase: "a", "a or b", "a, b or c"."""
    return " or ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


EMPTY = IntervalSet()
EVERYTHING = IntervalSet(starts_inside=True)
