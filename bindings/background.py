"""Asking for work in the background; :mod:`bindings.job_kinds` does it."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from jobs.models import Job
from jobs.services import enqueue

VALIDATION_REPORT = "validation_report"


def ask_for_report(*, trigger: str, author: AbstractBaseUser | AnonymousUser | None = None) -> Job:
    """The job that makes the next report: the one that waits already, else a new one.

    ``trigger`` is a word of :class:`bindings.models.ValidationReport.Trigger`. For doors only.
    """
    waiting = Job.objects.filter(
        kind=VALIDATION_REPORT, state__in=(Job.State.QUEUED, Job.State.FAILED)
    ).first()
    return waiting or enqueue(kind=VALIDATION_REPORT, payload={"trigger": trigger}, author=author)
