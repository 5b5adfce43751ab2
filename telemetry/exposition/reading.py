"""Reading many rows narrowly: as tuples, past Django's own work for each row and each query."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Model, QuerySet

from telemetry.models import Clock, Series, Standing

Row = tuple[Any, ...]
AT_ONCE: Final = 10_000
SERIES: Final = ("pk", "at", "value", "kpi", "agent", "source", "subject__user_id")
STANDING: Final = ("pk", "changed", "state", "kpi", "agent", "open_severity", "subject__user_id")
GONE: Final = 2
"""The clock that a trigger of the database counts whenever series or standings are deleted."""


class Question:
    """A query that is put together once, and asked again and again. Its numbers may be others each time."""

    def __init__(self, build: Callable[[], QuerySet[Any, Any]]) -> None:
        self._build = build
        self._asked: dict[str, tuple[str, Row]] = {}

    def rows(self, *numbers: int) -> list[Row]:
        """The answer, of columns as the driver gives them."""
        if connection.vendor not in self._asked:
            self._asked[connection.vendor] = self._build().query.sql_with_params()
        sql, parameters = self._asked[connection.vendor]
        with connection.cursor() as cursor:
            cursor.execute(sql, numbers or parameters)
            found: list[Row] = cursor.fetchall()
            return found


_CHANGED_SERIES = Question(
    lambda: Series.objects.filter(changed__gte=0).values_list("pk", "at", "value", "kpi")
)
_CHANGED_STANDINGS = Question(
    lambda: Standing.objects.filter(changed__gte=0).values_list(
        "pk", "changed", "state", "kpi", "agent", "open_severity"
    )
)
_GONE = Question(lambda: Clock.objects.filter(pk=GONE).values_list("tick"))


def changed_series(cursor: int) -> list[Row]:
    """What changed since, in the order of their numbers: number, time, value and KPI.

    The database is not asked for the order, which would tempt it to look at every row.
    """
    return sorted(_CHANGED_SERIES.rows(cursor))


def changed_standings(cursor: int) -> list[Row]:
    """Standings that changed: number, change, state, KPI, agent and open severity."""
    return sorted(_CHANGED_STANDINGS.rows(cursor))


def gone() -> int:
    """How often series or standings were deleted."""
    return sum(tick for (tick,) in _GONE.rows())


def all_series() -> QuerySet[Any, Any]:
    """Every series that has a value."""
    return Series.objects.filter(changed__gt=0).order_by("pk").values_list(*SERIES)


def all_standings() -> QuerySet[Any, Any]:
    """Every standing that was something else than unknown once."""
    return Standing.objects.filter(changed__gt=0).order_by("pk").values_list(*STANDING)


def streamed(found: QuerySet[Any, Any]) -> Iterator[list[Row]]:
    """Rows some at a time, never all in memory."""
    some: list[Row] = []
    for row in found.iterator(AT_ONCE):
        some.append(row)
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def those(found: QuerySet[Any, Any], ids: list[int]) -> Iterator[Row]:
    """Only these rows, in the order of their numbers."""
    for start in range(0, len(ids), AT_ONCE):
        yield from found.filter(pk__in=ids[start : start + AT_ONCE])


def alive(model: type[Model]) -> array[int]:
    """The numbers of all rows there are, in order."""
    found = array("q")
    for some in streamed(model._default_manager.order_by("pk").values_list("pk")):
        found.extend([pk for (pk,) in some])
    return found


def timestamp(moment: Any) -> float:
    """A moment as a driver gives it, in seconds since 1970; SQLite's is a text in UTC."""
    found: datetime = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def data(document: Any) -> Any:
    """JSON as a driver gives it."""
    return json.loads(document) if isinstance(document, str | bytes) else document
