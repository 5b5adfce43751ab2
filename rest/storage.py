"""Failures of what things are stored on: a disk that is full, a database that is damaged."""

from __future__ import annotations

import errno
from enum import Enum
from typing import Final

from rest.problems import Problem

RETRY_AFTER: Final = 30
"""Seconds after which another try is worth it: somebody has to do something first."""

_FULL_ERRNOS: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
# https://www.postgresql.org/docs/current/errcodes-appendix.html, https://www.sqlite.org/rescode.html
_FULL_STATES: Final = frozenset({"53100"})
_DAMAGED_STATES: Final = frozenset({"XX001", "XX002"})
_FULL_CODES: Final = ("SQLITE_FULL",)
_DAMAGED_CODES: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


class Failure(Enum):
    """What is the matter: the status, the code and the sentence that callers are told."""

    FULL = (
        507,
        "disk_full",
        "The server’s disk is full: nothing can be stored until there is room again. Nothing of this request was kept.",
    )
    DAMAGED = (
        503,
        "database_damaged",
        "The database is damaged. Whoever runs this site has to restore or repair it; nothing of this request was kept.",
    )

    def problem(self) -> Problem:
        """As the API tells it."""
        status, code, sentence = self.value
        return Problem(status, code, sentence, headers={"Retry-After": str(RETRY_AFTER)})


def failure_of(error: BaseException) -> Failure | None:
    """The failure that an error tells of; None where it is something else."""
    if isinstance(error, OSError):
        return Failure.FULL if error.errno in _FULL_ERRNOS else None
    cause = error.__cause__  # Django's errors of the database have the driver's as theirs
    state = getattr(cause, "sqlstate", None) or ""
    code = getattr(cause, "sqlite_errorname", None) or ""
    if state in _FULL_STATES or code.startswith(_FULL_CODES):
        return Failure.FULL
    if state in _DAMAGED_STATES or code.startswith(_DAMAGED_CODES):
        note_damage()
        return Failure.DAMAGED
    return None


_is_damaged = False


def note_damage() -> None:
    """Remember that this process met a damaged database: it stays one until somebody repairs it and starts anew."""
    global _is_damaged
    _is_damaged = True


def met_damage() -> bool:
    """Whether this process met a damaged database."""
    return _is_damaged


def forget_damage() -> None:
    """Begin anew, as a process that was just started."""
    global _is_damaged
    _is_damaged = False


WAY_OUT: Final = (
    "Stop AUREN Admin and restore a backup of the database, or rescue what is readable: docs/recovery.md"
)
"""What whoever runs the site has to do about damage."""
