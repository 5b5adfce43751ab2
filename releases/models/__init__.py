"""Releases, channels and what people said of them; webhooks and their deliveries."""

from releases.models.approval import Approval
from releases.models.channel import Channel, ChannelMove, Following, Unprotection
from releases.models.release import Release
from releases.models.release_part import ReleasePart
from releases.models.released_agent import ReleasedAgent
from releases.models.serving import ServingRevision
from releases.models.webhook import Delivery, WebHook
from releases.models.working_copy import PreparedCopy, WorkingCopyMark

__all__ = [
    "Approval",
    "Channel",
    "ChannelMove",
    "Delivery",
    "Following",
    "PreparedCopy",
    "Release",
    "ReleasePart",
    "ReleasedAgent",
    "ServingRevision",
    "Unprotection",
    "WebHook",
    "WorkingCopyMark",
]
