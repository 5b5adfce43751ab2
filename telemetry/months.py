"""PostgreSQL keeps the history in one table a month: what is too old is dropped with its table.

The months are made ahead. What belongs to a month that there is no table for goes into the table of the rest, and
moves once the month is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import OperationalError, connection, transaction

from contracts.evaluation import micros, moment
from rest.outages import sqlstate_of

TABLE = "telemetry_observation"
REST = f"{TABLE}_rest"
AHEAD = 2
"""Months after the current one."""
MOST_BACK = 24
"""Months before it, however long the history is kept: every statement plans for all of them."""
_LOCK = 0x61757265
"""Whose number only this module uses: one process at a time makes and drops months."""
LOCK_NOT_AVAILABLE = "55P03"
_PATIENCE = "2s"
"""Nobody who reports waits longer for a month to be made or dropped; another attempt comes within the hour."""


class Month(NamedTuple):
    """A month's table and its ends, in microseconds; ``until`` is no part of it."""

    table: str
    since: int
    until: int

    @classmethod
    def of(cls, year: int, month: int) -> Month:
        """A month of UTC; ``month`` may be less than 1 or more than 12."""
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
        begin = datetime(year, month, 1, tzinfo=UTC)
        end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        return cls(f"{TABLE}_{year}_{month:02}", micros(begin), micros(end))


def wanted(now: int, days: int) -> list[Month]:
    """The months that should have a table, where so many days are kept."""
    today, oldest = moment(now), moment(now) - timedelta(days=days)
    back = min((today.year - oldest.year) * 12 + today.month - oldest.month, MOST_BACK)
    return [Month.of(today.year, today.month + step) for step in range(-back, AHEAD + 1)]


def there() -> list[Month]:
    """The months that have a table, oldest first; none on another database."""
    if connection.vendor != "postgresql":
        return []
    names = [
        name
        for (name,) in _run(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", TABLE
        )
    ]
    found = [Month.of(*map(int, name.removeprefix(f"{TABLE}_").split("_"))) for name in names if name != REST]
    return sorted(found, key=lambda month: month.since)


def make(now: int, days: int) -> int:
    """Make the months that are missing; how many. Rows that waited for theirs move into it."""
    if connection.vendor != "postgresql" or not _is_partitioned():
        return 0
    found = there()
    return sum(_make(month) for month in wanted(now, days) if month not in found)


def drop(before: int) -> int:
    """Drop the months that end before a moment; how many."""
    return sum(_drop(month) for month in there() if month.until <= before)


def _make(month: Month) -> bool:
    with _alone() as is_alone:
        if is_alone and month not in there():
            bounds = f"FOR VALUES FROM ({month.since}) TO ({month.until})"
            _run(f"CREATE TABLE {month.table} (LIKE {TABLE} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)")
            _run(f"LOCK TABLE {REST}")  # nobody adds to it what belongs here
            _run(
                f"WITH moved AS (DELETE FROM {REST} WHERE at >= %s AND at < %s RETURNING *)"  # noqa: S608 - ours
                f" INSERT INTO {month.table} SELECT * FROM moved",
                month.since, month.until,
            )  # fmt: skip
            _run(f"ALTER TABLE {TABLE} ATTACH PARTITION {month.table} {bounds}")
            return True
    return False


def _drop(month: Month) -> bool:
    with _alone() as is_alone:
        if is_alone and month in there():
            _run(f"DROP TABLE {month.table}")
            return True
    return False


def _is_partitioned() -> bool:
    """Whether the table is made already, and as it should be."""
    return bool(_run("SELECT 1 FROM pg_partitioned_table WHERE partrelid = to_regclass(%s)", TABLE))


@contextmanager
def _alone() -> Iterator[bool]:
    """A transaction in which nobody else makes or drops a month; False, where it took too long to be alone.

    What takes too long within it is given up as well, and the transaction with it.
    """
    is_alone = False
    try:
        with transaction.atomic():
            _run(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
            _run("SELECT pg_advisory_xact_lock(%s)", _LOCK)
            is_alone = True
            yield True
    except OperationalError as error:
        if sqlstate_of(error) != LOCK_NOT_AVAILABLE:
            raise
        if not is_alone:  # whoever entered still waits to be told
            yield False


def _run(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return cursor.fetchall() if cursor.description else []
