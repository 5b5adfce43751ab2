"""Addresses of releases and channels, and of what agents read."""

from typing import Any

from django.urls import re_path

from releases.api.actions import ApprovalView, DifferenceView, DocumentView, RestoreView
from releases.api.channels import ChannelResource
from releases.api.polling import BindingsFilePoll, BindingsPoll, RegistryFilePoll, RegistryPoll
from releases.api.releases import ReleaseResource

LIST: Any = {"get": "list", "post": "create"}
NUMBER = r"(?P<number>[0-9]{1,9})"

urlpatterns = [
    re_path(r"^releases/?$", ReleaseResource.as_view(LIST), name="release-list"),
    re_path(rf"^releases/{NUMBER}/?$", ReleaseResource.as_view({"get": "retrieve"}), name="release-detail"),
    re_path(rf"^releases/{NUMBER}/document/?$", DocumentView.as_view(), name="release-document"),
    re_path(
        rf"^releases/{NUMBER}/diff/(?P<other>[0-9]{{1,9}})/?$", DifferenceView.as_view(), name="release-diff"
    ),
    re_path(rf"^releases/{NUMBER}/approvals/?$", ApprovalView.as_view(), name="release-approvals"),
    re_path(rf"^releases/{NUMBER}/restore/?$", RestoreView.as_view(), name="release-restore"),
    re_path(r"^channels/?$", ChannelResource.as_view(LIST), name="channel-list"),
    re_path(
        r"^channels/(?P<name>[^/]+)/?$",
        ChannelResource.as_view({"get": "retrieve", "put": "update"}),
        name="channel-detail",
    ),
    re_path(r"^registry/?$", RegistryPoll.as_view(), name="registry"),
    re_path(r"^registry\.yaml/?$", RegistryFilePoll.as_view(), name="registry-file"),
    re_path(r"^agents/(?P<agent>[^/]+)/bindings/?$", BindingsPoll.as_view(), name="agent-bindings"),
    re_path(
        r"^agents/(?P<agent>[^/]+)/bindings\.yaml/?$", BindingsFilePoll.as_view(), name="agent-bindings-file"
    ),
]
