"""Releases and channels in the admin."""

from releases.admin.channel import ChannelAdmin
from releases.admin.deliveries import DeliveryAdmin
from releases.admin.release import ReleaseAdmin
from releases.admin.webhooks import WebHookAdmin

__all__ = ["ChannelAdmin", "DeliveryAdmin", "ReleaseAdmin", "WebHookAdmin"]
