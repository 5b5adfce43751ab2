"""Whether this process can do its work, and what is missing since when: for `/readyz`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from releases.serving.holder import Holder, holder
from rest.storage import WAY_OUT, Failure, damaged_since, failure_of

MEANING = {
    "damage": f"The database is damaged: what is in it cannot all be read or stored. {WAY_OUT}",
    "database": "Polls are answered from memory; pages and writes fail.",
    "release": "What was released last cannot be served; polls get what was released before.",
    "snapshot": "No file of what is served can be written; a start without the database would have an old one.",
}


def readiness(of: Holder = holder) -> tuple[int, dict[str, Any]]:
    """A status, and what to say: 200 for as long as polls can be answered, 503 when nothing can be."""
    if not of.is_watched:
        return _by_database()
    missing = dict(of.troubles)
    if of.is_away:
        missing.setdefault("database", timezone.now())
    if since := damaged_since():
        missing.setdefault("damage", since)
    if not missing and of.shelf:
        return 200, {"status": "ready"}
    said = {
        "degraded": [
            {"what": what, "since": _written(since), "meaning": MEANING[what]}
            for what, since in sorted(missing.items())
        ]
    }
    return (200, {"status": "degraded"} | said) if of.shelf else (503, {"status": "not ready"} | said)


def _by_database() -> tuple[int, dict[str, Any]]:
    """Where Django answers polls itself, all depends on the database."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as error:
        what = "damage" if failure_of(error) is Failure.DAMAGED else "database"
        meaning = {"meaning": MEANING[what]} if what == "damage" else {}
        return 503, {"status": "not ready", "degraded": [{"what": what} | meaning]}
    if since := damaged_since():
        found = {"what": "damage", "since": _written(since), "meaning": MEANING["damage"]}
        return 503, {"status": "not ready", "degraded": [found]}
    return 200, {"status": "ready"}


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
