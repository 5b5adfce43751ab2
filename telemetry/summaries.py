"""Long histories made short for pictures: the lowest and the highest value of every hour, kept beside the history.

A job makes them every night, for the days of which something was received since the last time. Whoever draws asks
:func:`steps`, which reads the history itself as long as that is quick, and is exact then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
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
AT_ONCE, ROWS_AT_ONCE = 2500, 200_000
"""Series of a day that are summarised in one transaction, and about how many values: somebody may have to wait."""
_CHANGED = "telemetry_changed_day"
_NO_DAY = -(2**62)

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
    """Summarise the hours of every day of which something was received since the last time.

    What there is to do is kept by the database meanwhile, in a table of this connection's own.
    """
    _run(
        f"CREATE TEMPORARY TABLE {_CHANGED} (day bigint, series bigint, count bigint, PRIMARY KEY (day, series))"
    )
    try:
        _run(
            f"INSERT INTO {_CHANGED} SELECT at / %s, series_id, COUNT(*) FROM telemetry_observation"  # noqa: S608
            " WHERE received >= %s GROUP BY 1, 2",
            DAY,
            _made_until() - OVERLAP,
        )
        ((total, days),) = _run(f"SELECT COUNT(*), COUNT(DISTINCT day) FROM {_CHANGED}")  # noqa: S608 - ours
        done = hours = 0
        for day, series in _changed():
            hours += _summarise(series, day * DAY)
            done += len(series)
            progress(done, total, "summarising")
    finally:
        _run(f"DROP TABLE {_CHANGED}")
    return {"until": now, "days": days, "hours": hours}


def _changed() -> Iterator[tuple[int, list[int]]]:
    """What there is to do: days, each with some of its series."""
    day, last = _NO_DAY, 0
    while following := _run(
        f"SELECT day, series, count FROM {_CHANGED} WHERE (day, series) > (%s, %s)"  # noqa: S608 - ours
        " ORDER BY day, series LIMIT %s",
        day,
        last,
        AT_ONCE,
    ):
        day = following[0][0]
        before = accumulate((count for _, _, count in following), initial=0)
        series = [
            one
            for (that, one, _), rows in zip(following, before, strict=False)
            if that == day and rows < ROWS_AT_ONCE
        ]
        last = series[-1]
        yield day, series


def _summarise(series: Sequence[int], day: int) -> int:
    """Make the hours of a day anew; how many. An hour loses all its values by retention only, and goes with them."""
    people = Series.objects.filter(pk__in=series).values_list("subject", flat=True).distinct()
    marks = ", ".join(["%s"] * len(series))
    with transaction.atomic(), connection.cursor() as cursor:
        hold(sorted(people))  # nobody is erased meanwhile: the history of who was before is gone
        cursor.execute(
            f"INSERT INTO telemetry_summary (series_id, at, first, last, low, high, count)"  # noqa: S608 - ours
            f" SELECT series_id, at / %s * %s, {_OF_HISTORY}"
            f" WHERE series_id IN ({marks}) AND at >= %s AND at < %s GROUP BY 1, 2"
            " ON CONFLICT (series_id, at) DO UPDATE SET first = excluded.first, last = excluded.last,"
            " low = excluded.low, high = excluded.high, count = excluded.count",
            (HOUR, HOUR, *series, day, day + DAY),
        )
        return int(cursor.rowcount)


def _run(sql: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []
