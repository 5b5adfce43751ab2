"""One process at a time brings the database up to date: two nodes may be started at once."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError, InterfaceError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

PATIENCE = 600.0
"""Seconds for which the other one may take: a migration of very many rows."""
LOOK_EVERY = 0.2
_LOCK = 0x61757266
"""Whose number only this module uses."""
_held: set[str] = set()

Say = Callable[[str], object]


@contextmanager
def alone(say: Say, *, using: str = "default", patience: float = PATIENCE) -> Iterator[None]:
    """Wait until nobody else brings this database up to date, and keep others waiting meanwhile.

    ``say`` is told once that it waits. Raises CommandError where it waited too long.
    """
    if using in _held:  # `up` does, and calls `migrate`
        yield
        return
    connection = connections[using]
    lock = _of_cluster if connection.vendor == "postgresql" else _of_file
    with lock(connection) as take:
        _wait(take, say, patience)
        _held.add(using)
        try:
            yield
        finally:
            _held.discard(using)


def _wait(take: Callable[[], bool], say: Say, patience: float) -> None:
    until = time.monotonic() + patience
    if take():
        return
    say("Another process brings the database up to date; waiting for it.")
    while not take():
        if time.monotonic() > until:
            raise CommandError(
                f"Another process has been bringing the database up to date for {patience / 60:.0f} minutes. "
                "Nothing was changed by this one. See whether that one still works, end it if not, and start again."
            )
        time.sleep(LOOK_EVERY)


@contextmanager
def _of_cluster(connection: BaseDatabaseWrapper) -> Iterator[Callable[[], bool]]:
    """A lock of the session: it is gone with the process, however that ends."""

    def ask(what: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {what}(%s)", [_LOCK])
            return bool(cursor.fetchone()[0])

    try:
        yield lambda: ask("pg_try_advisory_lock")
    finally:
        with suppress(DatabaseError, InterfaceError):  # nothing is held by a session that is gone
            ask("pg_advisory_unlock")


@contextmanager
def _of_file(connection: BaseDatabaseWrapper) -> Iterator[Callable[[], bool]]:
    """A lock of a file beside other data; nothing to wait for where the database is in memory."""
    if "memory" in str(connection.settings_dict["NAME"]):
        yield lambda: True
        return
    path = Path(settings.DATA_DIR) / "migrate.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:

        def take() -> bool:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        yield take
