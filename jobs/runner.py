"""Claims a job and does it. Celery's task, tests and commands all come through here."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from jobs.database_clock import database_clock
from jobs.kinds import KINDS, LEASE, JobRun, LeaseLost, WorkerStopping
from jobs.models import Job, from_now

logger = logging.getLogger(__name__)


def run_due(limit: int = 100) -> int:
    """Do up to ``limit`` due jobs in this process, one after the other. Returns how many it took."""
    return sum(run_job(pk) for pk in list(Job.objects.due().values_list("pk", flat=True)[:limit]))


def run_job(pk: int) -> bool:
    """Do one job, if it may be taken; False when it may not, because it is over or another worker has it."""
    database_clock.learn_when_due()
    job = Job.objects.due().filter(pk=pk).first()
    kind = KINDS.get(job.kind) if job else None
    work = claim(job, kind.lease if kind else LEASE) if job else None
    if work is None:
        return False
    try:
        if kind is None:
            raise LookupError("This worker does not recognise this kind of job.")
        result = kind.run(work)
        if not work.finished:
            work.finish(result)
    except LeaseLost as lost:
        logger.warning("Job %s, attempt %s: stopped (%s)", pk, work.attempt, type(lost).__name__)
    except WorkerStopping:
        put_back(work)
    except Exception as error:
        logger.exception("Job %s, attempt %s failed", pk, work.attempt)
        fail(work, error)
    return True


def claim(job: Job, lease: timedelta) -> JobRun | None:
    """Take the job as it was read, by compare-and-set: of several workers one gets it, the others None."""
    with transaction.atomic():
        taken = (
            Job.objects.due()
            .filter(pk=job.pk, attempts=job.attempts)
            .free()
            .update(
                state=Job.State.RUNNING,
                attempts=F("attempts") + 1,
                lease_until=from_now(lease),
                started_at=Now(),
                sent_at=None,
                done=0,
                message="",
            )
        )
    return JobRun(job.pk, job.attempts + 1, job.payload, lease) if taken else None


def put_back(work: JobRun) -> None:
    """Queue the job again at once, with this attempt given back."""
    Job.objects.held(work.job_id, work.attempt).update(
        state=Job.State.QUEUED,
        attempts_allowed=F("attempts_allowed") + 1,
        lease_until=None,
        due_at=Now(),
    )


def fail(work: JobRun, error: Exception) -> None:
    """Keep the error; try again after 2, 4, 8, 16 seconds, or park the job after its last attempt."""
    said = str(error).partition("\nDETAIL:")[0]  # there PostgreSQL quotes the row, which may be somebody's
    text = f"{type(error).__name__}: {said}".encode("utf-8", "replace").decode().replace("\x00", "�")
    values = {"lease_until": None, "error": text[:2000]}
    held = Job.objects.held(work.job_id, work.attempt)
    again = held.filter(attempts__lt=F("attempts_allowed")).update(
        state=Job.State.FAILED, due_at=from_now(timedelta(seconds=2 ** min(work.attempt, 6))), **values
    )
    if not again:
        held.update(state=Job.State.PARKED, finished_at=Now(), **values)
