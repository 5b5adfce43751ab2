"""Whether this process can do its work, and what is missing since when: for `/readyz`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from jobs.database_clock import TOLERATED, database_clock
from releases.serving.holder import Holder, holder
from releases.serving.pulse import AWAY, READ_ONLY, SLOW, troubles_of
from rest.patience import at_most
from rest.storage import WAY_OUT, Failure, damaged_since, failure_of

DAMAGE = "damage"
MEANING = {
    AWAY: "Polls are answered from memory; pages and writes fail.",
    READ_ONLY: "Polls and pages are answered; reports and whatever else would be written are refused.",
    SLOW: "Polls are answered from memory; pages and writes take long or are refused.",
    DAMAGE: f"The database is damaged: what is in it cannot all be read or stored. {WAY_OUT}",
    "release": "What was released last cannot be served; polls get what was released before.",
    "clock": "This machine's clock is more than {tolerated:.0f} s off the database's, which counts; set it right.",
    "snapshot": "No file of what is served can be written; a start without the database would have an old one.",
}
WITHIN = 0.4
"""Seconds that a probe waits for the database's answer."""


def readiness(of: Holder = holder) -> tuple[int, dict[str, Any]]:
    """A status, and what to say: 200 for as long as polls can be answered, 503 when nothing can be."""
    if not of.is_watched:
        return _by_database()
    missing = of.troubles | _measured(of)
    if of.is_away:
        missing.setdefault(AWAY, timezone.now())
    if AWAY in missing:
        missing.pop(SLOW, None)
    if since := damaged_since():
        missing.setdefault(DAMAGE, since)
    if database_clock.skewed_since:
        missing["clock"] = database_clock.skewed_since
    if not missing and of.shelf:
        return 200, {"status": "ready"}
    said = {
        "degraded": [
            {"what": what, "since": _written(since), "meaning": MEANING[what].format(tolerated=TOLERATED)}
            for what, since in sorted(missing.items())
        ]
    }
    return (200, {"status": "degraded"} | said) if of.shelf else (503, {"status": "not ready"} | said)


def _measured(of: Holder) -> dict[str, datetime]:
    """What is the matter with the database now, and since when it was seen."""
    found = of.pulse.take(WITHIN) if of.pulse else frozenset()
    of.seen = {what: of.seen.get(what) or timezone.now() for what in found}
    return of.seen


def _by_database() -> tuple[int, dict[str, Any]]:
    """Where Django answers polls itself, all depends on the database."""
    try:
        with at_most(WITHIN):
            found = troubles_of(connection)
    except (DatabaseError, InterfaceError) as error:
        what = DAMAGE if failure_of(error) is Failure.DAMAGED else AWAY
        return 503, {"status": "not ready", "degraded": [{"what": what, "meaning": MEANING[what]}]}
    if since := damaged_since():
        damage = {"what": DAMAGE, "since": _written(since), "meaning": MEANING[DAMAGE]}
        return 503, {"status": "not ready", "degraded": [damage]}
    if not found:
        return 200, {"status": "ready"}
    said = [{"what": what, "meaning": MEANING[what]} for what in sorted(found)]
    return 200, {"status": "degraded", "degraded": said}


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
