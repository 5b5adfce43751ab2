"""Rules about the thresholds of a KPI: what its severities mean, taken together with its ranges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.catalogue import Problem, kpi_rule
from contracts.context import RegistryContext
from contracts.regions import has
from contracts.rules import conditions
from contracts.rules.words import a_word, number, symbol, word
from contracts.severity import Severity
from contracts.spec import KpiSpec

# Python 3.11 takes longer to look a member up than to compare it, and these are asked of every threshold.
_CRITICAL, _WARNING = Severity.CRITICAL, Severity.WARNING


@kpi_rule(
    "KPI030",
    "condition_invalid",
    "error",
    title="Condition cannot be understood",
    example="risk_thresholds: {critical: {condition: too low, action: call_a_doctor}}",
)
def condition_is_understood(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """A condition that does not parse is never evaluated: the threshold would be silent for ever."""
    for trigger in kpi.triggers:
        if trigger.error:
            yield from conditions.unreadable(trigger)
        if trigger.recovery_error:
            yield Problem(
                (*trigger.row, "recover_if"),
                f"The condition for recovery cannot be understood. {trigger.recovery_error}.",
                conditions.how_to_write(trigger.recovery_error),
            )


@kpi_rule(
    "KPI031",
    "severities_out_of_order",
    "error",
    title="Severities out of order",
    example="""
        normal_range: {min: 50, max: 80}
        risk_thresholds:
          warning: {condition: "> 110", action: rest_today}
          critical: {condition: "> 80", action: call_a_doctor}
        """,
)
def severities_are_in_order(kpi: KpiSpec, context: RegistryContext) -> Iterable[Problem]:
    """On the way from healthy to dangerous, the milder severity must come first: whatever is critical has to
    lie within the warning, or beyond it on the same side. Otherwise the warning comes too late."""
    return conditions.out_of_order(kpi.sides, kpi, context)


@kpi_rule(
    "KPI032",
    "never_true",
    "error",
    title="Condition can never be true",
    example="""
        absolute_range: {min: 20, max: 250}
        risk_thresholds:
          warning: {condition: "> 80", action: rest_today}
          critical: {condition: "> 300", action: call_a_doctor}
        """,
)
def condition_can_be_true(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """Values outside the absolute range are refused, so a condition that asks only for such values never
    acts."""
    for trigger in kpi.triggers:
        if conditions.is_never_true(trigger.condition, kpi):
            told = conditions.never_true(word(trigger.severity).capitalize(), trigger.values, kpi, context)
            yield Problem(trigger.path, told, "Choose a possible value, or widen the absolute range.")
        if trigger.recovery and conditions.is_never_true(trigger.recovery, kpi):
            told = conditions.never_true("The condition for recovery", trigger.recovery.values, kpi, context)
            yield Problem((*trigger.row, "recover_if"), told, "Choose a possible value.")


@kpi_rule(
    "KPI033",
    "always_true",
    "error",
    title="Condition is always true",
    example="""
        absolute_range: {min: 20, max: 250}
        risk_thresholds: {critical: {condition: "<= 250", action: call_a_doctor}}
        """,
)
def condition_can_be_false(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """A condition that holds for every possible value tells nothing: everybody would be at this severity."""
    for trigger in kpi.triggers:
        if conditions.always_true(trigger, kpi):
            unit = symbol(kpi, context)
            yield Problem(
                trigger.path,
                f"{word(trigger.severity).capitalize()} is always true. Every possible value is "
                f"{trigger.values.explain(unit)}.",
                "Narrow it.",
            )


@kpi_rule(
    "KPI034",
    "swallows_optimal",
    "error",
    title="Threshold includes the best value",
    example="""
        normal_range: {min: 50, max: 80, optimal: 60}
        risk_thresholds: {warning: {condition: "> 55", action: rest_today}}
        """,
)
def best_value_is_no_concern(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """Whoever is at their very best must not be told that something is wrong."""
    best = kpi.optimal
    if best is None:
        return
    for trigger in kpi.triggers:
        if not has(trigger.values, best) or conditions.always_true(trigger, kpi):
            continue
        if trigger.severity is _CRITICAL and kpi.normal is not None and has(kpi.normal, best):
            continue  # critical overlaps the normal range: its rule says that, and more
        unit = symbol(kpi, context)
        yield Problem(
            trigger.path,
            f"{word(trigger.severity).capitalize()} includes the best value. {number(best, unit)} is best "
            "of all "
            f"and would be {a_word(trigger.severity)}.",
            conditions.way_out(trigger, kpi, unit),
        )


@kpi_rule(
    "KPI035",
    "critical_overlaps_normal",
    "error",
    title="Critical overlaps the normal range",
    example="""
        normal_range: {min: 50, max: 80}
        risk_thresholds: {critical: {condition: "> 70", action: call_a_doctor}}
        """,
)
def critical_is_not_healthy(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """A value cannot be healthy and critical at once."""
    for trigger in kpi.triggers:
        if trigger.severity is _CRITICAL:
            shared = conditions.healthy_part(trigger, kpi)
            if shared:
                yield conditions.overlap_problem(trigger, kpi, shared, context)


@kpi_rule(
    "KPI036",
    "warning_overlaps_normal",
    "warning",
    title="Warning overlaps the normal range",
    example="""
        normal_range: {min: 50, max: 80, optimal: 60}
        risk_thresholds: {warning: {condition: "> 75", action: rest_today}}
        """,
)
def warning_is_not_healthy(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """A warning about a healthy value is a false alarm, unless it is meant as an early one."""
    for trigger in kpi.triggers:
        if trigger.severity is _WARNING and not (
            kpi.optimal is not None and has(trigger.values, kpi.optimal)
        ):
            shared = conditions.healthy_part(trigger, kpi)
            if shared:
                yield conditions.overlap_problem(trigger, kpi, shared, context)


@kpi_rule(
    "KPI037",
    "never_first",
    "error",
    title="Severity never comes first",
    example="""
        risk_thresholds:
          warning: {condition: "> 80", action: rest_today}
          critical: {condition: "> 80", action: call_a_doctor}
        """,
)
def milder_comes_first(kpi: KpiSpec, context: RegistryContext) -> Iterable[Problem]:
    """Where every value of a milder severity is a worse one already, the milder one is never seen."""
    return conditions.shadowed(kpi.sides, kpi, context)
