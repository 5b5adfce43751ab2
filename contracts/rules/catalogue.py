"""Rules about the catalogue of actions, and about bindings and thresholds in view of it."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.agents import AgentContext, BindingSpec
from contracts.catalogue import Problem, action_rule, binding_rule, kpi_rule
from contracts.context import RegistryContext
from contracts.documents import ActionsDocument
from contracts.limits import ACTION_KIND_LIMITS
from contracts.naming import is_name
from contracts.rules.names import unfit_lines, unfit_texts
from contracts.rules.response import bad_action
from contracts.rules.words import listed, quoted, word
from contracts.spec import KpiSpec


@action_rule(
    "ACT001",
    "action_name",
    "error",
    title="Action is not a plain identifier",
    example="actions: {Rest today: {title: Rest today, agents: [NEUROS]}}",
)
def names_are_identifiers(catalogue: ActionsDocument, context: AgentContext) -> Iterator[Problem]:
    """Bindings call an action by its name: small letters, digits and underscores."""
    for name in catalogue.actions:
        if not is_name(name):
            yield bad_action(("actions", name), name)


@action_rule(
    "ACT002",
    "invalid_text",
    "error",
    title="Text with a character that cannot be shown",
    example=r'x-note: "Read from \u202Ethe right"',
)
def texts_can_be_shown(catalogue: ActionsDocument, context: AgentContext) -> Iterator[Problem]:
    """Control characters and characters that turn the writing direction break exports, and can make a text
    look like another one. In a text of one line so do tabs, line ends and spaces that do not break."""
    yield from unfit_texts(catalogue.model_dump(by_alias=True))
    for name, action in catalogue.actions.items():
        at = ("actions", name)
        yield from unfit_lines([((*at, "title"), action.title), ((*at, "owner"), action.owner)])


@action_rule(
    "ACT003",
    "too_long",
    "error",
    title="Text too long",
    example=f"actions: {{{'a' * 121}: {{title: Rest, agents: [NEUROS]}}}}",
)
def names_are_short_enough(catalogue: ActionsDocument, context: AgentContext) -> Iterator[Problem]:
    """The database keeps texts of a limited length. A longer one would pass here and be refused there."""
    for name in catalogue.actions:
        if len(name) > ACTION_KIND_LIMITS["name"]:
            told = f"The name is too long. At most {ACTION_KIND_LIMITS['name']:,} characters can be kept."
            yield Problem(("actions", name), told, "Shorten it.")


@action_rule(
    "ACT004",
    "unknown_agent",
    "warning",
    title="Action of an unknown agent",
    example="actions: {rest_today: {title: Rest today, agents: [NEURO]}}",
)
def agents_are_known(catalogue: ActionsDocument, context: AgentContext) -> Iterator[Problem]:
    """Who reads the catalogue believes that these agents can take the action. One that is not on the roster
    never will."""
    if context.agents is None:
        return
    for name, action in catalogue.actions.items():
        for index, agent in enumerate(action.agents):
            if agent not in context.agents and agent not in context.left_out:
                yield Problem(
                    ("actions", name, "agents", index),
                    f"{quoted(name)} is said to be taken by {quoted(agent)}, which is on no roster.",
                    context.near_agents.question(agent) or "Add it to the roster, or take it out here.",
                )


@action_rule(
    "ACT005",
    "unimplemented",
    "note",
    title="Action that no agent implements",
    example="actions: {rest_today: {title: Rest today}}",
)
def somebody_implements_it(catalogue: ActionsDocument, context: AgentContext) -> Iterator[Problem]:
    """An action may be described before anybody can take it. Until then it is only a plan."""
    for name, action in catalogue.actions.items():
        if not action.agents:
            yield Problem(
                ("actions", name),
                f"No agent implements {quoted(name)}.",
                "Name the agents that can take it, under `agents`.",
            )


@action_rule(
    "ACT006",
    "undescribed",
    "note",
    title="Nothing says what the action does",
    example="actions: {rest_today: {agents: [NEUROS]}}",
)
def says_what_it_does(catalogue: ActionsDocument, context: AgentContext) -> Iterator[Problem]:
    """The catalogue is there so that somebody who never saw a contract knows what an agent did."""
    for name, action in catalogue.actions.items():
        if not action.title and not action.description:
            yield Problem(
                ("actions", name),
                f"Nothing says what {quoted(name)} does.",
                "Give it a title or a description.",
            )


@binding_rule(
    "BND025",
    "action_not_catalogued",
    "note",
    title="Action that the catalogue does not have",
    example="""
        kpis_used: [{key: resting_hr, alerting: {risk_if: "> 110", actions: [{name: rest_todday}]}}]
        """,
)
def actions_are_catalogued(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """Where there is a catalogue of actions, people read in it what a step does and whether it can be undone.
    Of one that it lacks they see only the name."""
    for index, action in enumerate(binding.document.alerting.actions):
        if _is_lacking(action.name, context):
            told = f"The catalogue of actions does not have {quoted(action.name)}."
            yield Problem(("alerting", "actions", index, "name"), told, _way_out(action.name, context))


def _is_lacking(name: str, context: AgentContext | RegistryContext) -> bool:
    """Whether there is a catalogue and it lacks an action, of whose name itself other rules have nothing to say."""
    if not context.actions or name in context.actions or name in context.left_out:
        return False
    return is_name(name) and len(name) <= ACTION_KIND_LIMITS["name"]


def _way_out(name: str, context: AgentContext | RegistryContext) -> str:
    """What to do about a name that the catalogue lacks: what was probably meant comes first."""
    near = context.near_actions.question(name)
    return f"{near} Otherwise add it to the catalogue." if near else "Add it to the catalogue."


@binding_rule(
    "BND026",
    "action_not_implemented",
    "warning",
    title="Action that the agent does not implement",
    example="""
        kpis_used: [{key: resting_hr, alerting: {risk_if: "> 110", actions: [{name: call_a_doctor}]}}]
        """,
)
def actions_are_implemented(binding: BindingSpec, context: AgentContext) -> Iterator[Problem]:
    """The catalogue says which agents can take an action. Asked of another one, it is never taken, and people
    believe that it was."""
    if context.agents is not None and binding.agent not in context.agents:
        return  # another rule says that nobody knows the agent
    for index, action in enumerate(binding.document.alerting.actions):
        known = context.actions.get(action.name) if context.actions else None
        if known is None or binding.agent in known.agents:
            continue
        told = f"only {listed(known.agents, 'and')}" if known.agents else "no agent"
        verb = "do" if len(known.agents) > 1 else "does"
        yield Problem(
            ("alerting", "actions", index, "name"),
            f"{binding.agent} does not implement {quoted(action.name)}. The catalogue says that {told} {verb}.",
            f"Take another action, or add {binding.agent} to this one in the catalogue.",
        )


@kpi_rule(
    "KPI045",
    "action_not_catalogued",
    "note",
    title="Recommended action that the catalogue does not have",
    example='risk_thresholds: {critical: {condition: "> 80", action: call_a_docter}}',
)
def recommendations_are_catalogued(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """A threshold recommends an action by the name that bindings call it by, and alerts show it to people. Where
    there is a catalogue, they read in it what is meant and who can take it. Of one that it lacks they see only the
    name."""
    for trigger in kpi.triggers:
        action = trigger.document.action
        if action and _is_lacking(action, context):
            told = (
                f"No agent is known to implement {quoted(action)}. The catalogue of actions does not have it."
            )
            yield Problem((*trigger.row, "action"), told, _way_out(action, context))


@kpi_rule(
    "KPI046",
    "action_not_implemented",
    "note",
    title="Recommended action that no agent implements",
    example='risk_thresholds: {critical: {condition: "> 80", action: ask_a_friend}}',
)
def recommendations_are_implemented(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """A threshold only recommends: an agent takes the actions of its binding. So this is a note, and a binding that
    asks for what its agent cannot do gets a warning. Still, who reads the recommendation may expect that an agent
    can follow it."""
    for trigger in kpi.triggers:
        action = trigger.document.action
        known = context.actions.get(action) if context.actions else None
        if known is not None and not known.agents:
            yield Problem(
                (*trigger.row, "action"),
                f"No agent implements {quoted(action)}, which is recommended at {word(trigger.severity)}.",
                "Name the agents that can take it in the catalogue, or recommend another action.",
            )
