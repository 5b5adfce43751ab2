"""Freezing the working copy into a release, and having a channel point to it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from bindings.reports.entries import Entry
from contracts.diff import ChangeClass
from contracts.findings import Level
from jobs.database_clock import database_clock
from kpis.locking import working_copy_lock
from kpis.services import Author
from releases.models import Channel, ChannelMove, Release, WorkingCopyMark
from releases.models.channel import PRODUCTION
from releases.services import guarding
from releases.services.approving import objection
from releases.services.identities import note_released
from releases.services.moving import set_channel
from releases.services.planning import (
    PublishPlan,
    is_served_as_it_is,
    judged_copy,
    open_entries,
    plan_for,
    publishing_to,
)
from releases.services.refusals import PublishRefused
from releases.services.texts import as_line, name_of
from releases.signals import proposed

KEPT_ENTRIES = 10_000
"""Of more findings than this a release keeps the worst; its counts are those of all."""


@dataclass(frozen=True, slots=True)
class Published:
    """What publishing did. ``created`` is False where the content was released already, ``moved`` where the
    channel stays where it is; ``waits`` says why it does, "" where there was nothing to do."""

    release: Release
    created: bool
    moved: bool
    waits: str = ""


def publish(
    *,
    author: Author,
    message: str,
    channel: str = PRODUCTION,
    accepted: str = "",
    digest: str | None = None,
    author_name: str = "",
) -> Published:
    """Make the working copy the next release and move a channel there, if it may go.

    ``accepted`` says why its warnings are; ``digest`` is that of the plan which was on the screen. The same
    content as the channel's makes no release, whatever else is given. Raises PublishRefused.
    """
    # Before anything is held: it may take its time. A job of the checks beside the rules, such as that of the noise,
    # stays where publishing is refused: it remembers what was worked out about the working copy, not that this was
    # asked for, and whoever looks next need not wait for it again.
    if is_served_as_it_is(publishing_to(channel)):
        return already(publishing_to(channel))
    judged = judged_copy()
    with working_copy_lock():
        guarding.take_turn()
        held = publishing_to(channel)
        if WorkingCopyMark.current() != judged.mark:  # someone saved while we waited for our turn
            judged = judged_copy()
        plan = plan_for(held, judged)
        if plan.is_empty:
            return already(held)
        refuse(plan, message, accepted, digest)
        message = as_line(message, Release, "message", PublishRefused)
        accepted = as_line(accepted, Release, "accepted", PublishRefused)
        release = same_as_newest(plan)
        created = release is None
        if release is None:
            require_author(author, held)
            release = freeze(plan, author, author_name or name_of(author), message, accepted)
        code, waits = objection(release, held)
        if code:
            if created:
                tell_proposed(release, held)
            return Published(release, created, False, waits)
        set_channel(
            held, release, by=author, by_name=author_name, reason=message, kind=ChannelMove.Kind.PUBLISH
        )
        return Published(release, created, True)


def already(channel: Channel) -> Published:
    """The answer where the channel serves this content. Raises PublishRefused where there is none at all."""
    if channel.release is None:
        raise PublishRefused("nothing", "There is nothing to publish: the registry is empty.")
    return Published(channel.release, False, False)


def refuse(plan: PublishPlan, message: str, accepted: str, digest: str | None) -> None:
    """Raise PublishRefused where something stands in the way."""
    if digest is not None and digest != plan.digest:
        raise PublishRefused(
            "stale", "The registry was changed while you were looking at it. See what would be published now."
        )
    if plan.errors:
        raise PublishRefused(
            "errors",
            f"The rules find {plan.errors:,} {'error' if plan.errors == 1 else 'errors'}. Fix them, or waive them.",
            open_entries(plan.entries, Level.ERROR),
        )
    if not message.strip():
        raise PublishRefused("message_missing", "Say in a message what changed and why.")
    if plan.warnings and not accepted.strip():
        raise PublishRefused(
            "warnings_not_accepted",
            f"The rules warn {'once' if plan.warnings == 1 else f'{plan.warnings:,} times'}. "
            "Fix that, or accept it and say why.",
            open_entries(plan.entries, Level.WARNING),
        )


def require_author(author: Author, channel: Channel) -> None:
    """Raise PublishRefused where somebody else has to approve, and nobody knows whom they must differ from."""
    if author is None and guarding.needs_approval(channel):
        raise PublishRefused(
            "author_missing",
            f"{channel} takes what someone other than its author approved, so the author must be known: "
            "sign in, use a token that a person made, or say who with --as.",
        )


def same_as_newest(plan: PublishPlan) -> Release | None:
    """The newest release, where it has this very content and was not rejected: there is no need of another."""
    newest = Release.objects.order_by("-number").first()
    if newest and newest.digest == plan.content_digest and newest.state != Release.State.REJECTED:
        return newest
    return None


def freeze(plan: PublishPlan, author: Author, author_name: str, message: str, accepted: str) -> Release:
    """The next release, for ever. The lock that is held makes numbers follow each other without gaps."""
    last: int | None = Release.objects.aggregate(last=Max("number"))["last"]
    kept: list[Entry] = plan.entries[:KEPT_ENTRIES]
    release = Release.objects.keep(
        number=(last or 0) + 1,
        created=database_clock.moment(),
        text=plan.judged.content.decode(),
        digest=plan.content_digest,
        kind=str(plan.kind or ChangeClass.COSMETIC),
        message=message,
        accepted=accepted if plan.warnings else "",
        counts=plan.counts | {"changes": len(plan.changes), "left_out": len(plan.entries) - len(kept)},
        findings=kept,
        author_id=author.pk if author else None,
        author_account=author.pk if author else None,
        author_name=author_name,
    )
    note_released(release)
    return release


def tell_proposed(release: Release, channel: Channel) -> None:
    """Let others know that somebody's word is waited for."""
    transaction.on_commit(lambda: proposed.send_robust(Release, release=release, channel=channel))
