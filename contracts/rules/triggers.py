"""Rules about when an agent acts, taken together with what the KPI says is healthy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.agents import AgentContext, BindingSpec
from contracts.catalogue import Problem, binding_rule
from contracts.rules import conditions
from contracts.rules.proposals import turned_round
from contracts.rules.response import short_window
from contracts.rules.words import a_word, quoted, symbol, word
from contracts.severity import Severity
from contracts.spec import KpiSpec
from contracts.triggers import Side, TriggerSpec, outward


@binding_rule(
    "BND008",
    "severities_out_of_order",
    "error",
    title="Severities out of order",
    example="""
        kpis_used:
          - {key: body_weight, alerting: {caution_if: "> 110", risk_if: "> 95", actions: [{name: eat_less}]}}
        """,
)
def severities_are_in_order(binding: BindingSpec, context: AgentContext) -> Iterable[Problem]:
    """On the way from healthy to dangerous, a warning must come before critical, or it comes too late."""
    return conditions.out_of_order(binding.sides, binding.kpi, context)


@binding_rule(
    "BND009",
    "never_first",
    "error",
    title="Severity never comes first",
    example="""
        kpis_used:
          - {key: body_weight, alerting: {caution_if: "> 110", risk_if: "> 110", actions: [{name: eat_less}]}}
        """,
)
def milder_comes_first(binding: BindingSpec, context: AgentContext) -> Iterable[Problem]:
    """Where every value of a milder severity is a worse one already, the milder one is never seen."""
    return conditions.shadowed(binding.sides, binding.kpi, context)


@binding_rule(
    "BND010",
    "never_true",
    "error",
    title="Condition can never be true",
    example="""
        kpis_used: [{key: resting_hr, alerting: {risk_if: "> 300", actions: [{name: rest_today}]}}]
        """,
)
def condition_can_be_true(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """Values outside the absolute range are refused, so a condition that asks only for such values never
    acts."""
    for trigger in binding.triggers:
        if binding.kpi and conditions.is_never_true(trigger.condition, binding.kpi):
            name = word(trigger.severity).capitalize()
            told = conditions.never_true(name, trigger.values, binding.kpi, context)
            yield Problem(trigger.path, told, "Choose a possible value.")


@binding_rule(
    "BND011",
    "trigger_overlaps_normal",
    "error",
    title="Critical trigger overlaps the normal range",
    example="""
        kpis_used: [{key: resting_hr, alerting: {risk_if: "> 75", actions: [{name: rest_today}]}}]
        """,
)
def risk_is_not_healthy(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """An agent must not treat a healthy value as a risk."""
    yield from _overlaps(binding, context, Severity.CRITICAL)


@binding_rule(
    "BND012",
    "caution_overlaps_normal",
    "warning",
    title="Warning trigger overlaps the normal range",
    example="""
        kpis_used: [{key: resting_hr, alerting: {caution_if: "> 75", actions: [{name: rest_today}]}}]
        """,
)
def caution_is_not_healthy(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """A warning about a healthy value is a false alarm, unless it is meant as an early one."""
    yield from _overlaps(binding, context, Severity.WARNING)


def _overlaps(binding: BindingSpec, context: AgentContext, severity: Severity) -> Iterator[Problem]:
    kpi = binding.kpi
    for trigger in binding.triggers:
        if kpi and trigger.severity is severity:
            shared = conditions.healthy_part(trigger, kpi)
            if shared:
                yield conditions.overlap_problem(trigger, kpi, shared, context)


@binding_rule(
    "BND013",
    "always_true",
    "error",
    title="Condition is always true",
    example="""
        kpis_used: [{key: resting_hr, alerting: {risk_if: "> 0", actions: [{name: rest_today}]}}]
        """,
)
def condition_can_be_false(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """A condition that holds for every possible value makes the agent act on everybody, always."""
    for trigger in binding.triggers:
        if binding.kpi and conditions.always_true(trigger, binding.kpi):
            told = trigger.values.explain(symbol(binding.kpi, context))
            yield Problem(
                trigger.path,
                f"{word(trigger.severity).capitalize()} is always true. Every possible value is {told}.",
                "Narrow it.",
            )


@binding_rule(
    "BND014",
    "direction",
    "error",
    title="Direction contradicts the KPI",
    example="""
        kpis_used: [{key: resting_hr, alerting: {risk_if: "< 40", actions: [{name: rest_today}]}}]
        """,
)
def direction_is_the_kpis(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """The KPI says whether low or high values are a concern. An agent that acts on the other side most likely
    has the sign turned round."""
    kpi = binding.kpi
    concerns = _concerns(kpi) if kpi else []
    if kpi is None or len(concerns) != 1:
        return
    right = concerns[0]
    wrong = Side.ABOVE if right is Side.BELOW else Side.BELOW
    high, low = ("high", "low") if wrong is Side.ABOVE else ("low", "high")
    worst, region = kpi.sides[right][0]
    for trigger, part in binding.sides[wrong]:
        if trigger.severity is Severity.INFO or part != trigger.values:
            continue
        region = conditions.beside(kpi.healthy, right) if kpi.healthy else outward(region, right)
        slip = turned_round(trigger.condition, region)
        yield Problem(
            trigger.path,
            f"The direction contradicts the KPI. {binding.agent} would act on {high} values of "
            f"{quoted(binding.key)}, "
            f"but only {low} ones are {a_word(worst.severity)}.",
            f"Did you mean {slip.explain()}?"
            if slip
            else f"Act on {low} values, or give the KPI a threshold for these.",
        )


def _concerns(kpi: KpiSpec) -> list[Side]:
    """The sides on which the KPI itself has a warning or a critical threshold."""
    return [side for side, parts in kpi.sides.items() if parts and parts[0][0].severity is not Severity.INFO]


@binding_rule(
    "BND015",
    "window_too_short",
    "note",
    title="Change looks back less far than values may be apart",
    example="""
        kpis_used:
          - key: body_weight
            alerting: {caution_if: drop >= 5% over 1d, actions: [{name: eat_more}]}
        """,
)
def window_holds_a_value(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """Where values may be further apart than the window is long, the window can be empty, and then no change
    can be told."""
    if binding.kpi and binding.kpi.document.missing_data:
        for trigger in binding.triggers:
            yield from short_window(trigger, binding.kpi)


@binding_rule(
    "BND016",
    "differs_from_kpi",
    "note",
    title="Agent draws the line elsewhere",
    example="""
        kpis_used: [{key: resting_hr, alerting: {risk_if: "> 100", actions: [{name: rest_today}]}}]
        """,
)
def lines_are_the_same(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """Where an agent calls other values critical than the registry does, the same person is critical on one
    page and not on the next. That may be meant; it should not happen unseen."""
    kpi = binding.kpi
    for trigger in binding.triggers:
        theirs = next((t for t in kpi.triggers if t.severity is trigger.severity), None) if kpi else None
        if kpi and theirs and theirs.values != trigger.values and _is_sound(trigger, theirs, kpi, binding):
            unit = symbol(kpi, context)
            yield Problem(
                trigger.path,
                f"{binding.agent} draws the line for {word(trigger.severity)} elsewhere than the registry. "
                f"{binding.agent} says {trigger.values.explain(unit)}, the registry "
                f"{theirs.values.explain(unit)}.",
                "Leave the trigger out to inherit the registry's, unless the difference is meant.",
            )


def _is_sound(trigger: TriggerSpec, theirs: TriggerSpec, kpi: KpiSpec, binding: BindingSpec) -> bool:
    """Whether both are sets of possible values on the same sides, and no other rule speaks of this one."""
    if not trigger.values & kpi.possible or not theirs.values or conditions.always_true(trigger, kpi):
        return False
    mine = [any(t is trigger for t, _ in binding.sides[side]) for side in Side]
    registrys = [any(t is theirs for t, _ in kpi.sides[side]) for side in Side]
    return mine == registrys and conditions.healthy_part(trigger, kpi) is None
