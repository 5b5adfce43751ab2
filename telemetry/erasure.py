"""Erasing a person: everything that was measured of them, and a proof that nothing is left."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction

from jobs.people import name_of
from telemetry.deleting import delete_people, left_of
from telemetry.models import Erasure, Series, Subject
from telemetry.models.series import NAME
from telemetry.residue_scan import Search, Searched, not_searched
from telemetry.storage import forget_all, hold
from telemetry.user_id_policy import HINTS, PROBLEMS, can_be_kept, problem_with

log = logging.getLogger(__name__)


class Also(NamedTuple):
    """What else keeps something of people, by their number."""

    forget: Callable[[int], Mapping[str, int]]
    """Called within the transaction, before anything else is deleted; says how many rows of what were."""
    left: Callable[[int], Iterable[str]]
    """Called afterwards; says where something still is."""


ALSO: list[Also] = []


class NobodysId(ValueError):
    """No id can be like this, and nobody who is stored has it: a slip of whoever asks."""

    def __init__(self, code: str) -> None:
        super().__init__(PROBLEMS[code])
        self.code, self.message, self.hint = code, PROBLEMS[code], HINTS.get(code, "")


def erase(user_id: str, *, author: User | None = None, author_name: str = "") -> Erasure:
    """Delete all that is known of a person, look for them everywhere, and keep what was found.

    Whoever is reported again afterwards is known again: first take them out of what reports. Raises NobodysId.
    """
    refuse_what_is_nobodys(user_id)
    _overwrite_what_is_deleted()
    with transaction.atomic():
        subject = Subject.objects.filter(user_id=user_id).values_list("pk", flat=True).first()
        series: list[int] = []
        deleted: Counter[str] = Counter()
        if subject is not None and hold([subject]):
            series = list(Series.objects.filter(subject=subject).values_list("pk", flat=True))
            for also in ALSO:
                deleted.update(also.forget(subject))
            deleted.update(delete_people([subject]))
        done = Erasure.objects.create(
            known=subject is not None,
            author=author,
            author_name=(author_name or name_of(author))[:NAME],
            deleted=dict(deleted),
        )
    forget_all()
    problem_with.cache_clear()
    left = [] if subject is None else _left_by_number(subject, series)
    searched = _proof(Search(user_id))
    done.searched, done.not_searched = searched.counts, not_searched()
    done.left = [*left, *searched.found, *(f"{name}, which could not be read" for name in searched.unread)]
    done.save(update_fields=("searched", "not_searched", "left"))
    log.info("Erasure %s: %d rows deleted, left in %d places", done.pk, deleted.total(), len(done.left))
    return done


def refuse_what_is_nobodys(user_id: str) -> None:
    """Whoever is stored can be erased, whatever their id is; otherwise it must be one. Raises NobodysId."""
    code = problem_with(user_id)
    if code and not (can_be_kept(user_id) and Subject.objects.filter(user_id=user_id).exists()):
        raise NobodysId(code)


def _left_by_number(subject: int, series: list[int]) -> list[str]:
    """Where there are rows of the person, whom these name by number only."""
    return [*left_of(subject, series), *(place for also in ALSO for place in also.left(subject))]


def _proof(search: Search) -> Searched:
    """What a search finds, once the database's own file holds nothing that was deleted."""
    is_done = _write_out()
    found = search.everywhere()
    if _is_a_file() and (found.found or found.has_alikes or not search.is_long):
        # A page that was once written in another order may still hold it where nothing is stored now.
        is_done = _write_out(whole=True)
        found = search.everywhere()
    if not is_done:
        found.unread.append("the database's file, which others kept busy (erase again),")
    return found


def _is_a_file() -> bool:
    return connection.vendor == "sqlite" and not connection.in_atomic_block


def _overwrite_what_is_deleted() -> None:
    if connection.vendor == "sqlite":
        _pragma("secure_delete = ON")  # https://www.sqlite.org/pragma.html#pragma_secure_delete


def _write_out(*, whole: bool = False) -> bool:
    """Have SQLite's file hold what is stored and nothing else; whether it does. Nothing can be done within a
    transaction."""
    if not _is_a_file():
        return True
    try:
        if whole:
            with connection.cursor() as cursor:
                cursor.execute("VACUUM")
        busy = _pragma("wal_checkpoint(TRUNCATE)")  # https://www.sqlite.org/pragma.html#pragma_wal_checkpoint
    except OperationalError:
        return False
    return not (busy and busy[0][0])


def _pragma(what: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {what}")
        return list(cursor.fetchall())


def told(done: Erasure) -> dict[str, Any]:
    """The proof as JSON, without who it was."""
    return {
        "id": done.pk,
        "at": done.at.isoformat(),
        "known": done.known,
        "deleted": done.deleted,
        "searched": done.searched,
        "left": done.left,
        "not_searched": done.not_searched,
    }
