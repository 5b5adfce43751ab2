"""A small line for a list: how a KPI went over the last 30 days.

One value a day of the few people heard last, and their mean: looked up in the index, day by day, so that the list
costs the same however much is stored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models import F, Window
from django.db.models.functions import RowNumber

from contracts.evaluation import SECOND
from telemetry.models import Series

DAYS = 30
PEOPLE = 5
WIDTH, HEIGHT = 96, 22
_DAY = 86_400 * SECOND
_SQL = """
WITH RECURSIVE day(start) AS (SELECT CAST(%s AS bigint) UNION ALL SELECT start + {day} FROM day WHERE start < %s)
SELECT series.id, day.start, (
  SELECT value FROM telemetry_observation seen
  WHERE seen.series_id = series.id AND seen.at >= day.start AND seen.at < day.start + {day}
  ORDER BY seen.at LIMIT 1
) FROM telemetry_series series CROSS JOIN day WHERE series.id IN ({marks})
"""


@dataclass(frozen=True, slots=True)
class Spark:
    """The points of the line, a piece for each stretch without a gap, and all of it in words."""

    pieces: tuple[str, ...]
    told: str
    dots: tuple[tuple[float, float], ...] = ()


def sparks(kpis: Iterable[str], now: int) -> dict[str, Spark]:
    """Of each KPI that something was reported of; two queries."""
    newest = Window(RowNumber(), partition_by=[F("kpi")], order_by=F("at").desc())
    rows = Series.objects.filter(kpi__in=list(kpis)).annotate(place=newest).filter(place__lte=PEOPLE)
    of = dict(rows.values_list("pk", "kpi"))
    if not of:
        return {}
    first = now - DAYS * _DAY
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(of))
        cursor.execute(_SQL.format(marks=marks, day=_DAY), [first, first + (DAYS - 1) * _DAY, *of])
        found: dict[str, dict[int, list[float]]] = {}
        for series, start, value in cursor.fetchall():
            if value is not None:
                found.setdefault(of[series], {}).setdefault((start - first) // _DAY, []).append(value)
    return {
        kpi: _spark({day: sum(some) / len(some) for day, some in days.items()}) for kpi, days in found.items()
    }


def _spark(days: dict[int, float]) -> Spark:
    low, high = min(days.values()), max(days.values())
    room = high - low

    def place(day: int) -> tuple[float, float]:
        share = (days[day] - low) / room if room else 0.5
        return round(2 + day / (DAYS - 1) * (WIDTH - 4), 1), round(HEIGHT - 3 - share * (HEIGHT - 6), 1)

    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    pieces = tuple(" ".join(f"{x},{y}" for x, y in map(place, run)) for run in runs if len(run) > 1)
    dots = tuple(place(run[0]) for run in runs if len(run) == 1)
    return Spark(pieces, f"between {low:.6g} and {high:.6g} over the last {DAYS} days", dots)
