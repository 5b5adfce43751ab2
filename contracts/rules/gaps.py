"""Rules about values that no part of a KPI says anything about."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.catalogue import Problem, kpi_rule
from contracts.context import RegistryContext
from contracts.intervals import EMPTY, IntervalSet
from contracts.rules.words import a_word, sentence, stretch, symbol, the_word
from contracts.severity import Severity
from contracts.spec import KpiSpec
from contracts.triggers import BELOW, Parts, Side, outward


@kpi_rule(
    "KPI038",
    "gap",
    "note",
    title="Gap between healthy and the first threshold",
    example="""
        normal_range: {min: 50, max: 80}
        risk_thresholds: {warning: {condition: "> 110", action: rest_today}}
        """,
)
def first_threshold_meets_the_normal_range(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """Values between the normal range and the first threshold are neither healthy nor a concern. That may be
    meant; it should not happen unseen."""
    if kpi.normal is None:
        return
    for side, parts in kpi.sides.items():
        between = _between(kpi.normal, parts, side) if parts else EMPTY
        if between and (between := between & kpi.possible):
            first = _innermost(parts, side)[0]
            yield Problem(
                ("normal_range", "min" if side is BELOW else "max"),
                f"Some values are neither healthy nor {a_word(first)}. Nothing is said about "
                f"{stretch(between, symbol(kpi, context))}.",
                f"Widen the normal range or {the_word(first)}, unless this is meant.",
            )


@kpi_rule(
    "KPI039",
    "gap_beyond",
    "warning",
    title="Gap beyond a threshold",
    example="""
        normal_range: {optimal: 60}
        risk_thresholds:
          warning: {condition: 81..110, action: rest_today}
          critical: {condition: "> 130", action: call_a_doctor}
        """,
)
def nothing_worse_is_silent(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """When a threshold ends and no worse one takes over, a value that gets worse makes the concern go
    away."""
    for side, parts in kpi.sides.items():
        silent = _silent_beyond(parts, side) if parts else EMPTY
        if silent and (silent := silent & kpi.possible):
            first, part = _innermost(parts, side)
            told = stretch(silent, symbol(kpi, context))
            yield Problem(
                next(trigger.path for trigger, other in parts if other is part),
                f"Worse values raise nothing. {sentence(told)} is further out than {a_word(first)}, "
                "but no severity has it.",
                f"Widen {the_word(first)}, or add a worse severity.",
            )


def _innermost(parts: Parts, side: Side) -> tuple[Severity, IntervalSet]:
    """The part that begins nearest to the healthy values, and its severity."""
    if side is BELOW:
        trigger, part = max(parts, key=lambda pair: pair[1].places[-1])
    else:
        trigger, part = min(parts, key=lambda pair: pair[1].places[0])
    return trigger.severity, part


def _between(normal: IntervalSet, parts: Parts, side: Side) -> IntervalSet:
    """What lies between the normal range and the first threshold on one side."""
    if side is BELOW:
        edge = normal.places[0]
        for _, part in parts:
            if part.places[-1] >= edge:
                return EMPTY
        first = max(part.places[-1] for _, part in parts)
        return IntervalSet((first, edge)) if normal.low is not None else EMPTY
    edge = normal.places[-1]
    for _, part in parts:
        if part.places[0] <= edge:
            return EMPTY
    first = min(part.places[0] for _, part in parts)
    return IntervalSet((edge, first)) if normal.high is not None else EMPTY


def _silent_beyond(parts: Parts, side: Side) -> IntervalSet:
    """What lies further out than the first threshold on one side and belongs to no severity."""
    for _, part in parts:
        if len(part.places) > 1:
            break
    else:  # all are open to their side: nothing is beyond them
        return EMPTY
    innermost = _innermost(parts, side)[1]
    if len(innermost.places) == 1:
        return EMPTY
    covered = innermost
    for _, part in parts:
        covered |= part
    return outward(covered, side) - covered
