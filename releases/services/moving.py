"""Moving channels: to a new release, back to an earlier one, or to what another channel has."""

from __future__ import annotations

from django.db import transaction

from jobs.database_clock import database_clock
from kpis.services import Author
from releases.models import Channel, ChannelMove, Release, ServingRevision
from releases.services import guarding
from releases.services.approving import approvers, objection
from releases.services.identities import settle_names
from releases.services.reading import channel_named, release_numbered
from releases.services.refusals import MoveRefused
from releases.services.texts import as_line, name_of
from releases.signals import published

Kind = ChannelMove.Kind


@transaction.atomic
def move(
    *,
    channel: Channel | str,
    release: Release | int,
    by: Author,
    reason: str = "",
    kind: str | None = None,
    expected_revision: int | None = None,
    by_name: str = "",
) -> ChannelMove:
    """Have a channel point to a release. Without ``kind`` an older release is a roll-back, a newer one published.

    ``expected_revision`` is the channel's revision that a person or program saw. Raises MoveRefused:
    not_approved, rejected, unknown_release, no_channel, stale, same_release, two_agents, text_unfit, and
    reason_missing where it goes back.
    """
    guarding.take_turn()
    held = channel_named(channel if isinstance(channel, str) else channel.name)
    target = release_numbered(release if isinstance(release, int) else release.number)
    if expected_revision is not None and held.revision != expected_revision:
        raise MoveRefused("stale", f"{held.name} was moved in the meantime. Check where it is now.")
    if held.release_id == target.pk:
        raise MoveRefused("same_release", f"{held.name} is on release {target.number} already.")
    code, why = objection(target, held)
    if code:
        raise MoveRefused(code, why)
    if goes_back(held, target) and not reason.strip():
        raise MoveRefused("reason_missing", f"Say why {held.name} goes back to release {target.number}.")
    return set_channel(held, target, by=by, by_name=by_name, reason=reason, kind=kind)


def goes_back(channel: Channel, release: Release) -> bool:
    """Whether the channel serves a later release now: then it takes a reason, whatever the move is called."""
    return channel.release is not None and release.number < channel.release.number


@transaction.atomic
def roll_back(
    *,
    channel: Channel | str,
    release: Release | int,
    by: Author,
    reason: str = "",
    expected_revision: int | None = None,
    by_name: str = "",
) -> ChannelMove:
    """Take a channel back to an earlier release. Raises MoveRefused as :func:`move` does, and not_earlier."""
    ServingRevision.hold()
    now = channel_named(channel if isinstance(channel, str) else channel.name).release
    number = release if isinstance(release, int) else release.number
    if now is None or number > now.number:
        where = f"on release {now.number}" if now else "on no release"
        raise MoveRefused("not_earlier", f"Release {number} is not an earlier one: the channel is {where}.")
    return move(
        channel=channel,
        release=release,
        by=by,
        reason=reason,
        kind=Kind.ROLLBACK,
        expected_revision=expected_revision,
        by_name=by_name,
    )


@transaction.atomic
def promote(
    *,
    source: Channel | str,
    target: Channel | str,
    by: Author,
    reason: str = "",
    expected_revision: int | None = None,
    by_name: str = "",
) -> ChannelMove:
    """Have a channel point to what another one points to. Raises MoveRefused as :func:`move` does."""
    ServingRevision.hold()
    found = channel_named(source if isinstance(source, str) else source.name)
    if found.release is None:
        raise MoveRefused("unknown_release", f"{found.name} is on no release yet.")
    return move(
        channel=target,
        release=found.release,
        by=by,
        reason=reason,
        kind=Kind.PROMOTE,
        expected_revision=expected_revision,
        by_name=by_name,
    )


def set_channel(
    channel: Channel, release: Release, *, by: Author, by_name: str, reason: str, kind: str | None
) -> ChannelMove:
    """Do what was allowed, inside the transaction that holds the lock."""
    before = channel.release
    if kind is None:
        kind = Kind.ROLLBACK if goes_back(channel, release) else Kind.PUBLISH
    Release.objects.filter(pk=release.pk).update(state=Release.State.PUBLISHED)
    release.state = Release.State.PUBLISHED
    channel.release, channel.revision = release, channel.revision + 1
    channel.moved, channel.moved_by = database_clock.moment(), by_name or name_of(by)
    channel.save(update_fields=["release", "revision", "moved", "moved_by"])
    settle_names()
    if before and not before.channels.exists():
        Release.objects.filter(pk=before.pk).update(state=Release.State.SUPERSEDED)
    done = ChannelMove.objects.create(
        channel=channel,
        kind=kind,
        before=before,
        after=release,
        by_id=by.pk if by else None,
        by_account=by.pk if by else None,
        by_name=channel.moved_by,
        approved_by=", ".join(said.person_name for said in approvers(release))[:1000],
        reason=as_line(reason, ChannelMove, "reason", MoveRefused),
        at=channel.moved,
    )
    if guarding.needs_approval(channel):
        channel.way_back.add(release)
    ServingRevision.bump()
    transaction.on_commit(
        lambda: published.send_robust(Release, release=release, channel=channel, kind=done.kind, move=done)
    )
    return done
