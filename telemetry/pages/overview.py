"""The first page: agents and KPIs as a grid of who stands where, and whom to look at first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from django.db.models import Count, Max

from contracts.evaluation import explaining
from contracts.watched import Definition, WatchedAction
from telemetry import contracts_now
from telemetry.contracts_now import Released, Watched
from telemetry.models import Standing
from telemetry.pages.words import STATES, WORDS, called, kind_of, when_of
from telemetry.storage.memories import COLUMNS, from_columns

NAMED_AT_MOST = 6
LOOKED_AT = 200
"""Of the worst, to find those that are named: the contract may no longer have what some are about."""
HELD = 20
"""A look is used again for so many times as long as it took: at most a twentieth of a processor looks."""
NEEDS_LOOK = (Standing.State.CRITICAL, Standing.State.WARNING, Standing.State.UNKNOWN)
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
class Attention:
    """Somebody to look at."""

    agent: str
    definition: Definition
    subject: int
    person: str
    kind: str
    reason: str
    since: datetime | None
    actions: tuple[WatchedAction, ...]

    @property
    def word(self) -> str:
        """The state as people call it."""
        return WORDS[self.kind]


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the first page. ``totals`` counts bindings of people, not people."""

    release: int
    agents: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    attention: tuple[Attention, ...] = ()
    totals: Mapping[str, int] = field(default_factory=dict)
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
        """How many need a look beside those that are named."""
        needing = sum(self.totals.get(kind_of(state), 0) for state in NEEDS_LOOK)
        return max(0, needing - len(self.attention))


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
    """Ask the database: three queries, however many people there are."""
    counts: dict[Pair, dict[str, int]] = {}
    last: dict[Pair, int] = {}
    rows = Standing.objects.order_by().values_list("agent", "kpi", "state")
    for agent, kpi, state, count, newest in rows.annotate(n=Count("pk"), newest=Max("at")):
        pair = agent, kpi
        if pair in released.watched:
            counts.setdefault(pair, {})[kind_of(state)] = count
            last[pair] = max(last.get(pair, 0), newest or 0)
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
        people=Standing.objects.values("subject").distinct().count(),
        last=when_of(max(last.values(), default=None)),
    )


def attention(released: Released) -> list[Attention]:
    """Whom to look at first: the worst state, and of those the newest."""
    worst = (
        Standing.objects.filter(state__in=NEEDS_LOOK).select_related("subject").order_by("-state", "-since")
    )
    found = []
    for standing in worst[:LOOKED_AT]:
        watched = released.binding(standing.agent, standing.kpi)
        if watched is not None:
            found.append(_attention(standing, watched))
        if len(found) == NAMED_AT_MOST:
            break
    return found


def _cell(watched: Watched, counts: Mapping[str, int], last: int | None) -> Cell:
    return Cell(
        agent=watched.binding.agent,
        kpi=watched.binding.kpi,
        is_on=watched.evaluator is not None,
        counts=tuple(Tally(kind, counts[kind]) for kind in STATES.values() if kind in counts),
        last=when_of(last),
    )


def _attention(standing: Standing, watched: Watched) -> Attention:
    return Attention(
        agent=standing.agent,
        definition=watched.definition,
        subject=standing.subject_id,
        person=called(standing.subject_id, standing.subject.user_id),
        kind=kind_of(standing.state),
        reason=reason_of(standing, watched),
        since=when_of(standing.since),
        actions=watched.binding.actions_at(kind_of(standing.state)) if standing.state > 0 else (),
    )


def reason_of(standing: Standing, watched: Watched) -> str:
    """Why somebody is in a state, by the contract in force; "" where nothing is evaluated."""
    if watched.evaluator is None:
        return ""
    memory = from_columns(tuple(getattr(standing, column) for column in COLUMNS))
    return explaining.reason(watched.evaluator, memory)
