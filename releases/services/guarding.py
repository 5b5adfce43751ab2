"""Which channels ask for another person's approval. That is in the database, so that no server can differ."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import transaction

from kpis.services import Author
from releases.models import Channel, ChannelMove, Release, ServingRevision
from releases.services.refusals import MoveRefused
from releases.services.texts import as_line, name_of

log = logging.getLogger(__name__)

Kind = ChannelMove.Kind
BY_SETTING = "AUREN_REQUIRE_APPROVAL"
WEAKER = f"{BY_SETTING} is off here, but the database says that approval is required. That counts."


def is_stored() -> bool:
    """Whether the database says that every channel asks for approval."""
    return ServingRevision.objects.filter(pk=1, approval_required=True).exists()


def approval_required() -> bool:
    """Whether every channel asks for approval: a server's setting can add that, and never take it away."""
    return bool(settings.REQUIRE_APPROVAL) or is_stored()


def needs_approval(channel: Channel) -> bool:
    """Whether a channel takes only releases that someone else approved."""
    return channel.is_protected or approval_required()


def take_turn() -> None:
    """Wait for this transaction's turn; from then on the setting of this server holds for all of them."""
    ServingRevision.hold()
    if settings.REQUIRE_APPROVAL and not is_stored():
        require_approval(by=None, by_name=BY_SETTING)


@transaction.atomic
def store_setting() -> bool:
    """Write the setting of this server down. Returns whether approval is required, whoever said so."""
    if settings.REQUIRE_APPROVAL and not is_stored():
        take_turn()
    return approval_required()


@transaction.atomic
def require_approval(*, by: Author, by_name: str = "", reason: str = "") -> None:
    """Have every channel ask for approval. One person may: it takes nothing away."""
    ServingRevision.hold()
    if is_stored():
        return
    for channel in Channel.objects.select_related("release"):
        if not channel.is_protected:
            begin_way_back(channel)
        note(channel, Kind.REQUIRE, by=by, by_name=by_name, reason=reason)
    ServingRevision.objects.filter(pk=1).update(approval_required=True)


@transaction.atomic
def relax_approval(*, by: Author, by_name: str, reason: str) -> None:
    """Have only protected channels ask for approval: for whoever runs the machine, and kept as that.

    Raises MoveRefused: note_missing, setting_on.
    """
    ServingRevision.hold()
    require_reason(reason)
    if settings.REQUIRE_APPROVAL:
        raise MoveRefused(
            "setting_on", f"{BY_SETTING} is on here. Take it away on every server first, or it comes back."
        )
    if not is_stored():
        return
    for channel in Channel.objects.select_related("release"):
        if not channel.is_protected:
            channel.way_back.clear()
        note(channel, Kind.RELAX, by=by, by_name=by_name, reason=reason)
    ServingRevision.objects.filter(pk=1).update(approval_required=False)


def require_reason(reason: str) -> None:
    """Raise MoveRefused where nobody says why."""
    if not reason.strip():
        raise MoveRefused("note_missing", "Say why: it is kept with what happened.")


def begin_way_back(channel: Channel) -> None:
    """Only what the channel serves now may come back without approval: everyone who follows it has that."""
    channel.way_back.set([channel.release_id] if channel.release_id else [])


def may_come_back(release: Release, channel: Channel) -> bool:
    """Whether everyone who follows the channel got this release from it while it asked for approval."""
    return channel.way_back.filter(pk=release.pk).exists()


def note(
    channel: Channel,
    kind: str,
    *,
    by: Author,
    by_name: str = "",
    reason: str = "",
    approved_by: str = "",
    agent_name: str = "",
) -> ChannelMove:
    """Keep what happened to a channel that stays where it is."""
    return ChannelMove.objects.create(
        channel=channel,
        kind=kind,
        before=channel.release,
        after=channel.release,
        agent_name=agent_name,
        by_id=by.pk if by else None,
        by_account=by.pk if by else None,
        by_name=by_name or name_of(by),
        reason=as_line(reason, ChannelMove, "reason", MoveRefused),
        approved_by=approved_by,
    )
