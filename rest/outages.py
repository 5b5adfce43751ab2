"""Errors of the database that are nobody's fault and pass: it is away, read-only, or does not get to it in time."""

from __future__ import annotations

from enum import Enum

from django.db import DatabaseError, InterfaceError, InternalError, OperationalError

RETRY_AFTER = 5
"""Seconds after which another try is worth it."""

GAVE_WAY = frozenset({"40001", "40P01"})
"""A transaction that PostgreSQL gave up in favour of another one: the same again may well succeed at once."""
# https://www.postgresql.org/docs/current/errcodes-appendix.html
_READ_ONLY = frozenset({"25006"})
_BUSY = GAVE_WAY | {"55P03", "57014", "25P03", "25P04", "53300"}


class Outage(Enum):
    """What is the matter, as people and programs are told."""

    AWAY = "The database does not answer. Try again in a moment."
    READ_ONLY = "The database is read-only for the moment: nothing can be changed. Try again later."
    BUSY = "The database is busy with something else and did not get to this in time. Try again in a moment."


def outage_of(error: BaseException) -> Outage | None:
    """The outage that an error tells of; None where it is something else."""
    if not isinstance(error, (OperationalError, InterfaceError, InternalError)):
        return None
    state = sqlstate_of(error)
    if state in _READ_ONLY or sqlite_code_of(error).startswith("SQLITE_READONLY"):
        return Outage.READ_ONLY
    if state in _BUSY or sqlite_code_of(error).startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return Outage.BUSY
    return None if isinstance(error, InternalError) else Outage.AWAY


def is_read_only(error: DatabaseError) -> bool:
    """Whether it was only that nothing can be written."""
    return outage_of(error) is Outage.READ_ONLY


def gave_way(error: BaseException) -> bool:
    """Whether the transaction was given up for another one."""
    return sqlstate_of(error) in GAVE_WAY


def sqlstate_of(error: BaseException) -> str:
    """What PostgreSQL calls it; "" where it said nothing, or is another database."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def sqlite_code_of(error: BaseException) -> str:
    """What SQLite calls the error; "" where it said nothing, or is another database."""
    return getattr(error.__cause__, "sqlite_errorname", None) or ""
