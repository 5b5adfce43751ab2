"""What has changed since the last look, without a scan, and without missing a commit that was still under way.

Rows carry the number of the transaction that changed them last (``changed``). On PostgreSQL transactions do not
end in the order of their numbers: the cursor is the oldest one that was still open, and what came after it is told
again the next time. On SQLite there is one writer at a time, and it counts (``Clock``).
"""

from __future__ import annotations

from typing import TypeVar

from django.db import connections
from django.db.models import Model, QuerySet

from telemetry.models import Clock

M = TypeVar("M", bound=Model)
START = 0
"""The cursor of whoever has seen nothing yet."""


def now(using: str = "default") -> int:
    """A cursor: whatever is committed with a smaller number is there to be read by now.

    Ask for it first and read then, the other way round a commit could be missed.
    """
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
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
