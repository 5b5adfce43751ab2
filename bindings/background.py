"""Asking for work in the background; :mod:`bindings.job_kinds` does it."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, QuerySet, Subquery
from django.db.models.functions import Now

from bindings.models import ValidationReport
from jobs.models import Job, from_now
from jobs.services import enqueue
from kpis.importing.joined import working_copy_stamp
from kpis.models import Revision

VALIDATION_REPORT = "validation_report"
SOON = timedelta(seconds=30)
"""How long after a change its report is made: whoever edits saves several times."""


def ask_for_report(*, trigger: str, author: AbstractBaseUser | AnonymousUser | None = None) -> Job:
    """The job that makes the next report, at once: the one that waits already, else a new one.

    ``trigger`` is a word of :class:`bindings.models.ValidationReport.Trigger`. For doors only.
    """
    waiting = waiting_reports().first()
    if waiting is None:
        return enqueue(kind=VALIDATION_REPORT, payload={"trigger": trigger}, author=author)
    later = Job.objects.filter(pk=waiting.pk, state=Job.State.QUEUED, due_at__gt=Now())
    later.update(due_at=Now(), payload={"trigger": trigger})
    return waiting


def follow_change() -> None:
    """Have a report made soon, unless the latest is of the working copy as it stands, or one is to be made.

    It follows every save: two queries where a report is to be made, one where that is known already.
    """
    last = Revision.objects.order_by("-pk").values("pk")[:1]
    reports = ValidationReport.objects.light()
    latest: Any = reports.annotate(is_waiting=Exists(waiting_reports()), last=Subquery(last)).first()
    if latest.is_waiting if latest else waiting_reports().exists():
        return
    # A revision since the report answers at once; settings and units have none, and are looked at.
    if latest and latest.revision in (None, latest.last or 0) and latest.stamp == working_copy_stamp():
        return
    payload = {"trigger": ValidationReport.Trigger.CHANGE.value}
    enqueue(kind=VALIDATION_REPORT, payload=payload, due_at=from_now(SOON))


def waiting_reports() -> QuerySet[Job]:
    """The jobs that will make a report and have not begun."""
    return Job.objects.filter(kind=VALIDATION_REPORT, state__in=(Job.State.QUEUED, Job.State.FAILED))
