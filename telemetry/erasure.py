"""Erasing a person: everything that was measured of them, and a proof that nothing is left."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction

from telemetry.deleting import delete_people
from telemetry.models import Erasure, Subject
from telemetry.storage import hold
from telemetry.residue_scan import Search, Searched

log = logging.getLogger(__name__)

ALSO: list[Callable[[str, int], Mapping[str, int]]] = []
"""What else keeps something of people: asked with the id and the number of who is erased, within the transaction;
says how many rows of what were deleted."""


def erase(user_id: str, *, author: User | None = None, author_name: str = "") -> Erasure:
    """Delete all that is known of a person, look for them everywhere, and keep what was found.

    Whoever is reported again afterwards is known again: first take them out of what reports.
    """
    _overwrite_what_is_deleted()
    with transaction.atomic():
        subject = Subject.objects.filter(user_id=user_id).values_list("pk", flat=True).first()
        deleted: Counter[str] = Counter()
        if subject is not None and hold([subject]):
            for also in ALSO:
                deleted.update(also(user_id, subject))
            deleted.update(delete_people([subject]))
    searched = _proof(Search(user_id))
    done = Erasure.objects.create(
        subject=subject,
        author=author,
        author_name=author_name,
        deleted=dict(deleted),
        searched=searched.counts,
        left=searched.found,
    )
    log.info("Erasure %s: %d rows deleted, left in %d places", done.pk, deleted.total(), len(done.left))
    return done


def _proof(search: Search) -> Searched:
    """What a search finds, once the database's own file holds nothing that was deleted."""
    _write_out()
    found = search.everywhere()
    if connection.vendor == "sqlite" and (found.found or found.has_alikes or not search.is_long):
        # A page that was once written in another order may still hold it where nothing is stored now.
        _write_out(whole=True)
        found = search.everywhere()
    return found


def _overwrite_what_is_deleted() -> None:
    if connection.vendor == "sqlite":
        _pragma("secure_delete = ON")  # https://www.sqlite.org/pragma.html#pragma_secure_delete


def _write_out(*, whole: bool = False) -> None:
    """Have SQLite's file hold what is stored and nothing else. Nothing can be done within a transaction."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        if whole:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM")
        _pragma("wal_checkpoint(TRUNCATE)")


def _pragma(what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {what}")
        cursor.fetchall()


def told(done: Erasure) -> dict[str, Any]:
    """The proof as JSON, without who it was."""
    return {
        "id": done.pk,
        "at": done.at.isoformat(),
        "known": done.subject is not None,
        "deleted": done.deleted,
        "searched": done.searched,
        "left": done.left,
    }
