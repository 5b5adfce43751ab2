"""Channels: movable names on releases, and which agent follows which."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from bindings.models import AgentIdentity
from contracts.limits import AGENT_LIMITS
from kpis.models.fields import LineField
from kpis.models.room import require_room
from releases.models.release import Release

PRODUCTION = "production"
NAME_PATTERN = r"\A[a-z][a-z0-9-]{0,39}\Z"


class Channel(models.Model):
    """A name that agents follow, on the release they get. ``revision`` counts its moves."""

    name = LineField(
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(
                NAME_PATTERN,
                "Small letters, digits and hyphens, beginning with a letter, at most 40.",
                code="name_pattern",
            )
        ],
    )
    release = models.ForeignKey(
        Release, null=True, blank=True, on_delete=models.PROTECT, related_name="channels"
    )
    is_protected = models.BooleanField(
        "protected",
        default=False,
        help_text="Only releases that someone other than their author approved may go here. "
        "One person can protect a channel; taking that away needs two.",
    )
    way_back = models.ManyToManyField(
        Release,
        blank=True,
        editable=False,
        related_name="+",
        help_text="What everyone who follows it got while it asked for approval: one person may roll it back to this.",
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    moved = models.DateTimeField(null=True, editable=False)
    moved_by = models.CharField(max_length=200, blank=True, editable=False)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse one more than there may be."""
        if self._state.adding:
            require_room("channels", Channel.objects.all())


class ChannelMove(models.Model):
    """Something that decides what agents get: a channel moved, its protection changed, or an agent came to it.

    Kept for ever, in order. Where no release moved, ``before`` and ``after`` are the one that it was on.
    """

    class Kind(models.TextChoices):
        """What happened to the channel, or to who follows it."""

        PUBLISH = "publish", "published"
        ROLLBACK = "rollback", "rolled back"
        PROMOTE = "promote", "promoted"
        FOLLOW = "follow", "followed by"
        PROTECT = "protect", "protected"
        ASK = "ask", "asked to unprotect"
        WITHDRAW = "withdraw", "stays protected"
        UNPROTECT = "unprotect", "unprotected"
        REQUIRE = "require", "approval required everywhere"
        RELAX = "relax", "approval no longer required everywhere"

    MOVES = (Kind.PUBLISH, Kind.ROLLBACK, Kind.PROMOTE)
    """Those by which a channel came to another release."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    before = models.ForeignKey(Release, null=True, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(Release, null=True, on_delete=models.PROTECT, related_name="+")
    agent_name = models.CharField(max_length=AGENT_LIMITS["name"], blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)
    by_account = models.BigIntegerField(null=True, editable=False)
    reason = LineField(max_length=500, blank=True)
    approved_by = models.CharField(
        max_length=1000, blank=True, help_text="Who approved the release, or agreed to the change."
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(kind__in=["publish", "rollback", "promote"])
                | models.Q(after__isnull=False),
                name="move_goes_somewhere",
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel}: {self.get_kind_display()}"


class Unprotection(models.Model):
    """Somebody's wish that a channel be protected no longer, which somebody else has to share."""

    class State(models.TextChoices):
        """What became of a proposal to protect a channel no longer."""

        OPEN = "open", "waits for a second person"
        CONFIRMED = "confirmed", "confirmed"
        WITHDRAWN = "withdrawn", "withdrawn"

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="unprotections")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    asked_account = models.BigIntegerField()
    asked_name = models.CharField(max_length=200)
    reason = LineField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)
    settled_account = models.BigIntegerField(null=True)
    settled_name = models.CharField(max_length=200, blank=True)
    settled = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("channel",), condition=models.Q(state="open"), name="unprotection_asked_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "confirmed", "withdrawn"]),
                name="unprotection_state_known",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="confirmed")
                | (
                    models.Q(settled_account__isnull=False)
                    & ~models.Q(settled_account=models.F("asked_account"))
                ),
                name="unprotection_takes_two",
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel}: {self.get_state_display()}"


class Following(models.Model):
    """Which channel an agent follows, where it is not production.

    By who the agent is to programs: what an editor does to the roster's row changes nothing of what it gets.
    """

    agent = models.OneToOneField(AgentIdentity, on_delete=models.PROTECT, related_name="following")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="followers")

    def __str__(self) -> str:
        return f"{self.agent} follows {self.channel}"
