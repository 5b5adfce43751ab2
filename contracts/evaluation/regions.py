"""Which of several sets of numbers a value is in, found at once, exactly, and by floats alone.

The ends of all sets cut the numbers into regions: the ends themselves and what is between them. Which sets a
region is in is worked out once; for a value only its region is looked up.

Floats tell it exactly. A float stands for its shortest decimal text (``contracts.decimals.exact``), and rounding
to a float keeps the order: when the float is below the float of an end, the decimal is below the end. When both
floats are equal, so are the decimals, because an end has at most 15 digits and no two decimals of 15 digits
share a float.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from math import inf
from sys import float_info
from typing import Final

from contracts.decimals import EXACT, Number, exact
from contracts.intervals import IntervalSet

_LARGEST: Final = float_info.max
_ONE: Final = Decimal(1)
_HALF: Final = Decimal("0.5")
KEPT: Final = 1 << 15
Mask = int
"""Bit n is set for the n-th set."""


class Regions:
    """Some sets of numbers, asked together."""

    __slots__ = ("_ends", "_floats", "_masks")

    def __init__(self, sets: Sequence[IntervalSet]) -> None:
        self._ends = sorted({number for one in sets for number, _ in one.places})
        floats = [float(end) for end in self._ends]
        is_exact = all(Decimal(repr(number)) == end for number, end in zip(floats, self._ends, strict=True))
        self._floats = floats if is_exact else None
        self._masks = [_mask(sets, number) for number in _one_of_each(self._ends)]

    def mask(self, value: Number) -> Mask:
        """The sets that hold a value. Raises ValueError for NaN and the infinities, TypeError for what is no
        number."""
        kind = type(value)
        if (kind is float or kind is int) and self._floats is not None:
            if not -_LARGEST <= value <= _LARGEST:
                exact(value)  # an integer may be larger than any float; NaN and the infinities raise
            floats = self._floats
            place = bisect_left(floats, value)
            if place < len(floats) and floats[place] == value:
                return self._masks[2 * place + 1]
            return self._masks[2 * place]
        return self.exact_mask(value)

    def around(self, value: Number) -> tuple[float, float]:
        """Two ends: of every float between them :meth:`mask` says the same as of this one. None is between them
        where that is not told by floats."""
        if type(value) is not float or self._floats is None:
            return 0.0, 0.0
        floats = self._floats
        place = bisect_left(floats, value)
        if place < len(floats) and floats[place] == value:
            return 0.0, 0.0
        low = floats[place - 1] if place else -inf
        return low, floats[place] if place < len(floats) else inf

    def exact_mask(self, value: Number) -> Mask:
        """The same by decimals."""
        number = exact(value)
        place = bisect_left(self._ends, number)
        is_end = place < len(self._ends) and self._ends[place] == number
        return self._masks[2 * place + is_end]


@lru_cache(maxsize=KEPT)
def regions_of(sets: tuple[IntervalSet, ...]) -> Regions:
    """The regions of some sets: bindings that draw the same lines have them in common."""
    return Regions(sets)


def _one_of_each(ends: Sequence[Decimal]) -> list[Decimal]:
    """A number of each region, from left to right."""
    if not ends:
        return [Decimal(0)]
    found = [EXACT.subtract(ends[0], _ONE)]
    for end, following in zip(ends, [*ends[1:], None], strict=True):
        between = EXACT.add(end, _ONE if following is None else following)
        found += [end, between if following is None else EXACT.multiply(between, _HALF)]
    return found


def _mask(sets: Sequence[IntervalSet], number: Decimal) -> Mask:
    return sum(1 << index for index, one in enumerate(sets) if number in one)
