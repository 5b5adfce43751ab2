"""One lock for the working copy: whoever changes the registry, its agents or its waivers holds it from before
anything is judged until everything is stored.

Rules look at other rows than those that change: a successor, who else has a metric, whom an agent asks. Judged
without the lock, two changes that do not fit together both pass, each over what the other one is about to take
away (write skew). One lock is enough: people and pipelines change definitions, agents only read them.

Locks are always taken in this order, so that nobody waits in a circle:

1. the working copy (here),
2. what agents are served (``releases.models.ServingRevision.hold``),
3. rows, by their primary key.

Who holds people's rows (``telemetry.storage.common``) takes none of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction

from rest.handling import Busy

WAIT_SECONDS = 8
"""How long somebody waits for their turn: a form is saved in a tenth of a second, a large import takes seconds."""
_KEY = 0x41555245_4E574350
"""The advisory lock's number in PostgreSQL: "AURENWCP"."""
_TAKE = "SELECT set_config('lock_timeout', %s, true), pg_advisory_xact_lock(%s)"
"""In one statement: the wait is bounded whatever the connection says, for this transaction only."""
_IN_THE_WAY = frozenset({"55P03", "57014", "40P01", "40001"})
"""SQLSTATEs: lock_not_available, query_canceled, deadlock_detected, serialization_failure."""
_SENTENCE = "Someone else is changing the registry right now. Your change was not saved: try again shortly."


AFTERWARDS: list[Callable[[], None]] = []
"""What follows every turn, once it is committed; an app joins when it is ready. What fails there undoes nothing."""


@contextmanager
def working_copy_lock() -> Iterator[None]:
    """A transaction that alone changes the working copy. Inside another one, its lock lasts as long as that.

    On SQLite a transaction is the only one that writes from its beginning, if it is the outermost.
    Raises Busy, with a sentence for people, where it is somebody else's turn for too long.
    """
    try:
        with transaction.atomic():
            _take()
            yield
            for follow in AFTERWARDS:
                transaction.on_commit(follow, robust=True)
    except OperationalError as error:
        if isinstance(error, Busy) or not _is_in_the_way(error):
            raise
        raise Busy(_SENTENCE) from error


@contextmanager
def transaction_alone() -> Iterator[None]:
    """A transaction without that lock, for what is no part of the working copy."""
    with transaction.atomic():
        yield


def _take() -> None:
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [f"{WAIT_SECONDS}s", _KEY])


def _is_in_the_way(error: OperationalError) -> bool:
    """Whether others were in the way, and the same may well succeed a moment later."""
    cause = error.__cause__
    return getattr(cause, "sqlstate", None) in _IN_THE_WAY or "database is locked" in str(error)
