"""What someone decided to live with, for a while."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from contracts import waivers
from contracts.checks import RULES
from contracts.limits import BINDING_LIMITS
from jobs.people import LONGEST_NAME, name_of
from kpis.models.constraints import at_most
from kpis.models.fields import LineField, ProseField
from kpis.models.room import require_room

LONGEST = timedelta(days=366)
"""How far ahead a waiver may end: longer is no decision for a while."""


class WaiverQuerySet(models.QuerySet["Waiver"]):
    """Waivers, those that end first first."""

    def active(self, today: date | None = None) -> "WaiverQuerySet":
        """Those that still silence something."""
        return self.filter(expires__gte=today or timezone.localdate())

    def as_specs(self) -> list[waivers.Waiver]:
        """All of them as :func:`contracts.waivers.waived` takes them; one query."""
        return [row.as_spec() for row in self]


class Waiver(models.Model):
    """One rule is silent about one thing, up to and including a day; after that it is an error."""

    class Kind(models.TextChoices):
        """What a waiver can be about."""

        KPI = "kpi", "KPI"
        AGENT = "agent", "agent"
        BINDING = "binding", "binding"
        REGISTRY = "registry", "registry"

    rule = LineField(max_length=10, help_text="The rule's id, such as KPI034.")
    subject_kind = models.CharField(max_length=10, choices=Kind.choices, editable=False)
    subject_name = LineField(
        "about",
        max_length=200,
        blank=True,
        help_text="A KPI, an agent or a binding such as NEUROS/hrv_rmssd; empty for the registry's settings.",
    )
    reason = ProseField(max_length=BINDING_LIMITS["reason"], help_text="Why this is all right for now.")
    owner = LineField(max_length=120, help_text="Who answers for it.")
    expires = models.DateField(help_text="The last day it holds.")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    author_name = models.CharField(
        "decided by", max_length=LONGEST_NAME, blank=True, default="", db_default="", editable=False,
        help_text="Stays when their account goes.",
    )  # fmt: skip
    at = models.DateTimeField(auto_now_add=True)

    objects = WaiverQuerySet.as_manager()

    class Meta:
        ordering = ("expires", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("rule", "subject_name"),
                name="waiver_once",
                violation_error_code="duplicate_waiver",
                violation_error_message="This is waived already. Change the date of that waiver instead.",
            ),
            models.CheckConstraint(
                condition=models.Q(subject_kind__in=["kpi", "agent", "binding", "registry"]),
                name="waiver_kind_known",
            ),
            models.CheckConstraint(
                condition=at_most("reason", BINDING_LIMITS["reason"]),
                name="waiver_reason_length",
                violation_error_code="too_long",
                violation_error_message=f"A reason has at most {BINDING_LIMITS['reason']:,} characters.",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason="") & ~models.Q(owner=""),
                name="waiver_has_reason_and_owner",
                violation_error_message="A waiver needs a reason and an owner.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule} about {self.subject_name or 'the registry'}"

    def as_spec(self) -> waivers.Waiver:
        """The waiver as the rules see it."""
        return waivers.Waiver(self.rule, self.subject_name, self.reason, self.owner, self.expires)

    def decided_by(self, person: Any) -> None:
        """Note whose decision it is now. Saves nothing."""
        self.author, self.author_name = person, name_of(person)

    def clean(self) -> None:
        """Refuse a rule that does not exist, one that cannot be waived, and a date too far ahead."""
        if self._state.adding:
            require_room("waivers", Waiver.objects.all())
        if self.rule:  # that one is missing is said by the field itself
            if self.rule not in RULES or self.rule == waivers.EXPIRED:
                raise ValidationError(
                    {"rule": ValidationError("There is no such rule.", code="unknown_rule")}
                )
            self.subject_kind = waivers.subject_kind(self.rule)
        if self.expires and self.expires > timezone.localdate() + LONGEST:
            late = ValidationError("A waiver holds for a year at most.", code="expires_too_late")
            raise ValidationError({"expires": late})
