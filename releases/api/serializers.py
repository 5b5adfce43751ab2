"""Releases, channels and what was said of them as JSON; the bodies that publish, move and approve."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from contracts.diff import ChangeClass
from contracts.findings import Level
from releases.models import Approval, Channel, Release
from releases.models.channel import PRODUCTION
from releases.services import RestoreResult
from rest.bodies import Body, Line, Truth, Whole, Word
from rest.parameters import REASON_LENGTH

LARGEST = 2**31 - 1
CLASSES = [str(kind) for kind in ChangeClass]


class ApprovalSerializer(serializers.Serializer[Approval]):
    """What one person said of a release."""

    person = serializers.CharField(source="person_name", read_only=True)
    verdict = serializers.ChoiceField(choices=Approval.Verdict.choices, read_only=True)
    note = serializers.CharField(read_only=True)
    at = serializers.DateTimeField(read_only=True)


class ReleaseSerializer(serializers.Serializer[Release]):
    """A release without its document, which has an address of its own."""

    number = serializers.IntegerField(read_only=True)
    digest = serializers.CharField(read_only=True, help_text="SHA-256 of its document.")
    state = serializers.ChoiceField(choices=Release.State.choices, read_only=True)
    message = serializers.CharField(read_only=True, help_text="What changed and why.")
    accepted = serializers.CharField(read_only=True, help_text="Why its warnings were accepted.")
    counts = serializers.DictField(
        child=serializers.IntegerField(), read_only=True, help_text="How much of what is in it, by word."
    )
    author = serializers.CharField(source="author_name", read_only=True)
    created = serializers.DateTimeField(read_only=True)
    channels = serializers.SerializerMethodField(help_text="The channels that point to it.")
    approvals = ApprovalSerializer(many=True, read_only=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`class` is a word of Python's own, so the field cannot be an attribute."""
        said = "The most that changed since the release before."
        kind = serializers.ChoiceField(choices=CLASSES, source="kind", read_only=True, help_text=said)
        fields: dict[str, Any] = {}
        for name, field in super().get_fields().items():
            fields |= {name: field} | ({"class": kind} if name == "state" else {})
        return fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_channels(self, release: Release) -> list[str]:
        """Their names, in order."""
        return sorted(channel.name for channel in release.channels.all())


