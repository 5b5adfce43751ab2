"""Channels: movable names on releases, and which agent follows which."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from bindings.models import Agent
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
        "protected", default=False, help_text="Only releases that someone else approved may go here."
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
    """A channel went from one release to another. Kept for ever, in order."""

    class Kind(models.TextChoices):
        """Why it moved."""

        PUBLISH = "publish", "published"
        ROLLBACK = "rollback", "rolled back"
        PROMOTE = "promote", "promoted"

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="moves")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    before = models.ForeignKey(Release, null=True, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=200, blank=True)
    reason = LineField(max_length=500, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.channel}: {self.get_kind_display()}"


class Following(models.Model):
    """Which channel an agent follows, where it is not production."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="following")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="followers")

    def __str__(self) -> str:
        return f"{self.agent} follows {self.channel}"
