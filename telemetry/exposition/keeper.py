"""Following the database between scrapes, so that a scrape finds little left to do."""

from __future__ import annotations

import logging
import time
from threading import Event, Lock, Thread

from django.db import DatabaseError, InterfaceError, connection

from jobs.database_clock import database_clock
from rest.patience import holding
from telemetry import contracts_now
from telemetry.exposition.held import Held, held

log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks. A look at nothing new is three narrow queries."""
AFTER_LAST = 120.0
"""Seconds for which a process goes on without being scraped: longer than anybody waits between two scrapes."""


class Keeper:
    """A thread that begins with the first scrape of this process, and ends when nobody scrapes any longer."""

    def __init__(self, known: Held = held, *, every: float = EVERY, after_last: float = AFTER_LAST) -> None:
        self._held, self._every, self._after_last = known, every, after_last
        self._until = 0.0
        self._lock = Lock()
        self._thread: Thread | None = None
        self._stop = Event()

    def scraped(self) -> None:
        """Somebody scrapes: go on, or begin."""
        self._until = time.monotonic() + self._after_last
        if self._thread is None:
            with self._lock:
                if self._thread is None:
                    self._thread = Thread(target=self._follow, name="metrics", daemon=True)
                    self._thread.start()

    def stop(self) -> None:
        """End now."""
        self._stop.set()
        if thread := self._thread:
            thread.join()

    def _follow(self) -> None:
        try:
            while not self._stop.wait(self._every) and time.monotonic() < self._until:
                self.look()
        finally:
            connection.close()
            self._thread = None

    def look(self) -> None:
        """Bring what is held up to now. What goes wrong, the next scrape tells."""
        is_well = False
        try:
            with holding(self._held.lock):
                self._held.bring_up_to(database_clock.micros(), contracts_now.current())
            is_well = True
        except (DatabaseError, InterfaceError) as error:
            log.warning("The database does not answer: %s", error)
        finally:
            if not is_well or connection.vendor == "postgresql":
                connection.close()
