"""The first page: who stands where, by KPI and agent, and whom to look at first.

A look reads the database, and may be used again; what a page shows of it is chosen by :mod:`telemetry.pages.grid`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from django.db.models import Count, Max

from telemetry import contracts_now
from telemetry.contracts_now import Released
from telemetry.models import Standing
from telemetry.pages.attention import NEEDS_LOOK, Attention, attention
from telemetry.pages.words import STATES, WORDS, when_of

HELD = 20
"""A look is used again for so many times as long as it took: at most a twentieth of a processor looks."""
AT_ONCE = 5_000
"""Rows that are read at once."""
KINDS = tuple(STATES.values())
"""Classes of states, the worst first."""
PLACES = {int(state): place for place, state in enumerate(STATES)}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many people are in a state."""

    kind: str
    count: int

    @property
    def word(self) -> str:
        """As people call it."""
        return WORDS[self.kind]


@dataclass(slots=True)
class Seen:
    """Of one binding: how many people are in each state, in the order of KINDS, how many of them need a look, and
    when the newest value was measured, in microseconds."""

    counts: list[int]
    needing: int = 0
    last: int = 0

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """The states that somebody is in, the worst first."""
        return tuple(Tally(kind, count) for kind, count in zip(KINDS, self.counts, strict=True) if count)


@dataclass(frozen=True, slots=True)
class Look:
    """How it stood when the database was asked. ``watchers`` has every KPI that is watched, in the registry's order,
    with its agents; ``seen`` what values were reported for."""

    released: Released
    watchers: Mapping[str, Sequence[str]]
    agents: tuple[str, ...]
    seen: Mapping[str, Mapping[str, Seen]]
    attention: tuple[Attention, ...]
    people: int
    counts: tuple[Tally, ...]
    """States, one for each binding of each person; the worst first."""
    needing: int
    """How many of those need a look."""
    last: datetime | None
    """When the newest value was measured."""

    @property
    def states(self) -> int:
        """How many there are: one for each binding of each person."""
        return sum(one.count for one in self.counts)

    @property
    def bindings(self) -> int:
        """How many are in force."""
        return len(self.released.watched)


@dataclass(slots=True)
class _Held:
    until: float = 0.0
    look: Look | None = None


_held = _Held()


def latest_look() -> Look:
    """How it stands now. With very many people a look takes a while, and is used for as much longer."""
    began = monotonic()
    if _held.look is None or began >= _held.until:
        found = look(contracts_now.current())
        took = monotonic() - began
        # A quick look is not worth keeping.
        _held.look, _held.until = found, began + took * HELD if took > 0.05 else 0.0
    return _held.look


def look(released: Released) -> Look:
    """Ask the database: four queries, however many people there are."""
    seen = _seen(released)
    every = [one for agents in seen.values() for one in agents.values()]
    sums = [sum(one.counts[place] for one in every) for place in range(len(KINDS))]
    return Look(
        released=released,
        watchers=_watchers(released),
        agents=tuple(dict.fromkeys(agent for agent, _ in released.watched)),
        seen=seen,
        attention=tuple(attention(released)),
        people=Standing.objects.values("subject").distinct().count(),
        counts=tuple(Tally(kind, count) for kind, count in zip(KINDS, sums, strict=True) if count),
        needing=sum(one.needing for one in every),
        last=when_of(max((one.last for one in every), default=0) or None),
    )


def _watchers(released: Released) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {name: [] for name in released.kpis}
    for agent, kpi in released.watched:  # only which: a binding is made ready when it is asked for
        found.setdefault(kpi, []).append(agent)
    return {name: those for name, those in found.items() if those}


def _seen(released: Released) -> dict[str, dict[str, Seen]]:
    found: dict[str, dict[str, Seen]] = {}
    for agent, kpi, state, count, newest, needing in _counted():
        if (agent, kpi) in released.watched:
            agents = found.setdefault(kpi, {})
            if (one := agents.get(agent)) is None:
                one = agents[agent] = Seen([0] * len(KINDS))
            one.counts[PLACES[state]] = count
            one.needing += needing
            one.last = max(one.last, newest or 0)
    return found


def _counted() -> Iterator[tuple[str, str, int, int, int | None, int]]:
    """Agent, KPI, state, how many people, the newest value, how many need a look: a row for each three."""
    rows = Standing.objects.order_by().values_list("agent", "kpi", "state")
    told = rows.annotate(n=Count("pk"), newest=Max("at"), need=Count("pk", filter=NEEDS_LOOK))
    return told.iterator(chunk_size=AT_ONCE)
