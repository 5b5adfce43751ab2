"""The database's time, which all nodes share: what is stored, refused, due or over goes by it.

A process asks for it now and then, and counts on by its monotonic clock, which nobody sets. Before the first answer,
and on SQLite, which is a file of this machine, it is the machine's.
"""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from threading import Thread

from django.db import DatabaseError, InterfaceError, connections

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds after which the time is asked for again."""
TOLERATED = 5.0
"""Seconds by which a machine's own clock may differ before somebody should look."""


class DatabaseClock:
    """Tells the time by the database's clock."""

    def __init__(self) -> None:
        self._base: float | None = None
        """What to add to `time.monotonic()`; None while the machine's clock is all there is."""
        self._due = 0.0
        self.skewed_since: datetime | None = None
        """Since when the machine's clock has differed by more than is tolerated."""

    def time(self) -> float:
        """Now, in seconds since 1970."""
        base = self._base
        return time.time() if base is None else time.monotonic() + base

    def micros(self) -> int:
        """Now, in microseconds since 1970."""
        return int(self.time() * 1_000_000)

    def moment(self) -> datetime:
        """The moment it is now by the database's clock, in UTC."""
        return datetime.fromtimestamp(self.time(), tz=UTC)

    @property
    def skew(self) -> float:
        """By how many seconds this machine's clock is ahead of the database's; negative where it is behind."""
        return time.time() - self.time()

    def learn_when_due(self, using: str = "default") -> None:
        """Ask for the time, if that was some seconds ago."""
        if time.monotonic() >= self._due:
            self.learn(using)

    def learn(self, using: str = "default") -> None:
        """Ask for the time. Raises what a query raises; then the time goes on as known."""
        connection = connections[using]
        if connection.vendor == "postgresql":
            before = time.monotonic()
            with connection.cursor() as cursor:
                cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
                (told,) = cursor.fetchone()
            after = time.monotonic()
            self.set(told - (before + after) / 2, within=(after - before) / 2)
        self._due = time.monotonic() + EVERY

    def set(self, base: float, within: float = 0.0) -> None:
        """Go by another base, unless the one so far agrees ``within`` the uncertainty of the new one."""
        if self._base is None or abs(base - self._base) > within:
            self._base = base
        if abs(self.skew) <= TOLERATED:
            self.skewed_since = None
        elif self.skewed_since is None:
            self.skewed_since = self.moment()
            log.warning("The clock of this machine is %.0f s off the database's, which counts.", self.skew)

    def follow(self, using: str = "default") -> None:
        """Have a thread ask now and then, for as long as the process lives."""
        Thread(target=self._follow, args=(using,), name="clock", daemon=True).start()

    def _follow(self, using: str) -> None:
        while True:
            try:
                self.learn(using)
            except (DatabaseError, InterfaceError) as error:
                log.info("The database does not tell the time: %s", error)
            finally:
                connections[using].close()
            time.sleep(EVERY)


database_clock = DatabaseClock()
"""Of this process."""
