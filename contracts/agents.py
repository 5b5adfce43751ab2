"""What agents watch and do, compiled for the rules, and what the rules need to know around it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from contracts.conditions import Condition, ConditionError, parse_drop
from contracts.documents import (
    ActionKindDocument,
    BindingDocument,
    BindingsDocument,
    HandOffDocument,
    RosterAgent,
)
from contracts.findings import Path
from contracts.guards import GuardError, parse_guard
from contracts.intervals import EMPTY
from contracts.naming import NearNames
from contracts.severity import HANDOFF_KEYS, TRIGGER_KEYS, Severity
from contracts.spec import KpiSpec
from contracts.triggers import Parts, Side, TriggerSpec, parts_by_side, read_condition
from contracts.units import STANDARD_UNITS, UnitSpec

_MOST_CYCLES = 100


@dataclass(slots=True)
class BindingSpec:
    """One KPI that an agent watches. ``kpi`` is None when the registry lacks it, or is not there to ask.

    A binding without triggers of its own inherits the KPI's thresholds; ``severities`` are those at which it
    acts either way, None where that cannot be told.
    """

    document: BindingDocument
    path: Path
    agent: str
    key: str
    kpi: KpiSpec | None
    triggers: list[TriggerSpec]
    sides: dict[Side, Parts]
    severities: frozenset[Severity] | None
    guard_error: GuardError | None


@dataclass(slots=True)
class HandOffSpec:
    """One request to another agent, at a severity."""

    severity: Severity
    path: Path
    document: HandOffDocument


@dataclass(slots=True)
class AgentSpec:
    """Everything one agent's bindings file says. ``folder`` is the agent its directory is named after, or
    ""."""

    document: BindingsDocument
    name: str
    bindings: list[BindingSpec]
    hand_offs: list[HandOffSpec]
    folder: str = ""


@dataclass(frozen=True, slots=True)
class AgentContext:
    """What is known around one agent. None means that the file which would say so was not there to read.

    ``bound`` are the KPIs that any agent watches and ``binding_agents`` the agents with bindings. ``cycles``
    are circles of hand-offs, each beginning with the agent whose name comes first. ``left_out`` are names
    that the files define in a shape that cannot be used: they are not unknown. ``actions`` are those of the
    catalogue, by name.
    """

    kpis: Mapping[str, KpiSpec] | None = None
    units: Mapping[str, UnitSpec] = field(default_factory=lambda: STANDARD_UNITS, repr=False)
    agents: Mapping[str, RosterAgent] | None = None
    bound: frozenset[str] | None = None
    binding_agents: frozenset[str] | None = None
    cycles: tuple[tuple[str, ...], ...] = ()
    left_out: frozenset[str] = frozenset()
    has_roster: bool = True
    """Whether the files that are judged have a roster; what is known of agents may be a database's."""
    near_kpis: NearNames = field(default_factory=lambda: NearNames(()), repr=False, compare=False)
    near_agents: NearNames = field(default_factory=lambda: NearNames(()), repr=False, compare=False)
    actions: Mapping[str, ActionKindDocument] | None = None
    near_actions: NearNames = field(default_factory=lambda: NearNames(()), repr=False, compare=False)

    @classmethod
    def of(
        cls,
        *,
        kpis: Iterable[KpiSpec] | None,
        units: Mapping[str, UnitSpec] = STANDARD_UNITS,
        agents: Mapping[str, RosterAgent] | None,
        bindings: Iterable[BindingsDocument] = (),
        complete: bool = True,
        left_out: frozenset[str] = frozenset(),
        actions: Mapping[str, ActionKindDocument] | None = None,
    ) -> AgentContext:
        """From the registry's KPIs, the roster and agents' bindings; ``complete`` when these are all there
        are."""
        documents = list(bindings)
        known = None if kpis is None else {kpi.name: kpi for kpi in kpis}
        bound = frozenset(binding.key for document in documents for binding in document.kpis_used)
        return cls(
            kpis=known,
            units=units,
            agents=agents,
            bound=bound if complete and documents else None,
            binding_agents=frozenset(d.agent for d in documents if d.kpis_used) if complete else None,
            cycles=find_cycles(documents),
            left_out=left_out,
            near_kpis=NearNames(known or ()),
            near_agents=NearNames(agents or ()),
            actions=actions,
            near_actions=NearNames(actions or ()),
        )


