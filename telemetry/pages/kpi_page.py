"""What the page about a KPI's values shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, QuerySet

from contracts.watched import Definition, json_number
from telemetry.contracts_now import Released
from telemetry.models import Series, Standing
from telemetry.pages.contract import bands_of, spec_of
from telemetry.pages.lines import lines
from telemetry.pages.overview import Tally
from telemetry.pages.span import Span
from telemetry.pages.words import STATES, called, kind_of, when_of

PEOPLE_AT_MOST = 20
SERIES_AT_MOST = 40
"""In a picture, in which nobody could tell more of them apart."""
PER_PAGE = 25


@dataclass(frozen=True, slots=True)
class Standings:
    """The bindings of an agent to the KPI: how many people are in each state."""

    agent: str
    counts: tuple[Tally, ...]

    @property
    def total(self) -> int:
        """People."""
        return sum(one.count for one in self.counts)

    @property
    def shares(self) -> list[tuple[str, float, float]]:
        """Class, beginning and width of each state on a line of 100."""
        found, x = [], 0.0
        for one in reversed(self.counts):
            width = one.count / self.total * 100
            found.append((one.kind, round(x, 3), round(width, 3)))
            x += width
        return found


def distribution(kpi: str) -> list[Standings]:
    """By agent, how many people are in each state now."""
    rows = Standing.objects.filter(kpi=kpi).order_by().values_list("agent", "state").annotate(Count("pk"))
    agents: dict[str, dict[str, int]] = {}
    for agent, state, count in rows:
        agents.setdefault(agent, {})[kind_of(state)] = count
    return [
        Standings(agent, tuple(Tally(kind, found[kind]) for kind in STATES.values() if kind in found))
        for agent, found in sorted(agents.items())
    ]


def worst_first(standings: QuerySet[Standing]) -> QuerySet[Standing]:
    """The worst states first, then the newest; those of whom nothing was heard last."""
    return standings.select_related("subject").order_by("-state", "-since", "pk")


@dataclass(frozen=True, slots=True)
class Person:
    """A row of a table: somebody's state by one agent's contract."""

    standing: Standing
    name: str
    kind: str
    since: Any
    heard: Any

    @classmethod
    def of(cls, standing: Standing) -> Person:
        """From what is stored."""
        return cls(
            standing,
            called(standing.subject_id, standing.subject.user_id),
            kind_of(standing.state),
            when_of(standing.since),
            when_of(standing.heard),
        )


def people(standings: QuerySet[Standing], at: str | None) -> tuple[Page[Standing], list[Person]]:
    """One page of a table."""
    page = Paginator(worst_first(standings), PER_PAGE).get_page(at)
    return page, [Person.of(standing) for standing in page]


@dataclass(frozen=True, slots=True)
class Picture:
    """What a picture of lines is about: a KPI, by one agent or all, of one person or of those most in need."""

    released: Released
    kpi: str
    agent: str = ""
    subject: int | None = None

    @property
    def definition(self) -> Definition:
        """As released."""
        return self.released.definition(self.kpi)

    def standings(self) -> list[Standing]:
        """Whose lines are drawn."""
        found = Standing.objects.filter(kpi=self.kpi)
        found = found.filter(agent=self.agent) if self.agent else found
        found = found if self.subject is None else found.filter(subject=self.subject)
        return list(worst_first(found)[:PEOPLE_AT_MOST])

    def series(self, standings: Sequence[Standing]) -> list[Series]:
        """The series of those people; of a KPI that no agent watches, those heard last."""
        found = Series.objects.filter(kpi=self.kpi).select_related("subject")
        found = found.filter(agent=self.agent) if self.agent else found
        found = found if self.subject is None else found.filter(subject=self.subject)
        if standings:
            found = found.filter(subject__in={one.subject_id for one in standings})
        return list(found.order_by("-at")[:SERIES_AT_MOST])

    def version(self, series: Sequence[Series], standings: Sequence[Standing], span: Span) -> str:
        """A word that is another one as soon as the picture would be."""
        told = (
            self.released.release,
            span.days or span,
            [(one.pk, one.changed, one.at, one.value) for one in series],
            [(one.pk, one.state) for one in standings],
        )
        return sha256(repr(told).encode()).hexdigest()[:32]

    def as_data(self, series: Sequence[Series], standings: Sequence[Standing], span: Span) -> dict[str, Any]:
        """For the script that draws it."""
        kinds = {(one.agent, one.subject_id): kind_of(one.state) for one in standings}
        found, thinned = lines(series, kinds, span)
        definition = self.definition
        watched = self.released.binding(self.agent, self.kpi) if self.agent else None
        triggers = watched.binding.triggers if watched else None
        known = self.kpi in self.released.kpis
        spec = spec_of(definition) if known else None
        return {
            "from": span.start,
            "to": span.end,
            "unit": definition.symbol,
            "best": json_number(spec.optimal) if spec else None,
            "bands": [band._asdict() for band in bands_of(definition, triggers)] if known else [],
            "lines": [line.as_data() for line in found],
            "thinned": thinned,
        }


def newest(kpi: str) -> Any:
    """When the newest value of a KPI was measured."""
    return when_of(Series.objects.filter(kpi=kpi).aggregate(newest=Max("at"))["newest"])
