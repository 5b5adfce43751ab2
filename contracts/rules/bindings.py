"""Rules about one binding: the KPI an agent watches, its role, and whether its texts are understood."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.agents import AgentContext, BindingSpec
from contracts.catalogue import Problem, binding_rule
from contracts.naming import NearNames
from contracts.rules import conditions
from contracts.rules.words import quoted

ROLES = ("primary_signal", "trend_check", "composite_gate", "supplementary")
_NEAR_ROLES = NearNames(ROLES)


@binding_rule(
    "BND001",
    "unknown_kpi",
    "error",
    title="Unknown KPI",
    example="kpis_used: [{key: resting_heart, role: primary_signal}]",
)
def kpi_is_known(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """An agent can only watch what the registry defines: without a definition no value of it is ever
    accepted."""
    if context.kpis is not None and binding.key not in context.kpis and binding.key not in context.left_out:
        near = context.near_kpis.question(binding.key)
        yield Problem(
            ("key",),
            f"The registry has no KPI {quoted(binding.key)}. {binding.agent} would never get a value of it.",
            f"{near} Otherwise add it to the registry."
            if near
            else "Add it to the registry, or remove the binding.",
        )


@binding_rule(
    "BND002",
    "kpi_not_active",
    "warning",
    title="KPI is not in use",
    example="kpis_used: [{key: old_pulse, role: supplementary}]",
)
def kpi_is_active(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """Values of a KPI that is a draft or deprecated are not accepted, so its binding is silent."""
    if binding.kpi and binding.kpi.document.status != "active":
        successor = binding.kpi.document.successor
        yield Problem(
            ("key",),
            f"The KPI {quoted(binding.key)} is not in use. It is {binding.kpi.document.status.value}.",
            f"Use {successor} instead." if successor else "Bind another one, or activate it.",
        )


@binding_rule(
    "BND003",
    "role_unknown",
    "note",
    title="Role of one's own",
    example="kpis_used: [{key: resting_hr, role: main_signal}]",
)
def role_is_known(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """The role says what a KPI is to the agent, in a word. Four are usual; other programs may know only these."""
    role = binding.document.role
    if role and role not in ROLES:
        near = _NEAR_ROLES.question(role)
        yield Problem(
            ("role",),
            f"The role {quoted(role)} is one of your own.",
            f"{near} The usual ones are {', '.join(ROLES)}.".strip(),
        )


@binding_rule(
    "BND004",
    "nothing_to_act_on",
    "warning",
    title="Nothing makes the agent act",
    example="kpis_used: [{key: body_weight, role: primary_signal}]",
)
def something_triggers(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """A binding without triggers acts on the KPI's thresholds. Where there are none either, it never acts. A
    supplementary KPI may be there to be looked at only."""
    if binding.kpi and not binding.severities and binding.document.role != "supplementary":
        yield Problem(
            ("alerting",),
            f"Nothing makes {binding.agent} act on {quoted(binding.key)}. The binding has no trigger, and "
            "the KPI has "
            "no threshold to inherit.",
            "Give it a trigger such as risk_if, or the KPI a threshold.",
        )


@binding_rule(
    "BND005",
    "condition_invalid",
    "error",
    title="Condition cannot be understood",
    example="kpis_used: [{key: resting_hr, alerting: {risk_if: too high, actions: [{name: rest_today}]}}]",
)
def condition_is_understood(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """A condition that does not parse is kept, but never evaluated: the agent would not act on it."""
    for trigger in binding.triggers:
        yield from conditions.unreadable(trigger)


@binding_rule(
    "BND006",
    "condition_unsupported",
    "warning",
    title="Trigger is kept, but not evaluated",
    example="""
        kpis_used:
          - key: resting_hr
            alerting: {risk_if_rising: 3 days, actions: [{name: rest_today}]}
        """,
)
def triggers_are_evaluated(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """Older files hold triggers in forms that the contract language does not have. Nothing is lost, but
    nothing happens either."""
    for key in binding.document.alerting.extra:
        if key.startswith(("risk", "caution", "elevated", "critical", "warning", "info")):
            yield Problem(
                ("alerting", key),
                f"{quoted(key)} is kept, but nothing acts on it.",
                'Write it as risk_if, caution_if or elevated_if, such as "drop >= 10% over 7d".',
            )


@binding_rule(
    "BND007",
    "guard_invalid",
    "error",
    title="Guard cannot be understood",
    example="""
        kpis_used:
          - key: resting_hr
            alerting: {risk_if: "> 110", condition: when resting, actions: [{name: rest_today}]}
        """,
)
def guard_is_understood(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """The guard says when a binding applies at all. One that does not parse never holds: the agent would not
    act."""
    error = binding.guard_error
    if error:
        path = ("alerting", "condition") if binding.document.alerting.condition else ("condition",)
        yield Problem(
            path,
            f"The guard cannot be understood. {error}.",
            'Write it like "is_resting == true and sessions_per_week >= 3".',
        )