def compile_agent(document: BindingsDocument, context: AgentContext, folder: str = "") -> AgentSpec:
    """Compile one agent's bindings file."""
    bindings = [
        compile_binding(binding, document.agent, context, ("kpis_used", index))
        for index, binding in enumerate(document.kpis_used)
    ]
    return AgentSpec(document, document.agent, bindings, list(_hand_offs(document)), folder)


def compile_binding(
    document: BindingDocument, agent: str, context: AgentContext, path: Path = ()
) -> BindingSpec:
    """Compile one binding; ``path`` is where it stands in its file."""
    kpi = context.kpis.get(document.key) if context.kpis else None
    triggers = list(_triggers(document, kpi.unit if kpi else None))
    severities: frozenset[Severity] | None = frozenset(trigger.severity for trigger in triggers)
    if not severities:
        severities = frozenset(trigger.severity for trigger in kpi.triggers) if kpi else None
    return BindingSpec(
        document=document,
        path=path,
        agent=agent,
        key=document.key,
        kpi=kpi,
        triggers=triggers,
        sides=parts_by_side(triggers, kpi.healthy if kpi else None),
        severities=severities,
        guard_error=_guard_error(document.guard),
    )


def _triggers(document: BindingDocument, unit: UnitSpec | None) -> Iterable[TriggerSpec]:
    for key, severity in TRIGGER_KEYS.items():
        text: str = getattr(document.alerting, key)
        if text:
            condition, error = (
                _read_drop(text) if key == "caution_if_drop_pct" else read_condition(text, unit)
            )
            values = condition.values if condition else EMPTY
            yield TriggerSpec(severity, ("alerting", key), text, condition, error, values)


def _read_drop(text: str) -> tuple[Condition | None, ConditionError | None]:
    try:
        return parse_drop(text), None
    except ConditionError as error:
        return None, error


def _guard_error(text: str) -> GuardError | None:
    if not text:
        return None
    try:
        parse_guard(text)
    except GuardError as error:
        return error
    return None


def _hand_offs(document: BindingsDocument) -> Iterable[HandOffSpec]:
    for key, severity in HANDOFF_KEYS.items():
        for index, hand_off in enumerate(getattr(document.collaboration, key)):
            yield HandOffSpec(severity, ("collaboration", key, index), hand_off)


def find_cycles(documents: Iterable[BindingsDocument]) -> tuple[tuple[str, ...], ...]:
    """Circles of hand-offs between agents: ``("NEUROS", "SOMNOS")`` when each asks the other."""
    return cycles_among(pair for document in documents for pair in asked_pairs(document))


def asked_pairs(document: BindingsDocument) -> list[tuple[str, str]]:
    """The agent with each one that it asks."""
    return [(document.agent, hand_off.document.agent) for hand_off in _hand_offs(document)]


def cycles_among(asked: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    """Circles among pairs of an agent and one that it asks: whoever is in any circle is in one of these.

    At most a hundred, each the shortest of one of its agents.
    """
    targets: dict[str, set[str]] = {}
    for agent, target in asked:
        if target != agent:
            targets.setdefault(agent, set()).add(target)
    found: list[tuple[str, ...]] = []
    told: set[str] = set()
    for agent in sorted(_turning(targets)):
        circle = () if agent in told or len(found) == _MOST_CYCLES else _circle_of(agent, targets)
        if circle:
            first = circle.index(min(circle))
            found.append((*circle[first:], *circle[:first]))
            told.update(circle)
    return tuple(found)


def _turning(targets: Mapping[str, set[str]]) -> set[str]:
    """The agents that ask somebody who asks on: without those at either end of a line, again and again."""
    left = {agent: set(asked) for agent, asked in targets.items()}
    while True:
        is_asked = set().union(*left.values()) if left else set()
        kept = {agent: asked & left.keys() for agent, asked in left.items() if agent in is_asked}
        kept = {agent: asked for agent, asked in kept.items() if asked}
        if kept == left:
            return set(kept)
        left = kept


def _circle_of(agent: str, targets: Mapping[str, set[str]]) -> tuple[str, ...]:
    """The shortest way from an agent back to itself; empty where there is none."""
    came_from: dict[str, str] = {}
    reached = deque([agent])
    while reached:
        one = reached.popleft()
        for other in sorted(targets.get(one, ())):
            if other == agent:
                way = [one]
                while way[-1] != agent:
                    way.append(came_from[way[-1]])
                return tuple(reversed(way))
            if other not in came_from:
                came_from[other] = one
                reached.append(other)
    return ()
