"""What an agent did about one episode of one person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from protocols.lifecycle import ENDED, OPEN, RunState
from telemetry.models import Subject
from telemetry.models.series import NAME

TRACE_ID = 32
"""Hexadecimal digits: https://www.w3.org/TR/trace-context/#trace-id."""
_OPEN = sorted(OPEN)
_ENDED = sorted(ENDED)


class RunQuerySet(models.QuerySet["ProtocolRun"]):
    """Questions about runs."""

    def open(self) -> RunQuerySet:
        """Those in which something is left to do. A constraint holds the end to the state; SQLite finds an index of
        open rows by the end, and not by states, which are handed over as parameters."""
        return self.filter(ended__isnull=True)

    def ended(self) -> RunQuerySet:
        """Those in which nothing is."""
        return self.filter(ended__isnull=False)


class ProtocolRun(models.Model):
    """One agent's protocol for one episode of one binding and person, by the release that was in force.

    Agents and KPIs are named, not referred to, as in telemetry: a run outlives what is renamed or removed. Times are
    microseconds since 1970 (UTC): ``opened`` and ``ended`` as the measurements and the agent have them, ``recorded``
    and ``ended_recorded`` by the clock of the server. ``changed`` is the number of the transaction that changed it
    last: see :mod:`telemetry.cursors`.
    """

    class Severity(models.IntegerChoices):
        """As Prometheus has it."""

        INFO = 1, "info"
        WARNING = 2, "warning"
        CRITICAL = 3, "critical"

    agent = models.CharField(max_length=NAME)
    kpi = models.CharField(max_length=NAME)
    subject = models.ForeignKey(
        Subject, verbose_name="person", on_delete=models.CASCADE, related_name="protocol_runs"
    )
    offer = models.OneToOneField(
        "protocols.HandOffOffer",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="child",
        help_text="The hand-off by which another agent asked for this run.",
    )
    root = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        db_index=False,  # most have none: see the index below
        related_name="descendants",
        help_text="The run that all hand-offs of this one began with; empty for that one itself.",
    )
    depth = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(
        max_length=10,
        choices=[(str(one), str(one).replace("_", " ")) for one in RunState],
        default=RunState.WAITING,
    )
    severity = models.SmallIntegerField(choices=Severity.choices, help_text="The worst so far.")
    release = models.PositiveIntegerField(help_text="By whose contract it was opened.")
    source = models.CharField(max_length=NAME, blank=True, default="")
    rule = models.CharField(max_length=20, blank=True, default="")
    condition = models.CharField(max_length=300, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    inputs = models.JSONField(default=dict, help_text="The value, its time, source, context and means.")
    opened = models.BigIntegerField()
    recorded = models.BigIntegerField(help_text="When the agent could know of it.")
    acknowledged = models.BigIntegerField(null=True, blank=True, help_text="When a person first looked.")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        db_index=False,  # most have none: see the index below
        related_name="+",
    )
    assignee_name = models.CharField(max_length=310, blank=True, default="")
    ended = models.BigIntegerField(null=True, blank=True)
    ended_recorded = models.BigIntegerField(null=True, blank=True)
    episode_ended = models.BigIntegerField(
        null=True, blank=True, help_text="When the episode was over; empty while it goes on."
    )
    due = models.BigIntegerField(null=True, blank=True, help_text="When time alone changes something next.")
    changed = models.BigIntegerField(default=0)
    trace = models.CharField(  # noqa: DJ001 - NULL, as most have none; and SQLite need not make the table anew for it
        max_length=TRACE_ID,
        null=True,
        blank=True,
        help_text="The id of the trace of what opened it; empty where nobody keeps one.",
    )

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ("-opened", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=("subject", "kpi", "agent"),
                condition=Q(episode_ended__isnull=True, offer__isnull=True),
                name="run_once_an_episode",
            ),
            models.CheckConstraint(
                condition=Q(state__in=_OPEN, ended__isnull=True) | Q(state__in=_ENDED, ended__isnull=False),
                name="run_ended_at_its_end",
            ),
            models.CheckConstraint(condition=Q(severity__in=(1, 2, 3)), name="run_severity_known"),
            models.CheckConstraint(
                condition=Q(offer__isnull=True, root__isnull=True, depth=0)
                | Q(offer__isnull=False, root__isnull=False, depth__gt=0),
                name="run_child_has_root",
            ),
        )
        indexes = (
            models.Index(fields=("assignee",), name="run_of_assignee", condition=Q(assignee__isnull=False)),
            models.Index(fields=("root",), name="run_of_root", condition=Q(root__isnull=False)),
            models.Index(fields=("changed",), name="run_changed"),
            models.Index(fields=("due",), name="run_due", condition=Q(due__isnull=False)),
            models.Index(
                fields=("agent", "-severity", "opened"), name="run_inbox", condition=Q(ended__isnull=True)
            ),
            models.Index(fields=("-severity", "opened"), name="run_worst", condition=Q(ended__isnull=True)),
            models.Index(fields=("-opened", "-id"), name="run_open_newest", condition=Q(ended__isnull=True)),
            models.Index(fields=("-opened", "-id"), name="run_newest"),
            models.Index(fields=("agent", "-opened"), name="run_of_agent"),
            models.Index(fields=("kpi", "agent", "rule", "-opened"), name="run_of_trigger"),
        )

    def __str__(self) -> str:
        return f"run {self.pk} of {self.agent}"  # never whom it is about: this may end up in a log

    @property
    def is_open(self) -> bool:
        """Whether something is left to do."""
        return self.state in OPEN
