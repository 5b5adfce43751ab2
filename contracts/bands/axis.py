"""The axis under a picture of bands: which numbers it spans, and where a number stands on it.

Lengths are in pixels of a picture that is drawn at its own size.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from contracts.decimals import plain
from contracts.intervals import Interval, IntervalSet
from contracts.spec import KpiSpec

# The widest of the fonts of the style sheet, DejaVu Sans at 12 px: 7.6 px a digit, 8.4 px when bold. Text is
# never wider than this says, so what is placed by it neither collides nor leaves the picture.
_SIGN, _STRONG_SIGN = 7.6, 8.4
_APART = 6.0  # between the numbers under the axis
_SLIVER = 3.0  # a single number would have no width
_UNIT_SHARE = 0.3  # of the axis; a longer unit would push away the numbers


@dataclass(frozen=True, slots=True)
class Tick:
    """A number under the axis: its place on it, and where its text goes (`anchor`: start, middle or end)."""

    x: float
    text: str
    text_x: float
    anchor: str


class Stretch(NamedTuple):
    """A piece of the axis. An end is `closed`, `open` (not part of it) or `edge` (it goes on beyond it)."""

    x: float
    width: float
    starts: str
    ends: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The numbers from `low` to `high`, drawn from `left` to `right`."""

    low: Decimal
    high: Decimal
    left: float
    right: float

    @property
    def numbers(self) -> IntervalSet:
        """What can be drawn on it."""
        return IntervalSet.between(self.low, self.high)

    def x(self, number: Decimal) -> float:
        """Where a number of the axis stands, to a hundredth of a pixel."""
        share = float((number - self.low) / (self.high - self.low))
        return round(self.left + (self.right - self.left) * share, 2)

    def stretch(self, interval: Interval) -> Stretch | None:
        """Where an interval lies; None when it is wholly outside. Even a single number can be seen."""
        seen = IntervalSet.of(interval) & self.numbers
        if seen.low is None or seen.high is None:
            return None
        start, end = self.x(seen.low), self.x(seen.high)
        if end - start < _SLIVER:
            start = min(max(self.left, (start + end - _SLIVER) / 2), self.right - _SLIVER)
            end = start + _SLIVER
        return Stretch(round(start, 2), round(end - start, 2), *self._ends(interval))

    def ticks(self, numbers: Iterable[Decimal], unit: str) -> tuple[Tick, ...]:
        """What is written under it, given the numbers with the most important first.

        A number that would collide with one before it is left out. The rightmost carries the unit.
        """
        wanted = [number for number in dict.fromkeys(numbers) if number in self.numbers]
        last = max(wanted, default=None)
        wanted.sort(key=lambda number: number != last)
        kept: list[tuple[float, float, Tick]] = []
        for number in wanted:
            text = f"{plain(number)} {unit}" if unit and number == last else plain(number)
            if text_width(text) > (self.right - self.left) * _UNIT_SHARE:
                text = plain(number)
            start, end, tick = self._tick(number, text)
            if all(end + _APART <= left or right + _APART <= start for left, right, _ in kept):
                kept.append((start, end, tick))
        return tuple(tick for _, _, tick in sorted(kept, key=lambda item: item[0]))

    def _tick(self, number: Decimal, text: str) -> tuple[float, float, Tick]:
        x, half = self.x(number), text_width(text) / 2
        if x + half > self.right:
            return self.right - 2 * half, self.right, Tick(x, text, self.right, "end")
        if x - half < 0:
            return 0, 2 * half, Tick(x, text, 0, "start")
        return x - half, x + half, Tick(x, text, x, "middle")

    def _ends(self, interval: Interval) -> tuple[str, str]:
        low, high, low_closed, high_closed = interval
        starts = "edge" if low is None or low < self.low else "closed" if low_closed else "open"
        ends = "edge" if high is None or high > self.high else "closed" if high_closed else "open"
        return starts, ends


def axis_of(kpi: KpiSpec, left: float, right: float) -> Axis | None:
    """The axis of a KPI: its absolute range, or room around all numbers it names; None when it names none."""
    low, high = kpi.possible.low, kpi.possible.high
    numbers = [number for number in (low, high, kpi.optimal, *named_numbers(kpi)) if number is not None]
    if not numbers:
        return None
    first, last = min(numbers), max(numbers)
    room = (last - first) / 5 if first < last else max(abs(first) / 2, Decimal(1))
    if low is None:
        # Few measures go below zero: leave room there only for what is said to go on below it.
        goes_on = first == 0 and any(trigger.values.starts_inside for trigger in kpi.triggers)
        low = first - room if first < 0 or goes_on else max(Decimal(0), first - room)
    if high is None or low == high:
        high = last + room
    return Axis(low, high, left, right)


def named_numbers(kpi: KpiSpec) -> list[Decimal]:
    """The ends of a KPI's normal range and of its thresholds, the worst severity first."""
    sets = [kpi.normal, *(t.values for t in sorted(kpi.triggers, key=lambda t: -t.severity.rank))]
    return [number for values in sets if values for number, _ in values.places]


def text_width(text: str, *, strong: bool = False) -> float:
    """How wide a text is at most."""
    return len(text) * (_STRONG_SIGN if strong else _SIGN)
