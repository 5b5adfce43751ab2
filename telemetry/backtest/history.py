"""The history of a KPI, person by person, read in pieces that fit in memory."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from django.db import connection

from contracts.evaluation import Observed

AT_ONCE = 50_000
"""Values that are read together; one person's always are."""
SERIES_AT_ONCE = 500
_make = tuple.__new__


class Lane(NamedTuple):
    """What is stored of one person, in order; those before place ``first`` are only looked back at."""

    subject: int
    observations: Sequence[Observed]
    first: int


class Part(NamedTuple):
    """Some people: their series by id, with whose each is and what tells it from others; and how many values."""

    series: dict[int, tuple[int, str]]
    values: int
    people: int


@dataclass(frozen=True, slots=True)
class History:
    """The values of a KPI between two moments, both included, by one agent or, with "", by all."""

    kpi: str
    agent: str
    since: int
    until: int
    looks_back: int = 0
    with_context: bool = False

    def size(self, at_most: int) -> int:
        """How many values there are, counted no further than to a limit."""
        series = "SELECT id FROM telemetry_series WHERE kpi = %s AND (agent = %s OR %s = '')"
        rows = _run(
            f"SELECT COUNT(*) FROM (SELECT 1 FROM telemetry_observation WHERE series_id IN ({series})"  # noqa: S608
            " AND at >= %s AND at <= %s LIMIT %s) AS counted",
            *(self.kpi, self.agent, self.agent, self.since - self.looks_back, self.until, at_most),
        )
        return int(rows[0][0])

    def parts(self) -> list[Part]:
        """Everybody of whom there are values, in pieces."""
        rows = _run(
            "SELECT s.subject_id, s.id, s.agent, s.source, (SELECT COUNT(*) FROM telemetry_observation o"
            " WHERE o.series_id = s.id AND o.at >= %s AND o.at <= %s) FROM telemetry_series s"
            " WHERE s.kpi = %s AND (s.agent = %s OR %s = '') ORDER BY 1, 2",
            *(self.since - self.looks_back, self.until, self.kpi, self.agent, self.agent),
        )
        found: list[Part] = []
        for subject, some in groupby(rows, itemgetter(0)):
            own = [row for row in some if row[4]]
            if not own:
                continue
            series = {pk: (subject, f"{agent}/{source}") for _, pk, agent, source, _ in own}
            part = Part(series, sum(row[4] for row in own), 1)
            last = found[-1] if found else None
            if last and last.values + part.values <= AT_ONCE and len(last.series) < SERIES_AT_ONCE:
                found[-1] = Part(last.series | series, last.values + part.values, last.people + 1)
            else:
                found.append(part)
        return found

    def lanes(self, part: Part) -> Iterator[Lane]:
        """The people of a piece; those with nothing but values to look back at are left out."""
        people: dict[int, list[list[Observed]]] = {}
        for series, rows in groupby(self._rows(part), itemgetter(0)):
            subject, source = part.series[series]
            people.setdefault(subject, []).append(_observed(rows, source, self.with_context))
        for subject, lists in people.items():
            whole = lists[0]
            if len(lists) > 1:
                whole = sorted(sum(lists, []), key=lambda one: (one.at, one.source, one.value))
            first = bisect_left(whole, self.since, key=lambda one: one.at) if self.looks_back else 0
            if first < len(whole):
                yield Lane(subject, whole, first)

    def _rows(self, part: Part) -> list[Any]:
        columns = "series_id, at, value, context" if self.with_context else "series_id, at, value"
        marks = ", ".join(["%s"] * len(part.series))
        return _run(
            f"SELECT {columns} FROM telemetry_observation WHERE series_id IN ({marks})"  # noqa: S608 - ours
            " AND at >= %s AND at <= %s ORDER BY series_id, at",
            *(*part.series, self.since - self.looks_back, self.until),
        )


def _observed(rows: Iterator[Any], source: str, with_context: bool) -> list[Observed]:
    if with_context:
        return [
            Observed(value, at, orjson.loads(text) if text else None, source) for _, at, value, text in rows
        ]
    return [_make(Observed, (value, at, None, source)) for _, at, value in rows]


def _run(sql: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[Any] = cursor.fetchall()
    return found
