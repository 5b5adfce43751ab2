"""Channels themselves, and who follows which."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from bindings.models import Agent
from releases.models import Channel, Following, ServingRevision
from releases.services.refusals import MoveRefused


@transaction.atomic
def create_channel(*, name: str, is_protected: bool = False) -> Channel:
    """A new channel, on no release yet. Raises MoveRefused: name_taken, name_unfit, too_many."""
    ServingRevision.hold()
    channel = Channel(name=name, is_protected=is_protected)
    try:
        channel.clean_fields()
    except ValidationError as unfit:
        raise MoveRefused("name_unfit", " ".join(unfit.messages)) from unfit
    try:
        channel.clean()
    except ValidationError as full:
        raise MoveRefused("too_many", " ".join(full.messages)) from full
    if Channel.objects.filter(name=name).exists():
        raise MoveRefused("name_taken", f"There is a channel {name} already.")
    channel.save()
    ServingRevision.bump()
    return channel


@transaction.atomic
def follow(*, agent: Agent, channel: Channel | None) -> None:
    """Have an agent follow a channel; None is production, which every agent follows by itself."""
    ServingRevision.hold()
    if channel is None:
        Following.objects.filter(agent=agent).delete()
    else:
        Following.objects.update_or_create(agent=agent, defaults={"channel": channel})
    ServingRevision.bump()
