"""Rules about the steps an agent takes when a binding triggers."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.agents import AgentContext, BindingSpec
from contracts.catalogue import Problem, binding_rule
from contracts.naming import NAME
from contracts.rules.response import bad_action
from contracts.rules.words import a_word, listed, quoted, word
from contracts.severity import BINDING_WORD, BINDING_WORDS

_ACTIONS = ("alerting", "actions")


@binding_rule(
    "BND020",
    "trigger_without_action",
    "warning",
    title="Trigger without an action",
    example='kpis_used: [{key: resting_hr, alerting: {risk_if: "> 110"}}]',
)
def triggers_have_actions(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """A trigger is there to make the agent act. Without an action for its severity, nothing happens."""
    actions = binding.document.alerting.actions
    for trigger in binding.triggers:
        if not any(not action.on or BINDING_WORDS.get(action.on) is trigger.severity for action in actions):
            yield Problem(
                trigger.path,
                f"{binding.agent} would do nothing when the value is {a_word(trigger.severity)}. This trigger has no "
                "action.",
                "Add an action such as reduce_training_intensity.",
            )


@binding_rule(
    "BND021",
    "action_name",
    "error",
    title="Action is not a plain identifier",
    example="""
        kpis_used: [{key: resting_hr, alerting: {risk_if: "> 110", actions: [{name: Rest today}]}}]
        """,
)
def actions_are_identifiers(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """Actions are called by name in code, traces and metrics: small letters, digits and underscores."""
    for index, action in enumerate(binding.document.alerting.actions):
        if not NAME.fullmatch(action.name):
            yield bad_action((*_ACTIONS, index, "name"), action.name)


@binding_rule(
    "BND022",
    "action_repeated",
    "error",
    title="Action named twice",
    example="""
        kpis_used:
          - key: resting_hr
            alerting: {risk_if: "> 110", actions: [{name: rest_today}, {name: rest_today}]}
        """,
)
def actions_are_named_once(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """The steps of a run are told apart by their action. The same action twice cannot be."""
    seen: dict[str, set[str]] = {}
    for index, action in enumerate(binding.document.alerting.actions):
        severities = seen.setdefault(action.name, set())
        if action.on in severities or "" in severities or (severities and not action.on):
            path = (*_ACTIONS, index, "name")
            yield Problem(path, f"The action {quoted(action.name)} is named twice.", "Remove one of them.")
        severities.add(action.on)


@binding_rule(
    "BND023",
    "action_never_runs",
    "warning",
    title="Action is never taken",
    example="""
        kpis_used:
          - key: resting_hr
            alerting: {risk_if: "> 110", actions: [{name: rest_today}, {name: sleep_early, on: caution}]}
        """,
)
def actions_can_run(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """An action for one severity only needs a trigger of that severity."""
    for index, action in enumerate(binding.document.alerting.actions):
        severity = BINDING_WORDS.get(action.on)
        path = (*_ACTIONS, index, "on")
        if severity and binding.severities is not None and severity not in binding.severities:
            yield Problem(
                path,
                f"{quoted(action.name)} is never taken. There is no trigger for {word(severity)} here.",
                f"Add a trigger for {word(severity)} ({BINDING_WORD[severity]}_if), or change “on”.",
            )


@binding_rule(
    "BND024",
    "action_severity",
    "error",
    title="Action at an unknown severity",
    example="""
        kpis_used:
          - key: resting_hr
            alerting: {risk_if: "> 110", actions: [{name: rest_today}, {name: sleep_early, on: terrible}]}
        """,
)
def action_severities_are_known(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """An action at a severity that there is not is never taken, and whoever reads it may take it for one at all."""
    for index, action in enumerate(binding.document.alerting.actions):
        if action.on and action.on not in BINDING_WORDS:
            yield Problem(
                (*_ACTIONS, index, "on"),
                f"{quoted(action.name)} is never taken. {quoted(action.on)} is no severity.",
                f"Write {listed(BINDING_WORD.values())}, or leave it out for all.",
            )
