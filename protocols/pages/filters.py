"""What the list of runs can be filtered by. None of it asks the database which values there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar, Final, Protocol

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest

from jobs.database_clock import database_clock
from protocols.lifecycle import RunState
from protocols.models import Deviation, ProtocolRun
from protocols.pages.rules import TITLES
from protocols.pages.words import RUN_STATES
from protocols.services.lateness import Lateness
from telemetry import contracts_now
from telemetry.pages.words import WORDS, kind_of

Runs = QuerySet[ProtocolRun]
Choices = Iterable[tuple[str, str]]
LARGEST: Final = 2**63 - 1


def whole_number(text: str) -> int | None:
    """What an address says, where that is a number that a column has room for."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    number = int(text)
    return number if number <= LARGEST else None


class Chosen(SimpleListFilter):
    """One value of those that are offered. What else an address says is shown as it is, and finds what it finds."""

    def queryset(self, request: HttpRequest, queryset: Runs) -> Runs:
        """The runs of the value that was chosen."""
        value = self.value()
        return queryset if value is None else self.narrowed(request, queryset, value)

    def narrowed(self, request: HttpRequest, queryset: Runs, value: str) -> Runs:
        """The runs of this value; each filter has its own way."""
        raise NotImplementedError


class StateFilter(Chosen):
    """Open or ended, or one state of a run."""

    title = "state"
    parameter_name = "state"
    OPEN, ENDED, LATE = "open", "ended", "late"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        """All of them."""
        yield from ((self.OPEN, "Open"), (self.LATE, "Open and late"), (self.ENDED, "Ended"))
        yield from ((str(state), word.capitalize()) for state, (word, _) in RUN_STATES.items())

    def narrowed(self, request: HttpRequest, queryset: Runs, value: str) -> Runs:
        """The runs in that state."""
        if value == self.OPEN:
            return queryset.filter(ended__isnull=True)
        if value == self.ENDED:
            return queryset.filter(ended__isnull=False)
        if value == self.LATE:
            return queryset.filter(Lateness.at(database_clock.micros()).runs(), ended__isnull=True)
        if value not in set(RunState):
            return queryset.none()
        found = queryset.filter(state=value)
        return found.filter(ended__isnull=True) if value in ("offered", "waiting", "active") else found


class NamedFilter(Chosen):
    """By a name: those that are released are offered, and one that is not any more can still be asked for."""

    column: ClassVar[str]

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        """Those of the release in force, and the one that is asked for."""
        names = dict(self.names())
        asked = request.GET.get(self.parameter_name or "")
        if asked:
            names.setdefault(asked, asked)
        return names.items()

    def names(self) -> Mapping[str, str]:
        """Each with what people call it."""
        raise NotImplementedError

    def narrowed(self, request: HttpRequest, queryset: Runs, value: str) -> Runs:
        """The runs whose column has this name."""
        return queryset.filter(**{self.column: value})


class AgentFilter(NamedFilter):
    """The runs of one agent."""

    title = parameter_name = column = "agent"

    def names(self) -> Mapping[str, str]:
        """The agents of the release in force."""
        return {name: name for name in sorted(contracts_now.current().agents)}


class KpiFilter(NamedFilter):
    """The runs about one KPI."""

    title = "KPI"
    parameter_name = column = "kpi"

    def names(self) -> Mapping[str, str]:
        """The KPIs that an agent of the release in force watches."""
        released = contracts_now.current()
        watched = {kpi for _, kpi in released.watched}
        return {name: one.title or name for name, one in released.kpis.items() if name in watched}


class SeverityFilter(Chosen):
    """By the worst severity so far."""

    title = parameter_name = "severity"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        """The worst first."""
        return [(str(one), WORDS[kind_of(one)].capitalize()) for one in (3, 2, 1)]

    def narrowed(self, request: HttpRequest, queryset: Runs, value: str) -> Runs:
        """The runs that were this severe at their worst."""
        return queryset.filter(severity=int(value)) if value in ("1", "2", "3") else queryset.none()


class DeviationFilter(Chosen):
    """By what was not done as declared."""

    title = parameter_name = "deviation"
    ANY = "any"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        """Any, or one rule."""
        return [(self.ANY, "Any"), *TITLES.items()]

    def narrowed(self, request: HttpRequest, queryset: Runs, value: str) -> Runs:
        """The runs with this deviation."""
        found = Deviation.objects.filter(run=OuterRef("pk"))
        if value != self.ANY:
            found = found.filter(rule=value) if value in TITLES else found.none()
        return queryset.filter(Exists(found))


class WhoseFilter(Chosen):
    """By the person who looks after it."""

    title = "looked after by"
    parameter_name = "whose"
    MINE, OTHERS, NOBODY = "mine", "others", "nobody"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        """Me, others, nobody."""
        return [(self.MINE, "Me"), (self.OTHERS, "Others"), (self.NOBODY, "Nobody")]

    def narrowed(self, request: HttpRequest, queryset: Runs, value: str) -> Runs:
        """The runs that this person looks after."""
        return queryset.filter(whose(request, value)()) if value in WHOSE else queryset.none()


class Whose(Protocol):
    """Says which runs, of a query that comes to them by ``before``."""

    def __call__(self, before: str = "") -> Q: ...


WHOSE: Final = (WhoseFilter.MINE, WhoseFilter.OTHERS, WhoseFilter.NOBODY)


def whose(request: HttpRequest, value: str) -> Whose:
    """Runs that are mine, somebody else's or nobody's; any for another value.

    Nobody's are told by the empty name: nearly all rows have no account, and its index would lead through them all.
    """
    me = request.user.pk

    def wanted(before: str = "") -> Q:
        mine, nobodys = Q(**{f"{before}assignee": me}), Q(**{f"{before}assignee_name": ""})
        return {
            WhoseFilter.MINE: mine,
            WhoseFilter.OTHERS: ~nobodys & ~mine,
            WhoseFilter.NOBODY: nobodys,
        }.get(value, Q())

    return wanted


class PersonFilter(Chosen):
    """By the person it is about, as links ask for it; it is offered to be taken away again, and no name is told."""

    title = parameter_name = "person"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> Choices:
        """The one that is asked for; a second one has the filter be shown."""
        asked = request.GET.get("person")
        return [(asked, "This one")] if asked else []

    def has_output(self) -> bool:
        """Shown where it is used."""
        return self.value() is not None

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Everybody, or this one."""
        yield from super().choices(changelist)

    def narrowed(self, request: HttpRequest, queryset: Runs, value: str) -> Runs:
        """The runs about one person."""
        number = whole_number(value)
        return queryset.none() if number is None else queryset.filter(subject=number)


FILTERS: Final = (
    StateFilter, SeverityFilter, AgentFilter, KpiFilter, DeviationFilter, WhoseFilter, PersonFilter,
)  # fmt: skip
