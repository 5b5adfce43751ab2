"""The list of runs: the newest first, in pages that begin where the one before ended.

Nothing counts the table, and no page looks through more of it than LOOKED_AT rows: with a million runs a page takes as
long as with a thousand. A filter that finds few may come to the end of what it looked through; the page says so, and
leads on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, QueryDict

from protocols.models import ProtocolRun
from protocols.pages.filters import LARGEST, StateFilter, whole_number
from telemetry import contracts_now

PER_PAGE: Final = 50
LOOKED_AT: Final = 20_000
BEFORE, AFTER = "before", "after"
"""What an address says of where a page begins: behind a run, or in front of one."""
Runs = QuerySet[ProtocolRun]


@dataclass(frozen=True, slots=True)
class Place:
    """Behind a run in the order of the list (``is_newer``: in front of it)."""

    opened: int
    pk: int
    is_newer: bool = False

    @classmethod
    def of(cls, query: QueryDict) -> Place | None:
        """As an address says it; None for the beginning, and for what cannot be read."""
        for name in (BEFORE, AFTER):
            opened, pk = (whole_number(part) for part in query.get(name, "").partition("-")[::2])
            if opened is not None and pk is not None:
                return cls(opened, pk, name == AFTER)
        return None

    def within(self, runs: Runs) -> Runs:
        """The runs on its far side."""
        if self.is_newer:
            return runs.filter(opened__gte=self.opened).exclude(opened=self.opened, pk__lte=self.pk)
        return runs.filter(opened__lte=self.opened).exclude(opened=self.opened, pk__gte=self.pk)


@dataclass(frozen=True, slots=True)
class Part:
    """One page of the list. ``older`` and ``newer`` are where the next ones begin, "" where there is none;
    ``looked_to`` is the moment up to which it looked, where that is not all."""

    rows: Sequence[ProtocolRun]
    older: str = ""
    newer: str = ""
    looked_to: int | None = None


def part_of(found: Runs, ground: Runs, place: Place | None, *, is_narrow: bool = False) -> Part:
    """One page of ``found``, which is part of ``ground``: that has an index in the order of the list.

    Two queries; three where the ground ``is_narrow``: its end keeps a database from looking beyond it by another index.
    """
    is_newer = place is not None and place.is_newer
    order = ("opened", "pk") if is_newer else ("-opened", "-pk")
    if place is not None:
        found, ground = place.within(found), place.within(ground)
    column = ground.order_by(*order).values_list("opened", flat=True)
    horizon = next(iter(column[LOOKED_AT : LOOKED_AT + 1]), None)
    end = horizon
    if horizon is None and is_narrow:
        end = next(iter(column.reverse()[:1]), None)
    if end is not None:
        found = found.filter(**{"opened__lte" if is_newer else "opened__gte": end})
    rows = list(found.order_by(*order)[: PER_PAGE + 1])
    goes_on, rows = len(rows) > PER_PAGE, rows[:PER_PAGE]
    further = ""
    if goes_on:
        further = _at(rows[-1])
    elif horizon is not None:
        further = f"{horizon}-{LARGEST if is_newer else 0}"
    back = _at(rows[0]) if place is not None and rows else ""
    looked_to = horizon if not goes_on else None
    if is_newer:
        return Part(rows[::-1], older=back, newer=further, looked_to=looked_to)
    return Part(rows, older=further, newer=back, looked_to=looked_to)


def _ground(query: QueryDict) -> Runs:
    """What of the filters has an index in the order of the list."""
    ground = ProtocolRun.objects.all()
    if agent := query.get("agent"):
        ground = ground.filter(agent=agent)
    if person := query.get("person"):
        ground = ground.filter(subject=whole_number(person) or 0)
    return ground


def _at(run: ProtocolRun) -> str:
    return f"{run.opened}-{run.pk}"


class RunChangeList(ChangeList):
    """Django's list, but for how it pages."""

    part: Part
    is_beyond: bool
    """Whether this is another page than the first."""

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """Where a page begins is no filter."""
        found: dict[str, Any] = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in (BEFORE, AFTER)}

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """Another filter begins at the beginning."""
        return super().get_query_string(new_params, [*(remove or ()), BEFORE, AFTER])

    def get_results(self, request: HttpRequest) -> None:
        """The rows of this page."""
        place = Place.of(request.GET)
        self.is_beyond = place is not None
        is_narrow = request.GET.get(StateFilter.parameter_name) in (StateFilter.OPEN, StateFilter.LATE)
        ground = ProtocolRun.objects.open() if is_narrow else _ground(request.GET)
        self.part = part_of(self.queryset, ground, place, is_narrow=is_narrow)
        self.result_list = list(self.part.rows)
        self.result_count = len(self.result_list)
        self.full_result_count = None
        self.show_full_result_count = self.show_admin_actions = False
        self.can_show_all, self.multi_page = False, False
        self.paginator = Paginator(self.result_list, PER_PAGE)

    def link(self, name: str, place: str) -> str:
        """The address of a page that begins elsewhere."""
        return super().get_query_string({name: place}, [BEFORE, AFTER])

    @property
    def older(self) -> str:
        """The address of the page behind, "" where there is none."""
        return self.link(BEFORE, self.part.older) if self.part.older else ""

    @property
    def newer(self) -> str:
        """The address of the page in front."""
        return self.link(AFTER, self.part.newer) if self.part.newer else ""


def searched(runs: Runs, term: str) -> Runs:
    """Runs of a number, or of KPIs that are called so; no text of the table is looked through."""
    term = term.strip()
    if term.isascii() and term.isdigit():
        number = whole_number(term)
        return runs.none() if number is None else runs.filter(pk=number)
    wanted = term.casefold()
    kpis = contracts_now.current().kpis
    named = [name for name, one in kpis.items() if wanted in name or wanted in one.title.casefold()]
    return runs.filter(Q(kpi__in=named or [term]) | Q(agent=term))
