"""Rules about hand-offs: which agent asks which other one, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from contracts.agents import AgentContext, AgentSpec
from contracts.catalogue import Problem, agent_rule
from contracts.naming import fold
from contracts.rules.words import a_word, quoted, word
from contracts.severity import BINDING_WORD, Severity


@agent_rule(
    "COL001",
    "target_unknown",
    "error",
    title="Hand-off to an unknown agent",
    example="collaboration: {on_risk: [{agent: SOMNUS, reason: Poor sleep is a common cause.}]}",
)
def targets_are_known(agent: AgentSpec, context: AgentContext) -> Iterator[Problem]:
    """Only an agent on the roster can answer a hand-off."""
    for hand_off in agent.hand_offs:
        name = hand_off.document.agent
        if context.agents is None or name in context.agents or name in context.left_out:
            continue
        if fold(name) != fold(agent.name):
            near = context.near_agents.question(name)
            yield Problem(
                (*hand_off.path, "agent"),
                f"{agent.name} asks an agent that is not on the roster: {quoted(name)}.",
                f"{near} Otherwise add it to the roster." if near else "Add it to the roster.",
            )


@agent_rule(
    "COL002",
    "target_disabled",
    "warning",
    title="Hand-off to an agent that is switched off",
    example="collaboration: {on_risk: [{agent: KINETOS, reason: Stiff joints are a common cause.}]}",
)
def targets_are_enabled(agent: AgentSpec, context: AgentContext) -> Iterator[Problem]:
    """An agent that is switched off does not answer: what is handed to it waits for nobody."""
    for hand_off in agent.hand_offs:
        name = hand_off.document.agent
        entry = context.agents.get(name) if context.agents else None
        if entry and not entry.enabled and name != agent.name:
            told = f" Its status is {quoted(entry.status)}." if entry.status else ""
            yield Problem(
                (*hand_off.path, "agent"),
                f"{agent.name} asks {name}, which is switched off. Nobody would answer.{told}",
                f"Enable {name} on the roster, or remove the hand-off.",
            )


@agent_rule(
    "COL003",
    "self_target",
    "error",
    title="Hand-off to itself",
    example="collaboration: {on_risk: [{agent: NEUROS, reason: It knows best.}]}",
)
def targets_are_others(agent: AgentSpec, context: AgentContext) -> Iterator[Problem]:
    """An agent that asks itself waits for itself."""
    for hand_off in agent.hand_offs:
        if fold(hand_off.document.agent) == fold(agent.name):
            yield Problem(
                (*hand_off.path, "agent"), f"{agent.name} asks itself.", "Name another agent, or remove it."
            )


@agent_rule(
    "COL004",
    "handoff_cycle",
    "warning",
    title="Hand-offs go in a circle",
    example="collaboration: {on_risk: [{agent: SOMNOS, reason: Poor sleep is a common cause.}]}",
)
def hand_offs_end(agent: AgentSpec, context: AgentContext) -> Iterator[Problem]:
    """When each agent of a circle asks the next one, a case can come back to where it began and nobody
    settles it."""
    for circle in context.cycles:
        if circle[0] == agent.name:
            asked = [f"{one} asks {other}" for one, other in pairwise((*circle, circle[0]))]
            path = next(
                (h.path for h in agent.hand_offs if h.document.agent == circle[1]), ("collaboration",)
            )
            yield Problem(
                path,
                f"The hand-offs go in a circle. {', '.join(asked)}.",
                "Let one of them deal with the case itself.",
            )


@agent_rule(
    "COL005",
    "reason_missing",
    "warning",
    title="Hand-off without a reason",
    example="collaboration: {on_risk: [{agent: CARDIOS}]}",
)
def hand_offs_have_reasons(agent: AgentSpec, context: AgentContext) -> Iterator[Problem]:
    """Whoever is asked, agent or person, needs to know why."""
    for hand_off in agent.hand_offs:
        if not hand_off.document.reason.strip():
            told = f"Nothing says why {agent.name} asks {hand_off.document.agent}."
            yield Problem((*hand_off.path, "reason"), told, "Give a reason in a short sentence.")


@agent_rule(
    "COL006",
    "duplicate_handoff",
    "warning",
    title="Same agent asked twice",
    example="""
        collaboration:
          on_risk:
            - {agent: CARDIOS, reason: It may be the heart.}
            - {agent: CARDIOS, reason: It may be the lungs.}
        """,
)
def targets_are_asked_once(agent: AgentSpec, context: AgentContext) -> Iterator[Problem]:
    """Asking the same agent twice at one severity opens two runs for one case."""
    asked: Counter[tuple[Severity, str]] = Counter()
    for hand_off in agent.hand_offs:
        key = (hand_off.severity, hand_off.document.agent)
        asked[key] += 1
        if asked[key] > 1:
            told = f"{agent.name} asks {hand_off.document.agent} twice at the same severity."
            yield Problem((*hand_off.path, "agent"), told, "Put both reasons into one hand-off.")


@agent_rule(
    "COL007",
    "handoff_never_happens",
    "warning",
    title="Hand-off never happens",
    example="collaboration: {on_elevated: [{agent: CARDIOS, reason: It may be the heart.}]}",
)
def hand_offs_can_happen(agent: AgentSpec, context: AgentContext) -> Iterator[Problem]:
    """A hand-off at one severity needs a trigger of that severity somewhere among the agent's bindings."""
    reached: set[Severity] = set()
    for binding in agent.bindings:
        if binding.severities is None:
            return
        reached |= binding.severities
    told_of: set[Severity] = set()
    for hand_off in agent.hand_offs:
        if hand_off.severity not in reached | told_of:
            told_of.add(hand_off.severity)
            name = BINDING_WORD[hand_off.severity]
            yield Problem(
                hand_off.path[:2],
                f"{agent.name} never asks anybody when a value is {a_word(hand_off.severity)}. "
                "None of its bindings has a trigger for it.",
                f"Add a trigger for {word(hand_off.severity)} ({name}_if) to a binding, or remove the hand-off.",
            )
