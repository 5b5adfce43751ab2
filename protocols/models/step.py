"""One step of a run, and the hand-off that a step may be."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from contracts.limits import BINDING_LIMITS, RUN_LIMITS
from protocols.lifecycle import SETTLED, OfferState, StepState
from protocols.models.run import ProtocolRun
from telemetry.models.series import NAME

NOTE = RUN_LIMITS["characters of a note, a reason or a comment"]
"""Characters of what an agent or a person says about a step."""


class Step(models.Model):
    """Something to be done: an action of the contract, a hand-off, or the review that a hand-off asks for.

    ``name`` is the action's, or that of the agent who is asked. ``started`` and ``finished`` are when the agent says it
    was, ``recorded`` when it last told.
    """

    class Kind(models.TextChoices):
        """What kind of step it is."""

        ACTION = "action", "action"
        HAND_OFF = "hand_off", "hand-off"
        REVIEW = "review", "review"

    run = models.ForeignKey(
        ProtocolRun,
        on_delete=models.CASCADE,
        db_index=False,  # the constraint has one that begins with it
        related_name="steps",
    )
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.ACTION)
    name = models.CharField(max_length=NAME)
    description = models.CharField(max_length=BINDING_LIMITS["action_description"], blank=True, default="")
    severity = models.SmallIntegerField(help_text="At which it was asked for.")
    release = models.PositiveIntegerField(help_text="By whose contract.")
    declared = models.BooleanField(default=True, help_text="Whether a contract asks for it.")
    deadline = models.PositiveIntegerField(null=True, blank=True, help_text="Seconds; empty for none.")
    added = models.BigIntegerField()
    due = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(
        max_length=10,
        choices=[(str(one), str(one).replace("_", " ")) for one in StepState],
        default=StepState.PENDING,
    )
    started = models.BigIntegerField(null=True, blank=True)
    finished = models.BigIntegerField(null=True, blank=True)
    recorded = models.BigIntegerField(null=True, blank=True)
    note = models.CharField(max_length=NOTE, blank=True, default="")
    evidence = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("run_id", "number")
        constraints = (
            models.UniqueConstraint(fields=("run", "number"), name="step_once"),
            models.CheckConstraint(
                condition=Q(state__in=("done", "failed", "skipped"), finished__isnull=False)
                | Q(state__in=("pending", "started", "overridden", "not_needed"), finished__isnull=True),
                name="step_finished_at_its_end",
            ),
        )

    def __str__(self) -> str:
        return f"step {self.number} of run {self.run_id}: {self.name}"

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do about it."""
        return self.state in SETTLED


class HandOffOffer(models.Model):
    """One agent asks another; the answer is the other one's. The run that answers it is its ``child``."""

    step = models.OneToOneField(Step, on_delete=models.CASCADE, related_name="offer")
    source = models.CharField(max_length=NAME)
    target = models.CharField(max_length=NAME)
    reason = models.CharField(max_length=BINDING_LIMITS["reason"], blank=True, default="")
    offered = models.BigIntegerField()
    due = models.BigIntegerField()
    state = models.CharField(
        max_length=10, choices=[(str(one), str(one)) for one in OfferState], default=OfferState.OFFERED
    )
    answered = models.BigIntegerField(null=True, blank=True)
    answer = models.CharField(max_length=NOTE, blank=True, default="")

    class Meta:
        verbose_name = "hand-off offer"
        indexes = (
            models.Index(fields=("source", "target", "-offered"), name="offer_edge"),
            models.Index(fields=("-due",), name="offer_newest"),
            models.Index(fields=("due",), name="offer_open", condition=Q(answered__isnull=True)),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state="offered", answered__isnull=True)
                | ~Q(state="offered") & Q(answered__isnull=False),
                name="offer_answered_at_its_end",
            ),
        )

    def __str__(self) -> str:
        return f"{self.source} asks {self.target}: {self.state}"
