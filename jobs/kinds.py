"""What jobs do: each app registers its kinds, and what runs by itself, in its ``job_kinds`` module."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models.functions import Now

from jobs import stopping
from jobs.models import Job, from_now

LEASE = timedelta(seconds=60)
WRITE_EVERY = 0.25  # seconds between two notes of progress

Result = Mapping[str, Any] | None
Run = Callable[["JobRun"], Result]


class LeaseLost(Exception):
    """This attempt no longer holds the job: another worker has it. Nothing may be written."""


class JobCancelled(LeaseLost):
    """A person cancelled the job."""


class WorkerStopping(Exception):
    """The worker is asked to stop; the job goes back into the queue, and the attempt is not counted."""


@dataclass(slots=True)
class JobRun:
    """One attempt at a job, in the hands of the function that does it."""

    job_id: int
    attempt: int
    payload: dict[str, Any]
    lease: timedelta = LEASE
    finished: bool = False
    _written: float = field(default=0.0, repr=False)

    def progress(self, done: int, total: int = 0, message: str = "") -> None:
        """Say how far it is, which renews the lease: call it at least twice a lease, outside a transaction.

        Raises `JobCancelled`, `LeaseLost` or `WorkerStopping`, which the function should let through.
        """
        if stopping.flag.is_set():
            raise WorkerStopping
        if done < total and time.monotonic() - self._written < WRITE_EVERY:
            return
        self._written = time.monotonic()
        self._write(done=done, total=total, message=message[:200], lease_until=from_now(self.lease))

    def finish(self, result: Result = None) -> None:
        """Mark the job done. In one transaction with what the job stores, that is stored once or not at all."""
        self._write(
            state=Job.State.DONE, result=dict(result or {}), lease_until=None, finished_at=Now(), error=""
        )
        self.finished = True

    def _write(self, **values: Any) -> None:
        if not Job.objects.held(self.job_id, self.attempt).update(**values):
            cancelled = Job.objects.filter(pk=self.job_id, state=Job.State.CANCELLED).exists()
            raise JobCancelled if cancelled else LeaseLost


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job: its name, the function that does it, how long a worker may be silent about it."""

    name: str
    run: Run
    lease: timedelta


@dataclass(frozen=True, slots=True)
class Schedule:
    """A kind of job that is due once in every period, ``offset`` after the period begins (UTC)."""

    kind: str
    every: timedelta
    offset: timedelta
    payload: Mapping[str, Any]

    def period(self, now: datetime) -> datetime:
        """The last moment up to ``now`` at which it was due."""
        epoch = datetime(2024, 1, 1, tzinfo=UTC) + self.offset
        return epoch + (now - epoch) // self.every * self.every


KINDS: dict[str, Kind] = {}
SCHEDULES: list[Schedule] = []
ROUTINE = timedelta(hours=1)
"""What runs by itself so often, or more often, is housekeeping that nobody follows job by job."""


def routine_kinds() -> list[str]:
    """The kinds that run by themselves every hour or more often."""
    return sorted({one.kind for one in SCHEDULES if one.every <= ROUTINE})


def job_kind(name: str, *, lease: timedelta = LEASE) -> Callable[[Run], Run]:
    """Register the function that does jobs of this kind. What it returns is kept as the job's result."""

    def register(run: Run) -> Run:
        KINDS[name] = Kind(name, run, lease)
        return run

    return register


def schedule(
    kind: str,
    *,
    every: timedelta,
    offset: timedelta = timedelta(0),
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Have a job of this kind run once in every period; a missed one is made up for, once."""
    SCHEDULES.append(Schedule(kind, every, offset, payload or {}))
