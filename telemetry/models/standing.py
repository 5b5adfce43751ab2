"""Where each binding stands for each person, how it got there, and how often."""

from __future__ import annotations

from django.db import models

from telemetry.models.series import NAME, Subject


class Standing(models.Model):
    """The state of a binding for a person now: :class:`contracts.evaluation.Memory` in columns.

    ``changed`` grows with every commit that brings another state.
    """

    class State(models.IntegerChoices):
        """As Prometheus has it."""

        UNKNOWN = -1, "unknown"
        NORMAL = 0, "normal"
        INFO = 1, "info"
        WARNING = 2, "warning"
        CRITICAL = 3, "critical"

    agent = models.CharField(max_length=NAME)
    kpi = models.CharField(max_length=NAME)
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="standings")
    state = models.SmallIntegerField(choices=State.choices, default=State.UNKNOWN)
    since = models.BigIntegerField(null=True)
    at = models.BigIntegerField(null=True)
    heard = models.BigIntegerField(null=True)
    value = models.FloatField(null=True)
    due = models.BigIntegerField(null=True)
    marks = models.TextField(default="", help_text="JSON; empty for none.")
    skipped = models.TextField(default="")
    release = models.PositiveIntegerField(default=0, help_text="By whose contract it was evaluated last.")
    changed = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("subject", "kpi", "agent"), name="standing_once"),)
        indexes = (
            models.Index(fields=("changed",), name="standing_changed"),
            models.Index(fields=("due",), name="standing_due", condition=models.Q(due__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.agent}/{self.kpi} of subject {self.subject_id}: {self.get_state_display()}"


class Transition(models.Model):
    """A binding went from one state to another for a person. Never changed."""

    agent = models.CharField(max_length=NAME)
    kpi = models.CharField(max_length=NAME)
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="transitions")
    before = models.SmallIntegerField(choices=Standing.State.choices)
    after = models.SmallIntegerField(choices=Standing.State.choices)
    cause = models.CharField(max_length=10, help_text="value, time, silence or correction.")
    at = models.BigIntegerField(help_text="In the time of the observations.")
    recorded = models.BigIntegerField()
    release = models.PositiveIntegerField()
    rule = models.CharField(max_length=20, blank=True, help_text="The trigger, such as critical.")
    condition = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=500)
    inputs = models.JSONField(help_text="The value, its source and the context that were looked at.")

    class Meta:
        indexes = (models.Index(fields=("subject", "kpi", "agent", "at"), name="transition_of_binding"),)

    def __str__(self) -> str:
        return f"{self.agent}/{self.kpi} of subject {self.subject_id}: {self.before} → {self.after}"


class Tally(models.Model):
    """How often something happened, for the counters of /metrics. ``name`` is the counter's family."""

    name = models.CharField(max_length=60)
    agent = models.CharField(max_length=NAME, blank=True)
    kpi = models.CharField(max_length=NAME, blank=True)
    what = models.CharField(
        max_length=60, help_text="The result of an observation, or from>to of a transition."
    )
    count = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("name", "agent", "kpi", "what"), name="tally_once"),)

    def __str__(self) -> str:
        return f"{self.name}: {self.count}"
