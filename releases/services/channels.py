"""Channels themselves, and who follows which."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction

from bindings.identities import identity_of
from bindings.models import Agent
from contracts.limits import AGENT_LIMITS
from kpis.services import Author
from releases.models import Channel, ChannelMove, Following, ServingRevision
from releases.models.channel import PRODUCTION
from releases.services import guarding
from releases.services.approving import is_approved
from releases.services.identities import named_identity, settle_names
from releases.services.reading import channel_named
from releases.services.refusals import MoveRefused


@transaction.atomic
def create_channel(*, name: str, is_protected: bool = False) -> Channel:
    """A new channel, on no release yet. Raises MoveRefused: name_taken, name_unfit, too_many."""
    guarding.take_turn()
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
def follow(
    *, agent: Agent | str, channel: Channel | None, by: Author = None, by_name: str = "", reason: str = ""
) -> None:
    """Have an agent follow a channel; None is production, which every agent follows by itself.

    Raises MoveRefused, not_approved: one person changes nothing of what it gets where that asks for approval;
    and two_agents, as :func:`releases.services.identities.settle_names` does.
    """
    follow_all([(agent, channel)], by=by, by_name=by_name, reason=reason)


@transaction.atomic
def follow_all(
    pairs: Iterable[tuple[Agent | str, Channel | None]],
    *,
    by: Author = None,
    by_name: str = "",
    reason: str = "",
) -> None:
    """Have several agents follow a channel: what they are called is looked at when all have gone. Raises the same."""
    guarding.take_turn()
    gone = [_go(agent, channel, by=by, by_name=by_name, reason=reason) for agent, channel in pairs]
    if any(gone):
        settle_names()
        ServingRevision.bump()


def _go(agent: Agent | str, channel: Channel | None, *, by: Author, by_name: str, reason: str) -> bool:
    identity = named_identity(agent) if isinstance(agent, str) else identity_of(agent)
    name = identity.name
    now, then = followed(name), channel_named(channel.name if channel else PRODUCTION)
    if now == then:
        return False
    if why := follow_objection(name, now, then):
        raise MoveRefused("not_approved", why)
    if then.name == PRODUCTION:
        Following.objects.filter(agent=identity).delete()
    else:
        Following.objects.update_or_create(agent=identity, defaults={"channel": then})
    if guarding.needs_approval(then):
        guarding.begin_way_back(then)
    kept = name[: AGENT_LIMITS["name"]]
    guarding.note(then, ChannelMove.Kind.FOLLOW, by=by, by_name=by_name, reason=reason, agent_name=kept)
    return True


def followed(agent: str) -> Channel:
    """The channel that an agent follows, with its release."""
    row = Following.objects.select_related("channel__release").filter(agent__name=agent).first()
    return row.channel if row else channel_named(PRODUCTION)


def follow_objection(agent: str, now: Channel, then: Channel) -> str:
    """Why one person may not have an agent go from one channel to another, in words; "" where they may."""
    if not guarding.needs_approval(now):
        return ""
    if not guarding.needs_approval(then):
        return (
            f"{agent} follows {now.name}, which takes only what someone else approved, and {then.name} takes "
            f"anything. Protect {then.name} first."
        )
    if then.release is None:
        return f"{agent} would get nothing: {then.name} is on no release yet."
    if (now.release and now.release.digest == then.release.digest) or is_approved(then.release):
        return ""
    return (
        f"{agent} would get release {then.release.number}, which nobody but its author stands for. "
        "Have someone else approve it first, on its page."
    )
