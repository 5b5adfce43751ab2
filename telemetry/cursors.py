"""What has changed since the last look, without a scan, and without missing a commit that was still under way.

Rows carry the number of the transaction that changed them last (``changed``). On PostgreSQL transactions do not
end in the order of their numbers: the cursor is the oldest one that was still open, and what came after it is told
again the next time. On SQLite there is one writer at a time, and it counts (``Clock``).

Another cluster counts anew: what was restored into it carries numbers that are still to come there, and would be told
at every look until they have come. :func:`renumber` gives such rows a number of today, once.
"""

from __future__ import annotations

from typing import TypeVar

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model, QuerySet

from telemetry.models import Clock, Series, Standing

M = TypeVar("M", bound=Model)
START = 0
"""The cursor of whoever has seen nothing yet."""
AT_ONCE = 5000
"""Rows in one transaction."""
_TO_COME = "changed >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
_OLDEST = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
_CLUSTER = "(SELECT system_identifier FROM pg_control_system())"
_DATABASE = "(SELECT oid::bigint FROM pg_database WHERE datname = current_database())"
_MAY_ASK = "SELECT has_function_privilege('pg_control_system()', 'execute')"
_may_ask: dict[str, bool] = {}
ALSO: set[type[Model]] = set()
"""Models of others whose rows carry the number of the transaction that changed them last, in ``changed``."""

Place = tuple[int, ...]
"""A database of a cluster."""


def now(using: str = "default") -> int:
    """A cursor: whatever is committed with a smaller number is there to be read by now.

    Ask for it first and read then, the other way round a commit could be missed.
    """
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_OLDEST)
            (oldest,) = cursor.fetchone()
            return int(oldest)
    tick = Clock.objects.using(using).filter(pk=1).values_list("tick", flat=True).first()
    return (tick or 0) + 1


def changed_since(rows: QuerySet[M], cursor: int) -> tuple[QuerySet[M], int]:
    """Of series or standings: those that changed since a cursor, to be read next, and the cursor after them.

    A row may be told twice; none is missed.
    """
    following = now(rows.db)
    return rows.filter(changed__gte=cursor), following


def now_and_place(using: str = "default") -> tuple[int, Place]:
    """A cursor, and the database it is of: in another one it means nothing. () on SQLite."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return now(using), ()
    with connection.cursor() as cursor:
        if using not in _may_ask:  # some who run PostgreSQL for others keep that to themselves
            cursor.execute(_MAY_ASK)
            (_may_ask[using],) = cursor.fetchone()
        cursor.execute(f"{_OLDEST}, {_DATABASE}, {_CLUSTER if _may_ask[using] else 0}")
        oldest, *place = cursor.fetchone()
    return int(oldest), tuple(map(int, place))


def renumber(using: str = "default") -> int:
    """Give rows of another cluster a number of today; how many there were. They are told once more to everybody.

    Who reports holds people, not rows: a row that somebody changes just now is left out, and gets its number by that.
    """
    connection = connections[using]
    if connection.vendor != "postgresql":
        return 0
    return sum(_renumber(connection, table) for table in numbered())


def numbered() -> list[str]:
    """The tables whose rows carry such numbers."""
    models: list[type[Model]] = [Series, Standing, *sorted(ALSO, key=_name)]
    return [model._meta.db_table for model in models]


def _name(model: type[Model]) -> str:
    return model._meta.label


def _renumber(connection: BaseDatabaseWrapper, table: str) -> int:
    done = 0
    while True:
        with transaction.atomic(connection.alias), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET changed = pg_current_xact_id()::text::bigint WHERE id IN (SELECT id"  # noqa: S608
                f" FROM {table} WHERE {_TO_COME} LIMIT {AT_ONCE} FOR NO KEY UPDATE SKIP LOCKED)"
            )
            if cursor.rowcount < 1:
                return done
            done += cursor.rowcount
