"""Where the parts of a KPI meet: the values two of them claim, and the values nobody does."""

from __future__ import annotations

from contracts.intervals import EMPTY, IntervalSet
from contracts.severity import Severity
from contracts.spec import KpiSpec
from contracts.triggers import Side, TriggerSpec, outward


def overlap(kpi: KpiSpec, threshold: TriggerSpec) -> IntervalSet:
    """The values that are normal and yet a warning or critical. Elevated is only a remark; it may overlap."""
    if kpi.normal is None or threshold.severity is Severity.INFO:
        return EMPTY
    return threshold.values & kpi.normal & kpi.possible


def unclassified(kpi: KpiSpec) -> IntervalSet:
    """What is neither normal nor of any severity, on the sides of the normal range that have a threshold.

    A side without any threshold is not a gap: nobody meant to say anything there.
    """
    normal = kpi.normal or EMPTY
    known = normal
    for trigger in kpi.triggers:
        known |= trigger.values
    gaps = EMPTY
    for side, parts in kpi.sides.items():
        if parts:
            gaps |= _beyond(normal, side) - known
        for _, part in parts:
            gaps |= outward(part, side) - known
    return gaps & kpi.possible


def by_worst(kpi: KpiSpec) -> list[tuple[str, IntervalSet]]:
    """The real numbers shared out: each severity what no worse one has, then normal, then unclassified."""
    left = ~EMPTY
    shares = []
    for severity in sorted(Severity, key=lambda severity: -severity.rank):
        values = EMPTY
        for trigger in kpi.triggers:
            if trigger.severity is severity:
                values |= trigger.values
        shares.append((severity.value, values & left))
        left -= values
    normal = kpi.normal or EMPTY
    return [*shares, ("normal", normal & left), ("unclassified", left - normal)]


def _beyond(normal: IntervalSet, side: Side) -> IntervalSet:
    if not normal:
        return EMPTY
    return ~(normal.upward() if side is Side.BELOW else normal.downward())
