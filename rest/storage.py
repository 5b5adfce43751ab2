"""Failures of what things are stored on: a disk that is full, a database that is damaged."""

from __future__ import annotations

import errno
import logging
from datetime import UTC, datetime
from enum import Enum
from typing import Final

log = logging.getLogger(__name__)

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
        "The database is damaged: whoever runs this site has to repair it. Nothing of this request was kept.",
    )

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return self.value[0]

    @property
    def code(self) -> str:
        """What programs tell it by."""
        return self.value[1]

    @property
    def sentence(self) -> str:
        """The sentence that people read."""
        return self.value[2]


WAY_OUT: Final = (
    "Stop AUREN Admin, then restore a backup of the database, or rescue what is readable: docs/recovery.md"
)
"""What whoever runs the site has to do about damage."""


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
        _note_damage(error)
        return Failure.DAMAGED
    return None


_damaged_since: datetime | None = None


def _note_damage(error: BaseException) -> None:
    global _damaged_since
    if _damaged_since is None:
        _damaged_since = datetime.now(UTC)
        log.error("The database is damaged (%s). %s", str(error).strip(), WAY_OUT)


def damaged_since() -> datetime | None:
    """When this process met a damaged database: it is one until somebody repaired it and started anew."""
    return _damaged_since


def forget_damage() -> None:
    """Begin anew, as a process that was just started."""
    global _damaged_since
    _damaged_since = None
