"""Any two releases, channels or the working copy, side by side in words and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from contracts.release import EMPTY, ReleaseDocument, diff_releases
from releases import services
from releases.admin.pages import View, difference, page_context, require
from releases.models import Channel, Release
from releases.models.channel import PRODUCTION
from releases.services.planning import read_copy

WORKING = "working"
MOST_OPTIONS = 200
"""Newest releases that can be chosen from the list; older ones by their address."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison. ``words`` go into a sentence; ``document`` is None where there is no such side."""

    words: str
    document: ReleaseDocument | None
    url_number: int = 0


def compare_view(model_admin: ModelAdmin[Release]) -> View:
    """The page with the two choices, and below them what differs."""

    def view(request: HttpRequest) -> HttpResponse:
        require(request, "releases.view_release")
        asked = {
            "before": request.GET.get("before") or f"channel:{PRODUCTION}",
            "after": request.GET.get("after") or WORKING,
        }
        before, after = (find(text) for text in asked.values())
        context = page_context(model_admin.admin_site, request, Release, "Compare") | {
            "asked": asked,
            "before": before,
            "after": after,
            "options": options(asked.values()),
            "query": urlencode(asked) + "&",
            "swapped": urlencode({"before": asked["after"], "after": asked["before"]}),
        }
        if before.document is not None and after.document is not None:
            changes = diff_releases(before.document, after.document)
            context |= difference(changes, before.document, after.document, request.GET.get("p"))
            context["reach"] = services.reach(changes, after.document, before.document)
        return TemplateResponse(request, "admin/releases/compare.html", context)

    return view


def find(text: str) -> Side:
    """What ``release:3``, ``channel:production`` or ``working`` is."""
    what, _, name = text.partition(":")
    if what == WORKING:
        document, content = read_copy()
        return Side("the working copy", document if content else None)
    if what == "channel" and (
        channel := Channel.objects.select_related("release").filter(name=name[:40]).first()
    ):
        if channel.release is None:
            return Side(f"{channel} (no release yet)", EMPTY)
        number = channel.release.number
        return Side(f"{channel} (release {number})", channel.release.as_document(), number)
    if what == "release" and name.isdecimal() and len(name) < 10:
        release = Release.objects.filter(number=int(name)).first()
        if release:
            return Side(f"release {release.number}", release.as_document(), release.number)
    return Side("", None)


def options(asked: object) -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be chosen, in groups: value and label."""
    releases = Release.objects.values_list("number", "message")[:MOST_OPTIONS]
    return [
        ("Now", [(WORKING, "Working copy")]),
        ("Channels", [(f"channel:{name}", name) for name in Channel.objects.values_list("name", flat=True)]),
        (
            "Releases",
            [(f"release:{number}", f"Release {number}: {message[:60]}") for number, message in releases],
        ),
    ]
