"""The first page: agents and KPIs as a grid of who stands where, and whom to look at first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from django.db.models import Count, Max

from contracts.watched import Definition
from telemetry import contracts_now
from telemetry.contracts_now import Released, Watched
from telemetry.models import Standing
from telemetry.pages.attention import NEEDS_LOOK, Attention, attention
from telemetry.pages.words import STATES, WORDS, kind_of, when_of

HELD = 20
"""A look is used again for so many times as long as it took: at most a twentieth of a processor looks."""
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many people are in a state."""

    kind: str
    count: int

    @property
    def word(self) -> str:
        """As people call it."""
        return WORDS[self.kind]


@dataclass(frozen=True, slots=True)
class Cell:
    """One binding: how many people are in each state, the worst first, and how old the newest value is."""

    agent: str
    kpi: str
    is_on: bool
    counts: tuple[Tally, ...] = ()
    last: datetime | None = None

    @property
    def people(self) -> int:
        """Of whom something was reported."""
        return sum(one.count for one in self.counts)

    @property
    def worst(self) -> str:
        """The class of the worst state that somebody is in."""
        return self.counts[0].kind if self.counts else "unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """A KPI with a cell for each agent, None where the agent does not watch it."""

    definition: Definition
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the first page. ``totals`` and ``needing`` count bindings of people, not people."""

    release: int
    agents: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    attention: tuple[Attention, ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict)
    needing: int = 0
    people: int = 0
    last: datetime | None = None

    @property
    def counts(self) -> list[Tally]:
        """The totals, the worst first."""
        return [Tally(kind, self.totals[kind]) for kind in STATES.values() if self.totals.get(kind)]

    @property
    def states(self) -> int:
        """How many there are: one for each binding of each person."""
        return sum(self.totals.values())

    @property
    def more(self) -> int:
        """How many states need a look beside those of whoever is named."""
        return max(0, self.needing - sum(len(one.reasons) for one in self.attention))


@dataclass(slots=True)
class _Held:
    until: float = 0.0
    overview: Overview | None = None


_held = _Held()


def overview() -> Overview:
    """How it stands now. With very many people a look takes a while, and is used for as much longer."""
    began = monotonic()
    if _held.overview is None or began >= _held.until:
        found = look(contracts_now.current())
        took = monotonic() - began
        # A quick look is not worth keeping.
        _held.overview, _held.until = found, began + took * HELD if took > 0.05 else 0.0
    return _held.overview


def look(released: Released) -> Overview:
    """Ask the database: four queries, however many people there are."""
    counts: dict[Pair, dict[str, int]] = {}
    last: dict[Pair, int] = {}
    needing = 0
    rows = Standing.objects.order_by().values_list("agent", "kpi", "state")
    told = rows.annotate(n=Count("pk"), newest=Max("at"), need=Count("pk", filter=NEEDS_LOOK))
    for agent, kpi, state, count, newest, need in told:
        pair = agent, kpi
        if pair in released.watched:
            counts.setdefault(pair, {})[kind_of(state)] = count
            last[pair] = max(last.get(pair, 0), newest or 0)
            needing += need
    agents = tuple(dict.fromkeys(agent for agent, _ in released.watched))
    cells = {
        pair: _cell(watched, counts.get(pair, {}), last.get(pair))
        for pair, watched in released.watched.items()
    }
    totals = {kind: sum(found.get(kind, 0) for found in counts.values()) for kind in STATES.values()}
    return Overview(
        release=released.release,
        agents=agents,
        rows=tuple(
            Row(definition, tuple(cells.get((agent, name)) for agent in agents))
            for name, definition in released.kpis.items()
            if any((agent, name) in cells for agent in agents)
        ),
        attention=tuple(attention(released)),
        totals=totals,
        needing=needing,
        people=Standing.objects.values("subject").distinct().count(),
        last=when_of(max(last.values(), default=None)),
    )


def _cell(watched: Watched, counts: Mapping[str, int], last: int | None) -> Cell:
    return Cell(
        agent=watched.binding.agent,
        kpi=watched.binding.kpi,
        is_on=watched.evaluator is not None,
        counts=tuple(Tally(kind, counts[kind]) for kind in STATES.values() if kind in counts),
        last=when_of(last),
    )
