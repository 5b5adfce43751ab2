"""What people say and do about runs: always on the record, with who and when."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from jobs.people import LONGEST_NAME
from kpis.models.fields import ProseField
from protocols.models.run import ProtocolRun
from protocols.models.step import NOTE, Step
from telemetry.models.series import NAME


class ReasonCode(models.TextChoices):
    """Why a person agrees with, overrides or takes over what an agent does, or pauses it."""

    RIGHT = "right", "It is right as it is"
    WRONG_READING = "wrong_reading", "The reading is wrong"
    KNOWN = "known", "Known, and being looked after"
    NOT_SUITABLE = "not_suitable", "Not suitable for this person"
    TOO_MUCH = "too_much", "Too much for this reading"
    TOO_LITTLE = "too_little", "Too little for this reading"
    AGENT_FAULTY = "agent_faulty", "The agent does not work as it should"
    PLANNED = "planned", "Planned work"
    OTHER = "other", "Another reason"


class Intervention(models.Model):
    """One thing that a person did about a run, or about one of its steps. Never changed and never deleted alone."""

    class Kind(models.TextChoices):
        """What it was."""

        ACKNOWLEDGE = "acknowledge", "acknowledged"
        ASSIGN = "assign", "assigned"
        COMMENT = "comment", "commented"
        AGREE = "agree", "agreed"
        OVERRIDE = "override", "overrode"
        TAKE_OVER = "take_over", "took over"
        JUDGE = "judge", "judged a deviation"

    run = models.ForeignKey(ProtocolRun, on_delete=models.CASCADE, related_name="interventions")
    step = models.ForeignKey(
        Step, null=True, blank=True, on_delete=models.CASCADE, related_name="interventions"
    )
    kind = models.CharField(max_length=11, choices=Kind.choices)
    reason_code = models.CharField(max_length=15, choices=ReasonCode.choices, blank=True, default="")
    words = ProseField(max_length=NOTE, blank=True, default="")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_name = models.CharField(max_length=LONGEST_NAME, help_text="Stays when their account goes.")
    at = models.BigIntegerField()

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.author_name}"


class Deviation(models.Model):
    """Where what was done is not what was declared: what :mod:`protocols.conformance` finds, as it is stored."""

    class Judgement(models.TextChoices):
        """What a person thinks of it."""

        HARMFUL = "harmful", "harmful"
        ACCEPTABLE = "acceptable", "acceptable"
        BETTER = "better", "better than declared"

    run = models.ForeignKey(
        ProtocolRun,
        on_delete=models.CASCADE,
        db_index=False,  # the constraint has one that begins with it
        related_name="deviations",
    )
    place = models.PositiveIntegerField(default=0, help_text="The number of the step; 0 for the run.")
    rule = models.CharField(max_length=10)
    at = models.BigIntegerField()
    message = models.CharField(max_length=500)
    judgement = models.CharField(max_length=10, choices=Judgement.choices, blank=True, default="")
    judged_words = ProseField(max_length=NOTE, blank=True, default="")
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    judged_by_name = models.CharField(max_length=LONGEST_NAME, blank=True, default="")
    judged_at = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("run_id", "place", "rule")
        constraints = (models.UniqueConstraint(fields=("run", "place", "rule"), name="deviation_once"),)
        indexes = (models.Index(fields=("rule", "at"), name="deviation_of_rule"),)

    def __str__(self) -> str:
        return f"{self.rule} in run {self.run_id}"


class Pause(models.Model):
    """An agent, or what it does about one KPI, is to do nothing for a while: the kill switch."""

    agent = models.CharField(max_length=NAME)
    kpi = models.CharField(max_length=NAME, blank=True, default="", help_text="Empty for all it watches.")
    reason_code = models.CharField(max_length=15, choices=ReasonCode.choices)
    words = ProseField(max_length=NOTE, blank=True, default="")
    since = models.BigIntegerField()
    until = models.BigIntegerField(help_text="When it ends by itself.")
    lifted = models.BigIntegerField(null=True, blank=True, help_text="When a person ended it before.")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    author_name = models.CharField(max_length=LONGEST_NAME)
    lifted_name = models.CharField(max_length=LONGEST_NAME, blank=True, default="")
    changed = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("-since", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(until__gt=models.F("since")), name="pause_ends"),
            models.CheckConstraint(
                condition=Q(lifted__isnull=True) | Q(lifted__gte=models.F("since")), name="pause_lifted_later"
            ),
        )
        indexes = (models.Index(fields=("agent", "kpi", "until"), name="pause_of_agent"),)

    def __str__(self) -> str:
        return f"pause of {self.agent}{f' about {self.kpi}' if self.kpi else ''}"
