"""A severity with its condition, and which side of the healthy values it is about: too low or too high.

Severities are compared side by side: `< 20` and `> 100` may both be critical and say nothing about each
other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from contracts.conditions import Condition, ConditionError, parse
from contracts.findings import Path
from contracts.intervals import EMPTY, Interval, IntervalSet
from contracts.severity import Severity
from contracts.units import UnitSpec


@dataclass(slots=True)
class TriggerSpec:
    """A severity with its condition: a KPI's threshold, or what makes an agent act on a binding.

    ``path`` is where the condition stands in the contract. ``values`` are the numbers for which it is true;
    nothing when it has only changes or does not parse, and then ``error`` says why.
    """

    severity: Severity
    path: Path
    text: str
    condition: Condition | None
    error: ConditionError | None
    values: IntervalSet


def read_condition(text: str, unit: UnitSpec | None = None) -> tuple[Condition | None, ConditionError | None]:
    """The condition, or why there is none; `unit` is the KPI's."""
    try:
        return parse(text, unit), None
    except ConditionError as error:
        return None, error


class Side(StrEnum):
    """Where from the healthy values."""

    BELOW = "below"
    ABOVE = "above"


# For code that runs for every KPI: Python 3.11 takes longer to look a member up than to compare it.
BELOW, ABOVE = Side.BELOW, Side.ABOVE

Parts = list[tuple[TriggerSpec, IntervalSet]]
"""Triggers with the part of their values that is on one side, worst first."""


def parts_by_side(triggers: Sequence[TriggerSpec], healthy: IntervalSet | None) -> dict[Side, Parts]:
    """Split every trigger's values into what is below and what is above the healthy values.

    An interval without lower end is about low values, one without upper end about high ones. One with both
    ends is on the side where it stands out of the healthy values; where nothing is known to be healthy, on
    the side of the nearest open interval of another severity. An interval that tells no side is left out.
    """
    below: Parts = []
    above: Parts = []
    for trigger in triggers:
        values = trigger.values
        if len(values.places) == 1:  # `< 20` or `> 100`: nearly all of them
            (below if values.starts_inside else above).append((trigger, values))
        elif values:
            split = _split(values, healthy, triggers)
            below += [(trigger, split[Side.BELOW])] if split[Side.BELOW] else []
            above += [(trigger, split[Side.ABOVE])] if split[Side.ABOVE] else []
    if len(below) > 1:
        below.sort(key=_worst_first)
    if len(above) > 1:
        above.sort(key=_worst_first)
    return {BELOW: below, ABOVE: above}


def _worst_first(part: tuple[TriggerSpec, IntervalSet]) -> int:
    return -part[0].severity.rank


def outward(part: IntervalSet, side: Side) -> IntervalSet:
    """The part and everything further out on its side: 80..89 below the healthy values becomes `<= 89`."""
    return part.downward() if side is BELOW else part.upward()


def _split(
    values: IntervalSet, healthy: IntervalSet | None, triggers: Iterable[TriggerSpec]
) -> dict[Side, IntervalSet]:
    found = {Side.BELOW: EMPTY, Side.ABOVE: EMPTY}
    for interval in values:
        side = _open_side(interval) or _side(interval, healthy, triggers)
        if side:
            found[side] |= IntervalSet.of(interval)
    return found


def _side(interval: Interval, healthy: IntervalSet | None, triggers: Iterable[TriggerSpec]) -> Side | None:
    if interval.low is None or interval.high is None:
        return None
    if healthy:
        return _side_of_healthy(interval.low, interval.high, healthy)
    return _side_of_nearest(interval.low, interval.high, triggers)


def _open_side(interval: Interval) -> Side | None:
    if (interval.low is None) is (interval.high is None):
        return None
    return Side.BELOW if interval.low is None else Side.ABOVE


def _side_of_healthy(low: Decimal, high: Decimal, healthy: IntervalSet) -> Side | None:
    stands_out_below = healthy.low is not None and low < healthy.low
    stands_out_above = healthy.high is not None and high > healthy.high
    if stands_out_below is stands_out_above:
        return None
    return Side.BELOW if stands_out_below else Side.ABOVE


def _side_of_nearest(low: Decimal, high: Decimal, triggers: Iterable[TriggerSpec]) -> Side | None:
    """By the distance to the nearest interval that is open to one side; None when both are as near."""
    distances: dict[Side, Decimal] = {}
    for trigger in triggers:
        for interval in trigger.values:
            side = _open_side(interval)
            if side is Side.BELOW and interval.high is not None:
                distance = abs(low - interval.high)
            elif side is Side.ABOVE and interval.low is not None:
                distance = abs(interval.low - high)
            else:
                continue
            distances[side] = min(distance, distances.get(side, distance))
    if len(distances) == 2 and distances[Side.BELOW] == distances[Side.ABOVE]:
        return None
    return min(distances, key=lambda side: distances[side], default=None)
