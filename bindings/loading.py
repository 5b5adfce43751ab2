"""The working copy in pieces, so that a large one is judged with few queries and little memory.

Each piece of two thousand rows takes the same few queries, however many there are. Rows are put together here
and not by Django's prefetching: its objects point at each other in circles, which are only freed when the
garbage collector comes by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bindings.models import Action, Agent, Binding, HandOff, Trigger
from contracts.context import KnownKpi
from contracts.yamltree import paused_gc
from kpis.models import KPI

PIECE = 2000
"""Rows that are read at once."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What there is, by narrow queries: KPIs and bindings by id in their order, and who asks whom.

    ``bindings`` are (id, agent's id, KPI's id); ``asked`` the names of one agent and another.
    """

    kpis: Mapping[int, KnownKpi]
    agents: Sequence[Agent]
    bindings: Sequence[tuple[int, int, int]]
    asked: Sequence[tuple[str, str]]

    @classmethod
    def read(cls) -> Outline:
        """Four queries."""
        kpis = KPI.objects.values_list("pk", "name", "prometheus_metric", "status")
        ordered = Binding.objects.order_by("agent_id", "position", "pk")
        return cls(
            kpis={pk: KnownKpi(*known) for pk, *known in kpis},
            agents=list(Agent.objects.all()),
            bindings=list(ordered.values_list("pk", "agent_id", "kpi_id")),
            asked=list(HandOff.objects.order_by().values_list("agent__name", "target__name").distinct()),
        )

    @property
    def size(self) -> int:
        """How many KPIs and bindings there are to judge."""
        return len(self.kpis) + len(self.bindings)


def kpis_in_pieces(outline: Outline) -> Iterator[list[KPI]]:
    """Every KPI with its thresholds, two thousand at a time in the registry's order; two queries each."""
    ids = list(outline.kpis)
    for piece in pieces(ids):
        found = {kpi.pk: kpi for kpi in KPI.objects.whole().filter(pk__in=piece)}
        yield [found[pk] for pk in piece if pk in found]


def agents_in_pieces(outline: Outline) -> Iterator[list[Agent]]:
    """Every agent with all of its contract as a draft, in the roster's order.

    A piece has at most two thousand bindings, or one agent that has more; four queries for each two thousand.
    """
    names = {pk: KPI(pk=pk, name=known.name) for pk, known in outline.kpis.items()}
    by_agent: defaultdict[int, list[int]] = defaultdict(list)
    for pk, owner, kpi in outline.bindings:
        if kpi in names:  # not so for a KPI that was added while we looked
            by_agent[owner].append(pk)
    piece: list[Agent] = []
    rows = 0
    for agent in outline.agents:
        more = len(by_agent[agent.pk]) or 1
        if piece and rows + more > PIECE:
            yield filled(piece, by_agent, names)
            piece, rows = [], 0
        piece.append(agent)
        rows += more
    if piece:
        yield filled(piece, by_agent, names)


def all_agents() -> list[Agent]:
    """Every agent in the roster's order, its bindings and hand-offs as drafts.

    Not by prefetching, which makes a queryset for each row, and on SQLite ends at a thousand KPIs that agents watch.
    """
    with paused_gc():
        return [agent for piece in agents_in_pieces(Outline.read()) for agent in piece]


def filled(
    agents: list[Agent], by_agent: Mapping[int, Sequence[int]], names: Mapping[int, KPI]
) -> list[Agent]:
    """These agents, each with its bindings and hand-offs as drafts."""
    hand_offs: defaultdict[int, list[HandOff]] = defaultdict(list)
    asking = HandOff.objects.filter(agent__in=[agent.pk for agent in agents])
    for row in asking.select_related("target", "kpi"):
        hand_offs[row.agent_id].append(row)
    ids = [pk for agent in agents for pk in by_agent.get(agent.pk, ())]
    bindings: defaultdict[int, list[Binding]] = defaultdict(list)
    for piece in pieces(ids):
        for binding in whole_bindings(piece, names):
            bindings[binding.agent_id].append(binding)
    for agent in agents:
        agent.draft_hand_offs = hand_offs[agent.pk]
        agent.draft_bindings = bindings[agent.pk]
    return agents


def whole_bindings(ids: Sequence[int], names: Mapping[int, KPI]) -> list[Binding]:
    """These bindings in this order, with triggers and actions as drafts; three queries."""
    triggers: defaultdict[int, list[Trigger]] = defaultdict(list)
    for trigger in Trigger.objects.filter(binding__in=ids):
        triggers[trigger.binding_id].append(trigger)
    actions: defaultdict[int, list[Action]] = defaultdict(list)
    for action in Action.objects.filter(binding__in=ids):
        actions[action.binding_id].append(action)
    # Not `in_bulk`, which asks SQLite for 999 at a time.
    found = {binding.pk: binding for binding in Binding.objects.filter(pk__in=ids)}
    for pk, binding in found.items():
        binding.kpi = names[binding.kpi_id]
        binding.draft_triggers = triggers[pk]
        binding.draft_actions = actions[pk]
    return [found[pk] for pk in ids if pk in found]


def pieces(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The ids, two thousand at a time."""
    return (ids[start : start + PIECE] for start in range(0, len(ids), PIECE))