class ChangeSerializer(serializers.Serializer[Any]):
    """One difference, in words and as data."""

    subject = serializers.CharField(read_only=True, help_text="The KPI's or agent's name, or `registry`.")
    path = serializers.ListField(read_only=True, help_text="Where inside it: names and positions.")
    before = serializers.JSONField(read_only=True, allow_null=True)
    after = serializers.JSONField(read_only=True, allow_null=True)
    words = serializers.CharField(read_only=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`class` is a word of Python's own, so the field cannot be an attribute."""
        return {"class": serializers.ChoiceField(choices=CLASSES, read_only=True), **super().get_fields()}


class DifferenceSerializer(serializers.Serializer[Any]):
    """Everything that differs between two releases."""

    before = serializers.IntegerField(read_only=True, help_text="The release it was.")
    after = serializers.IntegerField(read_only=True, help_text="The release it becomes.")
    summary = serializers.DictField(
        child=serializers.IntegerField(), read_only=True, help_text="How many changes of each class."
    )
    changes = ChangeSerializer(many=True, read_only=True)
    left_out = serializers.IntegerField(
        read_only=True,
        help_text="Changes that are counted but not listed, the least grave: a list has 2,000.",
    )


class FindingSerializer(serializers.Serializer[Any]):
    """One thing that a rule says of what is to be published."""

    rule = serializers.CharField(read_only=True, help_text="The rule's id, such as `KPI031`.")
    level = serializers.ChoiceField(choices=[str(level) for level in Level], read_only=True)
    subject = serializers.CharField(read_only=True, help_text="Whom it is about.")
    message = serializers.CharField(read_only=True)
    hint = serializers.CharField(read_only=True)
    waived = serializers.CharField(read_only=True, help_text="Until when, by whom and why it is silenced.")


class RenamingSerializer(serializers.Serializer[Any]):
    """An agent that goes by another name once this is published, with its tokens."""

    before = serializers.CharField(read_only=True)
    after = serializers.CharField(read_only=True)
    tokens = serializers.IntegerField(read_only=True, help_text="Usable ones, which go with it.")


class PublishedSerializer(serializers.Serializer[Any]):
    """What was published, or would be.

    On a dry run `release` is null where there would be a new one, and `changes`, `renamings`, `findings` and `digest`
    say what that would be.
    """

    created = serializers.BooleanField(
        read_only=True, help_text="False: this content was released already, as `release`."
    )
    moved = serializers.BooleanField(read_only=True, help_text="Whether the channel moved there.")
    waits = serializers.CharField(read_only=True, help_text="Why it did not, where it should have.")
    channel = serializers.CharField(read_only=True)
    release = ReleaseSerializer(read_only=True, allow_null=True)
    digest = serializers.CharField(
        read_only=True, required=False, help_text="Send it along to publish exactly this, or nothing."
    )
    changes = ChangeSerializer(many=True, read_only=True, required=False)
    renamings = RenamingSerializer(many=True, read_only=True, required=False)
    findings = FindingSerializer(many=True, read_only=True, required=False)


class ChannelSerializer(serializers.Serializer[Channel]):
    """A name that agents follow, on the release they get."""

    name = serializers.CharField(read_only=True)
    release = serializers.IntegerField(source="release.number", read_only=True, allow_null=True, default=None)
    protected = serializers.BooleanField(
        source="is_protected", read_only=True, help_text="Only releases that someone else approved."
    )
    revision = serializers.IntegerField(read_only=True, help_text="How often it was moved.")
    moved = serializers.DateTimeField(read_only=True, allow_null=True)
    moved_by = serializers.CharField(read_only=True)


class PublishBody(Body):
    """Publish the working copy as the next release, and move a channel to it."""

    message = Line(500, help_text="What changed and why. Only a dry run goes without.")
    channel = Line(40, default=PRODUCTION)
    accepted = Line(500, help_text="Why its warnings are accepted, if there are any.")
    digest = Line(64, help_text="Of the dry run: publish what that showed, or nothing.")


class NewChannelBody(Body):
    """A new channel."""

    name = Line(40, required=True, help_text="Small letters, digits and hyphens, such as `staging`.")
    protected = Truth(help_text="Only releases that someone else approved may go here.")
    release = Whole(1, LARGEST, required=False, allow_null=True, help_text="What it points to at first.")
    change_reason = Line(REASON_LENGTH, help_text="Kept with the move.")


class MoveBody(Body):
    """Where a channel is to go."""

    release = Whole(1, LARGEST, required=True, help_text="Any release; an earlier one rolls back.")
    change_reason = Line(REASON_LENGTH, help_text="Kept with the move; needed to go back.")


class VerdictBody(Body):
    """What a person says of a release."""

    verdict = Word(choices=Approval.Verdict.choices)
    note = Line(500, help_text="Why.")


class RestoreBody(Body):
    """Bring a release back into the working copy."""

    change_reason = Line(REASON_LENGTH, help_text="Kept in the history of all that changes.")


class RestoredSerializer(serializers.Serializer[RestoreResult]):
    """What became of the working copy, or would: the names of KPIs and agents."""

    release = serializers.IntegerField(source="release.number", read_only=True)
    created = serializers.ListField(child=serializers.CharField(), read_only=True)
    changed = serializers.ListField(child=serializers.CharField(), read_only=True)
    deleted = serializers.ListField(child=serializers.CharField(), read_only=True)
    settings = serializers.ListField(child=serializers.CharField(), read_only=True)
