"""How long a thread waits for the database, and for other threads that wait for it.

PostgreSQL itself ends a statement that takes too long, but not while it is frozen: so the connection counts too
(`auren_admin.postgresql`). Who waits for the lock of a thread that waits for the database is bound here.
A file is not waited for like that: with SQLite nothing of this is in force.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from math import inf
from threading import Lock, local
from time import monotonic
from typing import Any, Final

from django.db import OperationalError

SHORT: Final = 2.0
"""Seconds in all for a report of observations, which its sender keeps and repeats."""
FLOOR: Final = 0.5
"""Seconds that each statement may take even so: what took long may have been no wait."""


SINCE: Final = "auren.since"
"""Key of a request's environment: when it came, by `time.monotonic()`."""


class _OfThread(local):
    most: float = inf
    until: float = inf


_of_thread = _OfThread()
_of_process = inf


def longest() -> float:
    """Seconds that this thread waits now; infinite where no limit is in force. Asked for every statement."""
    most, thread = _of_process, _of_thread
    if most == inf:
        return inf
    if thread.most < most:
        most = thread.most
    if (until := thread.until) != inf:
        left = until - monotonic()
        if left < most:
            most = left if left > FLOOR else FLOOR
    return most


def left() -> float:
    """Seconds until all that this thread may wait together is used up, no more than 0 afterwards; infinite where
    nothing of that kind is in force."""
    if _of_process == inf:
        return inf
    return _of_thread.until - monotonic()


def set_longest(seconds: float) -> None:
    """How long each thread of this process waits that was told nothing shorter."""
    global _of_process
    _of_process = seconds


@contextmanager
def at_most(seconds: float, *, in_all: bool = False) -> Iterator[None]:
    """Have this thread wait no longer than this at a time, or all times together."""
    before = _of_thread.most, _of_thread.until
    _of_thread.most, _of_thread.until = seconds, monotonic() + seconds if in_all else inf
    try:
        yield
    finally:
        _of_thread.most, _of_thread.until = before


def at_most_since(environ: Mapping[str, Any]) -> AbstractContextManager[None]:
    """Have this thread wait no longer than a report may that waited for the thread already."""
    waited = monotonic() - environ[SINCE] if SINCE in environ else 0.0
    return at_most(max(SHORT - waited, FLOOR), in_all=True)


@contextmanager
def holding(lock: Lock) -> Iterator[None]:
    """Hold a lock that another thread may have while it waits for the database. Raises OperationalError."""
    most = longest()
    if not lock.acquire(timeout=-1 if most == inf else most):
        raise OperationalError(f"another thread has waited for the database for {most:g} s")
    try:
        yield
    finally:
        lock.release()
