"""Addresses of alerts and dashboards."""

from django.urls import re_path

from observability.api.files import ChannelFile, ChannelFiles, ReleaseFile, ReleaseFiles

RELEASE = r"^releases/(?P<number>[0-9]{1,9})/observability"
CHANNEL = r"^channels/(?P<name>[^/]+)/observability"

urlpatterns = [
    re_path(rf"{RELEASE}/?$", ReleaseFiles.as_view(), name="release-observability"),
    re_path(rf"{RELEASE}/(?P<path>.+)$", ReleaseFile.as_view(), name="release-observability-file"),
    re_path(rf"{CHANNEL}/?$", ChannelFiles.as_view(), name="channel-observability"),
    re_path(rf"{CHANNEL}/(?P<path>.+)$", ChannelFile.as_view(), name="channel-observability-file"),
]
