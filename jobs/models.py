"""A piece of work to be done once, and how far it has come."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from jobs.people import LONGEST_NAME

ATTEMPTS = 5  # then a job is parked, until a person runs it again
TRACEPARENT = "traceparent"
"""Key of a payload: the span in which the job was asked for. The function that does the job does not see it."""


def from_now(delta: timedelta) -> Combinable:
    """A moment by the database's clock, the only one that all workers share."""
    return ExpressionWrapper(Now() + delta, output_field=models.DateTimeField())


class JobQuerySet(models.QuerySet["Job"]):
    """Jobs by what may happen to them now, by the database's clock."""

    def due(self) -> "JobQuerySet":
        """Those that a worker may take: waiting and due, or left behind by a worker that died."""
        waiting = Q(state__in=(Job.State.QUEUED, Job.State.FAILED), due_at__lte=Now())
        left_behind = Q(state=Job.State.RUNNING, lease_until__lte=Now())
        return self.filter(waiting | left_behind, attempts__lt=F("attempts_allowed")).order_by("due_at", "pk")

    def worn_out(self) -> "JobQuerySet":
        """Those whose worker died, and that have no attempt left."""
        return self.filter(
            state=Job.State.RUNNING, lease_until__lte=Now(), attempts__gte=F("attempts_allowed")
        )

    def free(self) -> "JobQuerySet":
        """Those that no other transaction has locked, as that of a frozen worker may; to change them never waits.

        Only within a transaction.
        """
        unlocked = self.order_by().select_for_update(skip_locked=True)
        return Job.objects.filter(pk__in=unlocked.values("pk"))

    def held(self, pk: int, attempt: int) -> "JobQuerySet":
        """The job, while this attempt is the one that runs. Every write of a worker goes through here."""
        return self.filter(pk=pk, attempts=attempt, state=Job.State.RUNNING)


class Job(models.Model):
    """One piece of work. ``attempts`` only grows, so it also tells a worker that woke up late from today's."""

    class State(models.TextChoices):
        """Where a job stands."""

        QUEUED = "queued", "queued"
        RUNNING = "running", "running"
        DONE = "done", "done"
        FAILED = "failed", "failed, will be tried again"
        PARKED = "parked", "parked"
        CANCELLED = "cancelled", "cancelled"

    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120, blank=True, help_text="The period, for what runs once in each.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    attempts_allowed = models.PositiveIntegerField(default=ATTEMPTS)
    due_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField("its worker may be silent until", null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True, help_text="When a worker was last told.")
    payload = models.JSONField(default=dict, blank=True)
    result = models.JSONField(null=True, blank=True)
    error = models.CharField(max_length=2000, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=200, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="asked by",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    author_name = models.CharField(
        "asked by", max_length=LONGEST_NAME, blank=True, default="", db_default="",
        help_text="Stays when their account goes.",
    )  # fmt: skip
    created_at = models.DateTimeField("asked at", db_default=Now())
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        indexes = (models.Index(fields=("state", "due_at"), name="job_state_due"),)
        constraints = (
            models.UniqueConstraint(fields=("kind", "key"), condition=~Q(key=""), name="job_once_per_period"),
            models.CheckConstraint(
                condition=Q(state__in=("queued", "running", "done", "failed", "parked", "cancelled")),
                name="job_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease_until__isnull=False), name="job_running_has_lease"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} {self.pk}"

    @property
    def is_over(self) -> bool:
        """Nothing more happens unless a person asks for it."""
        return self.state in (self.State.DONE, self.State.PARKED, self.State.CANCELLED)
