"""Claims a job and does it. Celery's task, tests and commands all come through here."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from jobs.database_clock import database_clock
from jobs.kinds import KINDS, LEASE, JobRun, Kind, LeaseLost, WorkerStopping
from jobs.models import TRACEPARENT, Job, from_now
from tracing import names, spans

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
    if job is None or work is None:
        return False
    parent = job.payload.get(TRACEPARENT, "")
    about: spans.Attributes = {names.JOB_KIND: job.kind, names.JOB_ID: pk, names.JOB_ATTEMPT: work.attempt}
    with spans.tracer().span(f"{names.JOB} {job.kind}", spans.Kind.CONSUMER, about, parent=parent) as span:
        span.note({names.JOB_OUTCOME: attempt(kind, work, span)})
    return True


def attempt(kind: Kind | None, work: JobRun, span: spans.Span) -> str:
    """Do a job that was claimed. Returns how that ended: `tracing.names.JOB_OUTCOME`."""
    try:
        if kind is None:
            raise LookupError("This worker does not recognise this kind of job.")
        result = kind.run(work)
        if not work.finished:
            work.finish(result)
    except LeaseLost as lost:
        logger.warning("Job %s, attempt %s: stopped (%s)", work.job_id, work.attempt, type(lost).__name__)
        return "stopped"
    except WorkerStopping:
        put_back(work)
        return "put_back"
    except Exception as error:
        logger.exception("Job %s, attempt %s failed", work.job_id, work.attempt)
        fail(work, error)
        span.fail(type(error).__name__)
        return "failed"
    return "done"


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
    payload = {key: value for key, value in job.payload.items() if key != TRACEPARENT}
    return JobRun(job.pk, job.attempts + 1, payload, lease) if taken else None


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
