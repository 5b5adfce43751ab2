"""What webhooks are told: release.proposed, release.published, channel.moved, report.made.

Moves and reports are heard within their transaction, so that their messages are stored with them or not at all.
"""

import logging
from typing import Any

from django.db import transaction
from django.db.models.signals import post_save
from django.dispatch import receiver

from bindings.models.report import ValidationReport
from bindings.signals import report_made
from releases.models import Channel, ChannelMove, Release
from releases.models.webhook import TEST, Delivery, Event, WebHook
from releases.signals import proposed
from releases.webhooks.delivering import Author, announce, tell

logger = logging.getLogger(__name__)

Data = dict[str, Any]


@receiver(post_save, sender=ChannelMove, dispatch_uid="webhooks.moved")
def tell_of_move(*, instance: ChannelMove, created: bool, raw: bool = False, **kwargs: Any) -> None:
    """A channel moved. What else is kept of it is not told."""
    if not created or raw or instance.after is None or instance.kind not in ChannelMove.MOVES:
        return
    if instance.kind == ChannelMove.Kind.PUBLISH:
        quietly(Event.RELEASE_PUBLISHED, about_release(instance.after, instance.channel))
    quietly(Event.CHANNEL_MOVED, about_move(instance))


@receiver(proposed, dispatch_uid="webhooks.proposed")
def tell_of_proposal(*, release: Release, channel: Channel, **kwargs: Any) -> None:
    """A release waits for someone's word."""
    quietly(Event.RELEASE_PROPOSED, about_release(release, channel))


@receiver(report_made, dispatch_uid="webhooks.report")
def tell_of_report(*, report: ValidationReport, **kwargs: Any) -> None:
    """A validation report was made."""
    quietly(Event.REPORT_MADE, about_report(report))


def quietly(event: Event, data: Data) -> None:
    """Announce it; what goes wrong here is logged, and undoes nothing of what happened."""
    try:
        with transaction.atomic():
            announce(event, data)
    except Exception:
        logger.exception("Webhooks were not told of %s", event)


def send_test(hook: WebHook, *, author: Author = None) -> Delivery:
    """A message that says only that messages arrive; also to a webhook that is off."""
    return tell(hook, TEST, {"webhook": hook.name}, author=author)


def about_release(release: Release, channel: Channel) -> Data:
    """A release, without its content, and the channel it is meant for."""
    return {
        "channel": channel.name,
        "release": release.number,
        "digest": release.digest,
        "class": release.kind,
        "message": release.message,
        "author": release.author_name,
        "created": release.created.isoformat(),
        "counts": release.counts,
    }


def about_move(move: ChannelMove) -> Data:
    """A channel's move; releases by number."""
    return {
        "channel": move.channel.name,
        "kind": move.kind,
        "before": move.before.number if move.before else None,
        "after": move.after.number if move.after else None,
        "by": move.by_name,
        "reason": move.reason,
        "at": move.at.isoformat(),
    }


def about_report(report: ValidationReport) -> Data:
    """A report's numbers, without its findings."""
    return {
        "report": report.pk,
        "trigger": report.trigger,
        "digest": report.digest,
        "counts": report.counts,
        "at": report.at.isoformat(),
    }
