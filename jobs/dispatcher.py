"""The schedule: tells workers what is due. Celery's beat runs it; any number may run at once."""

import logging
from datetime import timedelta
from typing import Any

from celery.beat import Scheduler
from django.db import close_old_connections, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from jobs import services, tasks
from jobs.database_clock import database_clock
from jobs.kinds import SCHEDULES
from jobs.models import Job, from_now

logger = logging.getLogger(__name__)

INTERVAL = 0.25  # seconds between two looks at the database
AFTER_TROUBLE = 1.0
TELL_AGAIN = timedelta(seconds=10)  # a wake-up call may be lost, or its worker die before it took the job
WINDOW = 100  # jobs that workers were told of and have not taken yet: bounds the queue when no worker runs
FORGET_EVERY = timedelta(hours=1)


class Dispatcher(Scheduler):
    """Celery's beat with the database as its memory: there is no schedule file that could be lost or wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.troubled = False
        self.forget_at = timezone.now()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """One round; the seconds until the next. Trouble with database or broker is told once, then waited out."""
        close_old_connections()
        try:
            self.round()
        except Exception as error:
            if not self.troubled:
                logger.error("Jobs wait: %s: %s", type(error).__name__, str(error).strip())
            self.troubled = True
            return AFTER_TROUBLE
        if self.troubled:
            logger.warning("Jobs run again.")
        self.troubled = False
        return INTERVAL

    def round(self) -> None:
        """Write what the schedule asks for, park what is hopeless, tell workers of what is due."""
        enqueue_scheduled()
        services.park_worn_out()
        tell_workers()
        if timezone.now() >= self.forget_at:
            services.forget_old()
            self.forget_at = timezone.now() + FORGET_EVERY


def enqueue_scheduled() -> None:
    """Write the row of each schedule's current period, if it is not there yet."""
    database_clock.learn_when_due()
    now = database_clock.moment()
    for schedule in SCHEDULES:
        period = schedule.period(now).isoformat()
        if not Job.objects.filter(kind=schedule.kind, key=period).exists():
            services.enqueue(kind=schedule.kind, payload=schedule.payload, key=period)


def tell_workers() -> int:
    """Send a wake-up call for what is due and was not called for lately. Returns how many were sent."""
    lately = Q(sent_at__gt=from_now(-TELL_AGAIN))
    room = WINDOW - Job.objects.due().filter(lately).count()
    waiting = Job.objects.due().exclude(lately, sent_at__isnull=False)
    pks = list(waiting.values_list("pk", flat=True)[: max(room, 0)])
    if not pks:
        return 0
    with transaction.atomic():  # two schedules do not tell of the same
        chosen = waiting.filter(pk__in=pks).select_for_update(skip_locked=True)
        pks = list(chosen.values_list("pk", flat=True))
        Job.objects.filter(pk__in=pks).update(sent_at=Now())
    told = 0
    try:
        for pk in pks:
            tasks.run.apply_async((pk,), retry=True, retry_policy={"max_retries": 1, "interval_start": 0})
            told += 1
    finally:
        if told < len(pks):
            Job.objects.filter(pk__in=pks[told:]).update(sent_at=None)
    return told
