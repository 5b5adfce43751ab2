"""Contracts compiled for the rules: conditions parsed once, ranges as sets of numbers.

A rule runs for every KPI of a registry, so whatever several rules look at is worked out here once. The
objects are plain and mutable only because freezing them costs more than the rules do; nothing changes them
afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from contracts.conditions import Condition, ConditionError
from contracts.documents import KpiDocument, ThresholdDocument
from contracts.findings import Path
from contracts.intervals import EMPTY, EVERYTHING, IntervalSet
from contracts.measures import unit_called
from contracts.naming import fold
from contracts.severity import Severity
from contracts.triggers import Parts, Side, TriggerSpec, parts_by_side, read_condition
from contracts.units import STANDARD_UNITS, UnitSpec

# Where a threshold of each severity stands, and its condition.
_PLACES: dict[Severity, tuple[Path, Path]] = {
    severity: (("risk_thresholds", severity.value), ("risk_thresholds", severity.value, "condition"))
    for severity in Severity
}


@dataclass(slots=True)
class ThresholdSpec(TriggerSpec):
    """A threshold of a KPI; ``row`` is where it stands in the KPI, ``recovery`` its own condition for
    recovery."""

    row: Path
    document: ThresholdDocument
    recovery: Condition | None = None
    recovery_error: ConditionError | None = None


@dataclass(slots=True)
class KpiSpec:
    """One KPI, compiled.

    ``possible`` is the absolute range, everything where none is given. ``normal`` is the normal range, None
    where none is given, and ``healthy`` the same with the optimum alone standing in for a missing range. A
    range that is out of order counts as not given: a rule says so. ``sides`` are the thresholds by side,
    worst first. ``unit`` is the one that numbers of its conditions may carry.
    """

    document: KpiDocument
    path: Path
    name: str
    folded: str
    possible: IntervalSet
    normal: IntervalSet | None
    healthy: IntervalSet | None
    optimal: Decimal | None
    triggers: list[ThresholdSpec]
    sides: dict[Side, Parts]
    unit: UnitSpec | None = None


def compile_kpi(
    document: KpiDocument, path: Path = (), units: Mapping[str, UnitSpec] = STANDARD_UNITS
) -> KpiSpec:
    """Compile one KPI of a registry; ``path`` is where it stands in the document, ``units`` are those known."""
    unit = units.get(document.unit) or unit_called(document.unit)
    absolute, normal = document.absolute_range, document.normal_range
    possible = within(absolute.min, absolute.max) if absolute else None
    usual = within(normal.min, normal.max) if normal else None
    optimal = normal.optimal if normal else None
    healthy = usual if usual is not None or optimal is None else IntervalSet.between(optimal, optimal)
    name = document.name
    triggers = [compile_threshold(severity, row, unit) for severity, row in document.risk_thresholds.items()]
    return KpiSpec(
        document=document,
        path=path,
        name=name,
        folded=fold(name),
        possible=EVERYTHING if possible is None else possible,
        normal=usual,
        healthy=healthy,
        optimal=optimal,
        triggers=triggers,
        sides=parts_by_side(triggers, healthy),
        unit=unit,
    )


def compile_threshold(
    severity: Severity, document: ThresholdDocument, unit: UnitSpec | None = None
) -> ThresholdSpec:
    """Compile one threshold of a KPI, which is measured in ``unit``."""
    condition, error = read_condition(document.condition, unit)
    recovery, recovery_error = (
        read_condition(document.recover_if, unit) if document.recover_if else (None, None)
    )
    row, place = _PLACES[severity]
    return ThresholdSpec(
        severity,
        place,
        document.condition,
        condition,
        error,
        condition.values if condition else EMPTY,
        row,
        document,
        recovery,
        recovery_error,
    )


def within(low: Decimal | None, high: Decimal | None) -> IntervalSet | None:
    """Both numbers and all between them; None when neither is given or they are out of order."""
    if low is not None and high is not None:
        return IntervalSet.between(low, high) if low <= high else None
    if low is not None:
        return IntervalSet.above_number(low, closed=True)
    return None if high is None else IntervalSet.below_number(high, closed=True)
