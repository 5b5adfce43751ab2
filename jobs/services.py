"""What people and programs do with jobs. None of this talks to a broker: the dispatcher does."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from jobs.kinds import KINDS
from jobs.models import ATTEMPTS, TRACEPARENT, Job, from_now
from jobs.people import name_of
from tracing import spans

KEPT_FOR = timedelta(days=30)
DIED = "Its worker died every time."


def enqueue(
    *,
    kind: str,
    payload: Mapping[str, Any],
    key: str = "",
    due_at: datetime | Combinable | None = None,
    author: AbstractBaseUser | AnonymousUser | None = None,
) -> Job:
    """Write the row of a job; a worker takes it within a second of the commit.

    With a ``key`` there is one job of this kind and key, however often this is called. Raises `KeyError`
    for a kind that nobody registered.
    """
    person = author if author is not None and author.is_authenticated else None
    traceparent = spans.tracer().traceparent()  # whose child the span of each attempt will be
    values: dict[str, Any] = {
        "kind": KINDS[kind].name,
        "payload": {**payload, TRACEPARENT: traceparent} if traceparent else dict(payload),
        "author": person,
        "author_name": name_of(person),
    }
    if due_at is not None:
        values["due_at"] = due_at
    if not key:
        return Job.objects.create(**values)
    return Job.objects.get_or_create(kind=kind, key=key, defaults=values)[0]


def open_of(*, kind: str, caller: str) -> int:
    """How many jobs of a kind one caller has asked for that are not over; their payload says ``caller``."""
    waiting = (Job.State.QUEUED, Job.State.FAILED, Job.State.RUNNING)
    return Job.objects.filter(kind=kind, state__in=waiting, payload__caller=caller).count()


def cancel(*, jobs: QuerySet[Job]) -> int:
    """Cancel those that are not over; a worker notices when it next notes progress. Returns how many."""
    waiting = jobs.filter(state__in=(Job.State.QUEUED, Job.State.FAILED, Job.State.RUNNING))
    return waiting.update(state=Job.State.CANCELLED, lease_until=None, finished_at=Now())


def rerun(*, jobs: QuerySet[Job]) -> int:
    """Queue again those that are not queued or running, with all attempts. Returns how many."""
    resting = jobs.exclude(state__in=(Job.State.QUEUED, Job.State.RUNNING))
    return resting.update(
        state=Job.State.QUEUED,
        attempts_allowed=F("attempts") + ATTEMPTS,
        due_at=Now(),
        sent_at=None,
        finished_at=None,
        result=None,
        error="",
        done=0,
        message="",
    )


def park_worn_out() -> int:
    """Park the jobs whose worker died in their last attempt. Returns how many."""
    if not Job.objects.worn_out().exists():
        return 0
    with transaction.atomic():
        return (
            Job.objects.worn_out()
            .free()
            .update(state=Job.State.PARKED, lease_until=None, finished_at=Now(), error=DIED)
        )


def forget_old() -> int:
    """Delete jobs that were done or cancelled long ago; parked ones wait for a person. Returns how many."""
    over = Job.objects.filter(state__in=(Job.State.DONE, Job.State.CANCELLED))
    return over.filter(finished_at__lt=from_now(-KEPT_FOR)).delete()[0]
