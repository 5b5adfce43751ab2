"""Follows the database for the inboxes that agents poll, so that a poll asks nobody."""

from __future__ import annotations

import logging
import time
from threading import Event, Lock, Thread
from typing import Final

from django.db import DatabaseError, InterfaceError, connection

from protocols.inbox import measures
from protocols.inbox.held import GOOD_FOR, Held
from protocols.services import news
from rest.patience import at_most

log = logging.getLogger(__name__)

EVERY: Final = 0.25
"""Seconds between two looks. A look at nothing new is four narrow queries."""
SOON: Final = 0.02
"""Seconds after one look before which the next one does not begin, whatever happens."""
SHARE: Final = 4
"""How many times as long as a look takes the thread rests after it: others have something to do, too."""
LONGEST: Final = GOOD_FOR / 2
PATIENCE: Final = 1.0
"""Seconds after which a database that does not answer is left alone until the next look."""
AFTER_LAST: Final = 120.0
"""Seconds for which a process goes on when nobody polls."""


class Keeper:
    """A thread that begins with the first poll of this process, and ends when nobody polls any longer."""

    def __init__(self, held: Held, *, every: float = EVERY) -> None:
        self._held, self._every = held, every
        self._until = 0.0
        self._lock = Lock()
        self._thread: Thread | None = None
        self._wanted = Event()
        self._is_stopped = False
        self._confirmed: float | None = None
        """When the last look that succeeded began; None for the first one after nobody polled."""

    def polled(self) -> None:
        """Somebody polls: go on, or begin."""
        self._until = time.monotonic() + AFTER_LAST
        if self._thread is None:
            with self._lock:
                if self._thread is None and not self._is_stopped:
                    self._thread = Thread(target=self._follow, name="inboxes", daemon=True)
                    self._thread.start()

    def look_soon(self) -> None:
        """Look at once: this process has changed something, or somebody asks for an inbox that is not held yet."""
        self._wanted.set()

    def stop(self) -> None:
        """End the thread, and wait for it."""
        self._is_stopped = True
        self._wanted.set()
        if thread := self._thread:
            thread.join()

    def _follow(self) -> None:
        news.LISTENERS.append(self.look_soon)
        self._confirmed = None
        try:
            while not self._is_stopped and time.monotonic() < self._until:
                self._wanted.clear()
                began = time.monotonic()
                self.look()
                taken = time.monotonic() - began
                time.sleep(min(max(SOON, SHARE * taken), LONGEST))
                self._wanted.wait(self._every)
        finally:
            measures.tell()
            news.LISTENERS.remove(self.look_soon)
            connection.close()
            self._thread = None

    def look(self) -> None:
        """Hold what is committed by now. What goes wrong, the next poll is told by Django."""
        is_well = False
        began = time.monotonic()
        try:
            with at_most(PATIENCE):
                self._held.look()
            is_well = True
        except (DatabaseError, InterfaceError) as error:
            log.warning("The database does not answer: %s", error)
        except Exception:
            log.exception("Inboxes are left to Django")
        finally:
            self._measure(began, is_well=is_well)
            if not is_well or connection.vendor == "postgresql":
                connection.close()

    def _measure(self, began: float, *, is_well: bool) -> None:
        """Count a look, and what was polled until now."""
        ended = time.monotonic()
        measures.tell()
        measures.LOOKS.observe(ended - began)
        if not is_well:
            measures.FAILURES.inc()
            return
        if self._confirmed is not None:
            measures.AGES.observe(ended - self._confirmed)
        self._confirmed = began
