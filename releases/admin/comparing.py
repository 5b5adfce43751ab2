"""Any two releases, channels or the working copy, side by side in words and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from contracts.narrowing import narrowed
from contracts.release import diff_releases
from releases import services
from releases.admin.pages import View, difference, page_context, require, wait_page
from releases.models import Channel, Release
from releases.models.channel import PRODUCTION
from releases.services.planning import copy_content

WORKING = "working"
MOST_OPTIONS = 200
"""Newest releases that can be chosen from the list; older ones by their address."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison. ``words`` go into a sentence; ``text`` is the canonical document, "" of an empty one,
    and None where there is no such side."""

    words: str
    text: str | None
    url_number: int = 0


def compare_view(model_admin: ModelAdmin[Release]) -> View:
    """The page with the two choices, and below them what differs."""

    def view(request: HttpRequest) -> HttpResponse:
        require(request, "releases.view_release")
        asked = {
            "before": request.GET.get("before") or f"channel:{PRODUCTION}",
            "after": request.GET.get("after") or WORKING,
        }
        if WORKING in asked.values() and (waiting := wait_page(model_admin.admin_site, request, "Compare")):
            return waiting
        before, after = (find(text) for text in asked.values())
        context = page_context(model_admin.admin_site, request, Release, "Compare") | {
            "asked": asked,
            "before": before,
            "after": after,
            "options": options(asked.values()),
            "query": urlencode(asked) + "&",
            "swapped": urlencode({"before": asked["after"], "after": asked["before"]}),
        }
        if before.text is not None and after.text is not None:
            old, new = narrowed(before.text, after.text)
            changes = diff_releases(old, new)
            context |= difference(changes, old, new, request.GET.get("p"))
            context["reach"] = services.reach(changes, new, old)
        return TemplateResponse(request, "admin/releases/compare.html", context)

    return view


def find(text: str) -> Side:
    """What ``release:3``, ``channel:production`` or ``working`` is."""
    what, _, name = text.partition(":")
    if what == WORKING:
        return Side("the working copy", copy_content().decode() or None)
    if what == "channel" and (
        channel := Channel.objects.select_related("release").filter(name=name[:40]).first()
    ):
        if channel.release is None:
            return Side(f"{channel} (no release yet)", "")
        number = channel.release.number
        return Side(f"{channel} (release {number})", channel.release.text, number)
    if what == "release" and name.isdecimal() and len(name) < 10:
        release = Release.objects.filter(number=int(name)).first()
        if release:
            return Side(f"release {release.number}", release.text, release.number)
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
