"""Rules about hand-offs: which agent asks which other one, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from contracts.agents import AgentContext, AgentSpec, HandOffSpec
from contracts.catalogue import Problem, agent_rule
from contracts.naming import NearNames, fold
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
        if agent.name in circle:  # told to each of them: any of them can end it
            asked = [f"{one} asks {other}" for one, other in pairwise((*circle, circle[0]))]
            following = dict(pairwise((*circle, circle[0])))[agent.name]
            path = next(
                (h.path for h in agent.hand_offs if h.document.agent == following), ("collaboration",)
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
    """Asking the same agent twice at one severity opens two runs for one case. A hand-off that names no KPI is
    about every KPI that the agent watches."""
    asked: defaultdict[tuple[Severity, str], set[str]] = defaultdict(set)
    for hand_off in agent.hand_offs:
        name, kpi = hand_off.document.agent, hand_off.document.kpi
        before = asked[hand_off.severity, name]
        twice = kpi if before & {kpi, ""} else min(before, default=None) if not kpi else None
        if twice is not None:
            about = f" about {twice}" if twice else ""
            told = f"{agent.name} asks {name} twice{about} at the same severity."
            yield Problem((*hand_off.path, "agent"), told, "Put both reasons into one hand-off.")
        before.add(kpi)


@agent_rule(
    "COL007",
    "handoff_never_happens",
    "warning",
    title="Hand-off never happens",
    example="collaboration: {on_elevated: [{agent: CARDIOS, reason: It may be the heart.}]}",
)
def hand_offs_can_happen(agent: AgentSpec, context: AgentContext) -> Iterator[Problem]:
    """A hand-off at one severity needs a trigger of that severity: in the binding to the KPI that it names, or
    somewhere among the agent's bindings."""
    reached: set[Severity] = set()
    for binding in agent.bindings:
        if binding.severities is None:
            return
        reached |= binding.severities
    told_of: set[Severity] = set()
    for hand_off in agent.hand_offs:
        name = BINDING_WORD[hand_off.severity]
        if hand_off.severity not in reached | told_of:
            told_of.add(hand_off.severity)
            yield Problem(
                hand_off.path[:2],
                f"{agent.name} never asks anybody when a value is {a_word(hand_off.severity)}. "
                "None of its bindings has a trigger for it.",
                f"Add a trigger for {word(hand_off.severity)} ({name}_if) to a binding, or remove the hand-off.",
            )
        elif hand_off.severity in reached and _never_reaches(agent, hand_off):
            kpi, target = hand_off.document.kpi, hand_off.document.agent
            yield Problem(
                (*hand_off.path, "kpi"),
                f"{agent.name} never asks {target} when {kpi} is {a_word(hand_off.severity)}. "
                f"Its binding to {kpi} has no trigger for it.",
                f"Add a trigger for {word(hand_off.severity)} ({name}_if) to the binding, or remove the hand-off.",
            )


def _never_reaches(agent: AgentSpec, hand_off: HandOffSpec) -> bool:
    """Whether the binding to the hand-off's KPI is there and has no trigger of its severity."""
    found = [one.severities for one in agent.bindings if one.key == hand_off.document.kpi]
    return bool(found) and all(
        severities is not None and hand_off.severity not in severities for severities in found
    )


@agent_rule(
    "COL008",
    "handoff_kpi",
    "error",
    title="Hand-off about a KPI that the agent does not watch",
    example="collaboration: {on_risk: [{agent: CARDIOS, kpi: sleep_debt, reason: It may be the heart.}]}",
)
def hand_offs_are_about_watched_kpis(agent: AgentSpec, context: AgentContext) -> Iterator[Problem]:
    """An agent that does not watch a KPI never learns that it is critical, so it never asks anybody about it."""
    watched = [binding.key for binding in agent.bindings]
    for hand_off in agent.hand_offs:
        kpi = hand_off.document.kpi
        if kpi and kpi not in watched:
            near = NearNames(watched).question(kpi)
            yield Problem(
                (*hand_off.path, "kpi"),
                f"{agent.name} does not watch {quoted(kpi)}, so it never asks {hand_off.document.agent} about it.",
                near or "Name a KPI that it watches, or none: then the hand-off is about all of them.",
            )
