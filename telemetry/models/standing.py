"""Where each binding stands for each person, how it got there, and how often."""

from __future__ import annotations

from django.db import models

from telemetry.models.series import NAME, Subject


class Standing(models.Model):
    """The state of a binding for a person now: the worst of what its sources say, each judged by itself.

    The columns are the :class:`contracts.evaluation.Memory` of the source that speaks; where there are several,
    ``sources`` has everybody's, and ``since``, ``at``, ``heard`` and ``due`` are of them all. ``changed`` grows with
    every commit that brings another state or another open severity.
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
    subject = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="standings", db_index=False
    )  # the first column of the constraint below
    state = models.SmallIntegerField(choices=State.choices, default=State.UNKNOWN)
    since = models.BigIntegerField(null=True)
    at = models.BigIntegerField(null=True)
    heard = models.BigIntegerField(null=True)
    value = models.FloatField(null=True)
    due = models.BigIntegerField(null=True)
    marks = models.TextField(default="", help_text="JSON; empty for none.")
    skipped = models.TextField(default="")
    release = models.PositiveIntegerField(default=0, help_text="By whose contract it was evaluated last.")
    source = models.CharField(max_length=NAME, blank=True, default="", help_text="Which source speaks.")
    sources = models.TextField(default="", help_text="JSON of every source's memory; empty for a single one.")
    open_severity = models.SmallIntegerField(
        default=0, help_text="Of the worst episode that is open, through silence too; 0 for none."
    )
    looked = models.BigIntegerField(
        null=True, help_text="Up to when time alone was let pass: what comes from before is judged again."
    )
    contracts = models.TextField(
        default="",
        help_text="JSON of [from when, release], oldest first; empty until the contract is another.",
    )
    changed = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("subject", "kpi", "agent"), name="standing_once"),)
        indexes = (
            models.Index(fields=("changed",), name="standing_changed"),
            models.Index(fields=("due",), name="standing_due", condition=models.Q(due__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.agent}/{self.kpi} of subject {self.subject_id}: {self.get_state_display()}"


class TransitionQuerySet(models.QuerySet["Transition"]):
    """Questions about transitions."""

    def standing(self) -> TransitionQuerySet:
        """Those that were not withdrawn: what a replay of everything stored gives."""
        return self.filter(withdrawn__isnull=True)


class Transition(models.Model):
    """One series of a binding went from one state to another. Never changed, but withdrawn where it turned out
    otherwise: then what is true instead stands beside it."""

    agent = models.CharField(max_length=NAME)
    kpi = models.CharField(max_length=NAME)
    subject = models.ForeignKey(
        Subject, on_delete=models.CASCADE, related_name="transitions", db_index=False
    )  # the first column of the index below
    source = models.CharField(max_length=NAME, blank=True, default="", help_text="Whose series it is.")
    before = models.SmallIntegerField(choices=Standing.State.choices)
    after = models.SmallIntegerField(choices=Standing.State.choices)
    cause = models.CharField(max_length=10, help_text="value, time, silence, release or correction.")
    at = models.BigIntegerField(help_text="In the time of the observations.")
    recorded = models.BigIntegerField()
    release = models.PositiveIntegerField()
    rule = models.CharField(max_length=20, blank=True, help_text="The trigger, such as critical.")
    condition = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=500)
    inputs = models.JSONField(help_text="The value, its source and the context that were looked at.")
    withdrawn = models.BigIntegerField(
        null=True,
        help_text="When a late or corrected value showed that it was not so; empty while it stands.",
    )

    objects = TransitionQuerySet.as_manager()

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
