"""How the database is at this very moment: asked by a thread of its own, so that nobody need wait for the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from time import monotonic

from django.db import DatabaseError, InterfaceError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from rest.patience import at_most

AWAY, READ_ONLY, SLOW = "database", "database_read_only", "database_slow"
LONG = 2.0
"""Seconds after which a database that was asked counts as away."""
YOUNG = 0.25
"""Seconds for which an answer is good enough: whoever asks all the time does not have the database asked as often."""
QUESTION = """SELECT current_setting('transaction_read_only') = 'on', EXISTS (
    SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
    AND query_start < clock_timestamp() - interval '1 second')"""
"""Whether nothing can be written, and whether anybody waits for somebody's lock for long."""


def troubles_of(connection: BaseDatabaseWrapper) -> frozenset[str]:
    """What is the matter with a database that can be asked. Raises what it does not answer with."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("SELECT 1")
            return frozenset()
        cursor.execute(QUESTION)
        is_read_only, is_waited_for = cursor.fetchone()
    found = {READ_ONLY: is_read_only, SLOW: is_waited_for}
    return frozenset(name for name, is_so in found.items() if is_so)


def asked(alias: str) -> frozenset[str]:
    """What is the matter with the database of this alias, or that it is away; gives the connection back."""
    try:
        with at_most(LONG):
            return troubles_of(connections[alias])
    except (DatabaseError, InterfaceError):
        return frozenset({AWAY})
    finally:
        connections[alias].close()


@dataclass(slots=True)
class _Asking:
    """A question that is under way, or was answered."""

    answered: Event = field(default_factory=Event)
    found: frozenset[str] = frozenset({SLOW})
    until: float = 0.0


class Pulse:
    """Asks at most one question at a time, whoever wants to know. ``ask`` is what is done for it."""

    def __init__(self, ask: Callable[[], frozenset[str]]) -> None:
        self._ask = ask
        self._lock = Lock()
        self._asking: _Asking | None = None

    def take(self, within: float) -> frozenset[str]:
        """What is the matter; that it is slow, if nothing is known within these seconds."""
        with self._lock:
            asking = self._asking
            if asking is None or (asking.answered.is_set() and asking.until < monotonic()):
                asking = self._asking = _Asking()
                Thread(target=self._answer, args=(asking,), name="pulse", daemon=True).start()
        asking.answered.wait(within)
        return asking.found

    def _answer(self, asking: _Asking) -> None:
        try:
            asking.found = self._ask()
        finally:
            asking.until = monotonic() + YOUNG
            asking.answered.set()
