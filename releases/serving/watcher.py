"""Keeps what this process serves up to date: a thread that asks the database, and nobody waits for it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from threading import Condition, Event, Thread
from time import monotonic, time
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connections
from django.utils import timezone

from bindings.models import ApiToken, TokenRevision
from jobs.database_clock import database_clock
from releases.models import ServingRevision
from releases.services.guarding import WEAKER, store_setting
from releases.serving.holder import Holder
from releases.serving.memory import give_back
from releases.serving.reading import TokenRow, grants_of, read_stock, read_token_rows
from releases.serving.shelf import Shelf
from releases.serving.snapshot import Snapshot
from releases.signals import served_changed
from rest.patience import at_most
from rest.storage import failure_of

log = logging.getLogger(__name__)

EVERY = 0.5
PATIENCE = 2.5
"""Seconds after which a database that does not answer is away, though it may only be frozen."""
WHOLE_EVERY = 4.0
"""How often channels and followings are read though the revisions are the same: SQL by hand does not count them."""
USES_EVERY = 60.0
PINS, PINS_EVERY = 4, 5.0
"""How many releases that no channel is on are kept, because they were asked for last; how often that changes."""
OWN_CHANGE = 1.0
"""Seconds that whoever changed something waits at most until this process serves it."""
FIRST_LOOK = 8.0
"""Seconds that a start waits for the database at most."""


class WentBack(Exception):
    """The database is older than what is served already: it was restored from a backup, or replaced."""


class Watcher:
    """Fills a holder from one database; :meth:`start` has a thread do it for as long as the process lives."""

    def __init__(self, holder: Holder, *, using: str, snapshot: Snapshot) -> None:
        self._holder = holder
        self._using = using
        self._snapshot = snapshot
        self._may_restore = True
        self._pinned: tuple[int, ...] = ()
        self._token_rows: list[TokenRow] = []
        self._token_revision = -1
        self._has_leftovers = False
        self._knows_policy = False
        self._used: set[int] = set()
        self._whole_due = self._pins_due = 0.0
        self._uses_due = monotonic() + USES_EVERY
        self._looked, self._stopped, self._wanted = Event(), Event(), Event()
        self._turn = Condition()
        self._begun = self._done = 0

    def start(self) -> None:
        """Begin, and come back when there was a first look, whatever came of it."""
        self._holder.is_watched = True
        Thread(target=self._run, name="polls", daemon=True).start()
        self._looked.wait(FIRST_LOOK)
        served_changed.connect(self.look_now)

    def stop(self) -> None:
        """End the thread at its next turn."""
        served_changed.disconnect(self.look_now)
        self._stopped.set()
        self._wanted.set()

    def look_now(self, **kwargs: Any) -> None:
        """Have the thread look at once, and come back when it has: who changed something is served that next."""
        with self._turn:
            next_look = self._begun + 1  # one under way may have read before the change
            self._wanted.set()
            self._turn.wait_for(lambda: self._done >= next_look, OWN_CHANGE)

    def _run(self) -> None:
        with at_most(PATIENCE):
            while not self._stopped.is_set():
                self._wanted.clear()
                with self._turn:
                    self._begun += 1
                self.look()
                with self._turn:
                    self._done = self._begun
                    self._turn.notify_all()
                self._looked.set()
                self._wanted.wait(EVERY)
        connections[self._using].close()

    def look(self) -> None:
        """One turn: see whether anything changed, and if so, serve that. Raises nothing."""
        now = monotonic()
        try:
            self._settle_policy()
            self._refresh(now)
        except (DatabaseError, InterfaceError) as error:
            failure_of(error)  # damage is noted there
            self._in_trouble("database", error)
            connections[self._using].close()
            if self._holder.shelf is None:
                self._restore()
        except Exception as error:  # whatever it is, what is served stays
            self._in_trouble("release", error)
            self._holder.answered = monotonic()
            self._is_well("database")
        else:
            self._holder.confirmed = now
            if self._has_leftovers:  # not before: the shelf before lives as long as `_refresh` does
                self._has_leftovers = False
                give_back()
            self._holder.answered = monotonic()
            self._is_well("database", "release")
            self._note_uses(now)

    def _settle_policy(self) -> None:
        """Once, as soon as the database answers: what this server asks of releases holds for every server."""
        if self._knows_policy:
            return
        if settings.REQUIRE_APPROVAL:
            try:
                store_setting()
            finally:
                connections[DEFAULT_DB_ALIAS].close()
        elif ServingRevision.objects.using(self._using).filter(approval_required=True).exists():
            log.warning("%s", WEAKER)
        self._knows_policy = True

    def _refresh(self, now: float) -> None:
        shelf, pinned = self._holder.shelf, self._pins(now)
        revision = ServingRevision.current(self._using)
        if shelf and revision < shelf.stock.revision:
            raise WentBack(
                f"its revision is {revision}; {shelf.stock.revision} is served until the next start"
            )
        database_clock.learn_when_due(self._using)
        tokens = TokenRevision.current(
            self._using
        )  # before the tokens are read: a later change is seen later
        is_same = (
            shelf
            and revision == shelf.stock.revision
            and tokens == self._token_revision
            and pinned == self._pinned
        )
        if is_same and not self._holder.is_from_file and now < self._whole_due:
            return
        self._open_anew()
        before = shelf if shelf and not self._holder.is_from_file else None
        rows = read_token_rows(self._using)
        grants = before.grants if before and rows == self._token_rows else grants_of(rows)
        known = before.stock if before else self._snapshot.by_this_code()
        stock = read_stock(self._using, known, pinned)
        fresh = Shelf(stock, before.grants if before and before.grants == grants else grants)
        if before is None or fresh.stock is not before.stock or fresh.grants is not before.grants:
            self._serve(fresh)
            self._has_leftovers = before is None or fresh.stock is not before.stock
        self._holder.is_from_file = False
        self._token_rows, self._token_revision = rows, tokens
        self._pinned, self._whole_due = pinned, now + WHOLE_EVERY
        self._keep()

    def _open_anew(self) -> None:
        """Read the database's file again: an old connection has what it looks at in memory, and sees no damage."""
        connection = connections[self._using]
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            connection.close()

    def _serve(self, shelf: Shelf) -> None:
        self._used |= self._seen_uses()
        self._holder.shelf = shelf

    def _pins(self, now: float) -> tuple[int, ...]:
        """The releases that were asked for by number last; not each time anew, or anybody could keep us busy."""
        if now < self._pins_due:
            return self._pinned
        wanted = sorted(self._holder.wanted.items(), key=lambda one: one[1], reverse=True)
        for number, _ in wanted[PINS:]:
            self._holder.wanted.pop(number, None)
        pins = tuple(sorted(number for number, _ in wanted[:PINS]))
        if pins != self._pinned:
            self._pins_due = now + PINS_EVERY
        return pins

    def _keep(self) -> None:
        """Have a file of what is served, and note that it is still so."""
        shelf = self._holder.shelf
        try:
            if shelf:
                self._snapshot.keep(shelf)
                self._snapshot.confirm()
        except OSError as error:
            self._in_trouble("snapshot", error)
        else:
            self._is_well("snapshot")

    def _restore(self) -> None:
        """Serve what the file has: the database was away from the start."""
        if not self._may_restore:
            return
        self._may_restore = False
        loaded = self._snapshot.load()
        if loaded is None:
            return
        shelf, when = loaded
        log.warning("The database is away. What is served is from a file, confirmed at %s.", _told(when))
        self._holder.confirmed = monotonic() - max(time() - when, 0.0)
        self._holder.is_from_file = True
        self._serve(shelf)

    def _seen_uses(self) -> set[int]:
        """The tokens used since the last time, of this shelf."""
        shelf, used = self._holder.shelf, set()
        for seat in list(shelf.seats.values()) if shelf else ():
            if seat.is_used:
                seat.is_used = False
                used.add(seat.pk)
        return used

    def _note_uses(self, now: float) -> None:
        """Write down which tokens were used; a failure is no trouble, the next minute will do."""
        if now < self._uses_due:
            return
        self._uses_due = now + USES_EVERY
        self._used |= self._seen_uses()
        used = sorted(self._used)
        try:
            for start in range(0, len(used), 500):
                rows = ApiToken.objects.using(self._using).filter(pk__in=used[start : start + 500])
                rows.update(last_used=database_clock.moment())
        except DatabaseError as error:
            log.info("The last use of %d tokens is not noted yet: %s", len(used), error)
        else:
            self._used.clear()

    def _in_trouble(self, what: str, error: Exception) -> None:
        if what not in self._holder.troubles:
            said = str(error).strip().splitlines()[:1]
            log.error("Agents' polls, %s: %s: %s", what, type(error).__name__, said[0] if said else "")
            self._holder.troubles[what] = timezone.now()

    def _is_well(self, *things: str) -> None:
        for what in things:
            if since := self._holder.troubles.pop(what, None):
                log.warning("Agents' polls, %s: well again; it was not since %s.", what, since)


def _told(when: float) -> str:
    return datetime.fromtimestamp(when, tz=UTC).isoformat(" ", "seconds")
