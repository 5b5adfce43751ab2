"""Long histories made short for pictures: the lowest and the highest value of every hour, kept beside the history.

A job makes them every night, for the days of which something was received since the last time. Whoever draws asks
:func:`steps`, which reads the history itself as long as that is quick, and is exact then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from contracts.evaluation import SECOND
from jobs.models import Job
from telemetry.models import Observation, Series, Summary
from telemetry.progress import Progress, no_progress
from telemetry.storage import hold

HOUR = 60 * 60 * SECOND
DAY = 24 * HOUR
KIND = "telemetry_summaries"
OVERLAP = 10 * 60 * SECOND
"""Something received may be committed this much later."""
QUICK = 200_000
"""Rows of history that are read for a picture rather than their summaries."""
AT_ONCE = 200

Step = tuple[int, int, int, float, float, int]
"""Series, time of its first and of its last value, lowest, highest, how many."""

_OF_HISTORY = "MIN(at), MAX(at), MIN(value), MAX(value), COUNT(*) FROM telemetry_observation"
_OF_SUMMARIES = "MIN(first), MAX(last), MIN(low), MAX(high), SUM(count) FROM telemetry_summary"


def steps(series: Sequence[int], since: int, until: int, step: int) -> list[Step]:
    """What some series did in every ``step`` microseconds of a time, in order; ``until`` is no part of it."""
    if not series:
        return []
    whole = _summarised(series, since, until, step)
    if whole is None:
        return _grouped(_OF_HISTORY, series, since, until, step)
    begin, end = whole
    parts = [
        _grouped(_OF_HISTORY, series, since, begin, step),
        _grouped(_OF_SUMMARIES, series, begin, end, step),
        _grouped(_OF_HISTORY, series, end, until, step),
    ]
    return _joined([row for part in parts for row in part], step)


def _summarised(series: Sequence[int], since: int, until: int, step: int) -> tuple[int, int] | None:
    """The whole days in between for which the summaries are to be asked; None where the history is quick enough."""
    if step < 2 * HOUR:
        return None
    begin, end = -(-since // DAY) * DAY, until // DAY * DAY
    made = _made_until()
    end = min(end, made // DAY * DAY)
    if begin >= end or not Summary.objects.filter(series__in=series).exists():
        return None
    rows = Observation.objects.filter(series__in=series, at__gte=begin, at__lt=end).values("at")[: QUICK + 1]
    return (begin, end) if rows.count() > QUICK else None


def _grouped(what: str, series: Sequence[int], since: int, until: int, step: int) -> list[Step]:
    marks = ", ".join(["%s"] * len(series))
    sql = (
        f"SELECT series_id, {what} WHERE series_id IN ({marks}) AND at >= %s AND at < %s"  # noqa: S608 - ours
        " GROUP BY series_id, at / %s ORDER BY 1, 2"
    )
    return _run(sql, *series, since, until, step)


def _joined(rows: Sequence[Step], step: int) -> list[Step]:
    """Rows of one step that come from both, as one."""
    found: dict[tuple[int, int], Step] = {}
    for row in sorted(rows):
        key = row[0], row[1] // step
        one = found.get(key)
        found[key] = row if one is None else (
            row[0], one[1], max(one[2], row[2]), min(one[3], row[3]), max(one[4], row[4]), one[5] + row[5]
        )  # fmt: skip
    return list(found.values())


def _made_until() -> int:
    """Up to when everything that was received is summarised."""
    done = Job.objects.filter(kind=KIND, state=Job.State.DONE).order_by("-pk").first()
    return int((done.result or {}).get("until", 0)) if done else 0


def renew(now: int, progress: Progress = no_progress) -> dict[str, int]:
    """Summarise the hours of every day of which something was received since the last time."""
    days: dict[int, set[int]] = defaultdict(set)
    for series, day in _run(
        "SELECT DISTINCT series_id, at / %s FROM telemetry_observation WHERE received >= %s",
        DAY,
        _made_until() - OVERLAP,
    ):
        days[day].add(series)
    made = 0
    for number, (day, series) in enumerate(sorted(days.items())):
        ids = sorted(series)
        for start in range(0, len(ids), AT_ONCE):
            made += _summarise(ids[start : start + AT_ONCE], day * DAY)
            progress(number, len(days), "summarising")
    return {"until": now, "days": len(days), "hours": made}


def _summarise(series: Sequence[int], day: int) -> int:
    """Make the hours of a day anew."""
    people = Series.objects.filter(pk__in=series).values_list("subject", flat=True).distinct()
    with transaction.atomic():
        held = hold(sorted(people))  # nobody is erased meanwhile
        series = list(Series.objects.filter(pk__in=series, subject__in=held).values_list("pk", flat=True))
        Summary.objects.filter(series__in=series, at__gte=day, at__lt=day + DAY).delete()
        rows = _grouped(_OF_HISTORY, series, day, day + DAY, HOUR) if series else []
        Summary.objects.bulk_create(
            Summary(
                series_id=pk, at=first // HOUR * HOUR, first=first, last=last, low=low, high=high, count=count
            )
            for pk, first, last, low, high, count in rows
        )
    return len(rows)


def _run(sql: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[Any] = cursor.fetchall()
        return found
