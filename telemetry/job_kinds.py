"""What this app does in the background: it lets time pass, and forgets what is too old."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings

from jobs.database_clock import database_clock
from jobs.kinds import JobRun, job_kind, schedule
from jobs.models import Job, from_now
from jobs.services import enqueue
from releases.models import ServingRevision
from telemetry import cursors, keeping, silence, summaries
from telemetry.backtest import running as backtest
from telemetry.backtest.erasing import finish_without_the_erased
from telemetry.backtest.questions import Question

SILENCE, RENEW, TIDY = "telemetry_silence", "telemetry_renew", "telemetry_tidy"
RETENTION, SUMMARIES = "telemetry_retention", "telemetry_summaries"
FORWARD = "telemetry_forward"
LONG = timedelta(minutes=10)
"""A lease for those whose single steps may take long."""
SHOWN = timedelta(hours=1)


def now() -> int:
    """By the database's clock, in microseconds."""
    return database_clock.micros()


@job_kind(SILENCE)
def run_silence(work: JobRun) -> Mapping[str, Any] | None:
    """Bring standings up to now. One more job looks at all of them, once for each release that was made serving."""
    cursors.renumber()  # a few looks into indexes, where the database was not restored from another cluster's dump
    enqueue(kind=RENEW, payload={}, key=f"revision {ServingRevision.current()}")
    found = silence.let_time_pass(now(), work.progress)
    over = Job.objects.filter(kind=SILENCE, state=Job.State.DONE, finished_at__lt=from_now(-SHOWN))
    over.delete()  # 1,440 a day would hide all others in the list
    return found


@job_kind(RENEW)
def run_renew(work: JobRun) -> Mapping[str, Any] | None:
    """Reckon anew when standings are due, by the contract in force."""
    return silence.renew(now(), work.progress)


@job_kind(TIDY, lease=LONG)
def run_tidy(work: JobRun) -> Mapping[str, Any] | None:
    """Make the months ahead; forget answers to batches."""
    return keeping.tidy(now(), work.progress)


@job_kind(RETENTION, lease=LONG)
def run_retention(work: JobRun) -> Mapping[str, Any] | None:
    """Delete what is older than it is kept."""
    return keeping.forget_old(now(), work.progress)


@job_kind(SUMMARIES, lease=LONG)
def run_summaries(work: JobRun) -> Mapping[str, Any] | None:
    """Summarise the hours that changed."""
    return summaries.renew(now(), work.progress)


@job_kind(FORWARD)
def run_forward(work: JobRun) -> Mapping[str, Any] | None:
    """Push what changed to where the settings say. One that succeeds makes good all that failed before."""
    from telemetry.forwarding.running import forward  # noqa: PLC0415 - servers need not load what it sends with

    mine = Job.objects.filter(kind=FORWARD)
    latest = mine.filter(state=Job.State.PARKED).values_list("pk", flat=True).first()
    mine.filter(state=Job.State.PARKED, pk__lt=latest or 0).delete()  # one tells as much as one a minute
    found = forward(work.progress)
    mine.filter(state=Job.State.PARKED).delete()
    mine.filter(state=Job.State.DONE, finished_at__lt=from_now(-SHOWN)).delete()
    return found


@job_kind(backtest.KIND)
def run_backtest(work: JobRun) -> Mapping[str, Any] | None:
    """How often contracts act over what is stored."""
    questions = [Question.from_data(data) for data in work.payload["questions"]]
    finish_without_the_erased(work, lambda: backtest.run(questions, work.progress))
    return None


schedule(SILENCE, every=timedelta(minutes=1))
if settings.FORWARD_URL:
    schedule(FORWARD, every=timedelta(minutes=1), offset=timedelta(seconds=30))
schedule(TIDY, every=timedelta(hours=1), offset=timedelta(minutes=7))
schedule(RETENTION, every=timedelta(days=1), offset=timedelta(hours=3, minutes=30))
schedule(SUMMARIES, every=timedelta(days=1), offset=timedelta(hours=4))
