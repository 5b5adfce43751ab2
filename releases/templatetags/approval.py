"""What waits for a second person, for the first page."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django import template
from django.template import RequestContext
from django.urls import reverse

from releases.models import Release, Unprotection

register = template.Library()
MOST = 5


class Asked(NamedTuple):
    """One thing that somebody asked, and somebody else has to say yes to."""

    what: str
    who: str
    at: datetime
    url: str


@register.simple_tag(takes_context=True)
def second_person_asked(context: RequestContext) -> list[Asked]:
    """The newest of them, for those who may see releases and channels; two queries."""
    user: Any = context["request"].user
    found: list[Asked] = []
    if user.has_perm("releases.view_channel"):
        open_ones = Unprotection.objects.filter(state=Unprotection.State.OPEN).select_related("channel")
        found += [
            Asked(
                f"{one.channel.name} is to be no longer protected",
                one.asked_name,
                one.at,
                reverse("admin:releases_channel_changelist"),
            )
            for one in open_ones[:MOST]
        ]
    if user.has_perm("releases.view_release"):
        found += [
            Asked(
                f"Release {one.number} is proposed",
                one.author_name or "somebody",
                one.created,
                reverse("admin:releases_release_change", args=[one.number]),
            )
            for one in Release.objects.light().filter(state=Release.State.PROPOSED)[:MOST]
        ]
    return found
