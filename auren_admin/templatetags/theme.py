"""The frame around every page: where one can go."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import template
from django.db.models import Subquery
from django.http import HttpRequest
from django.template.context import Context
from django.urls import NoReverseMatch, reverse

from bindings.models import ValidationReport
from contracts.findings import Level
from jobs.database_clock import database_clock
from kpis.models import Revision
from protocols.pages.counts import to_look_at
from releases.models import Channel
from releases.models.channel import PRODUCTION

register = template.Library()

NOW, RUN_PAGE = "Now", "Runs"
LABELS = {
    "RegistrySettings": "Settings",
    "ValidationReport": "Validation",
    "ActionKind": "Actions",
    "Standing": NOW,
    "ProtocolRun": RUN_PAGE,
    "Pause": "Pauses",
}
"""Models whose page is called otherwise than their rows."""
ORDER = (
    "Standing",
    "ProtocolRun",
    "Pause",
    "KPI",
    "Unit",
    "RegistrySettings",
    "Agent",
    "ActionKind",
    "ValidationReport",
    "Waiver",
    "Release",
    "Channel",
)
"""What people open most comes first; other models follow in Django's order."""
REGISTRY, AGENTS, RELEASES, LIVE, RUNS = "kpis", "bindings", "releases", "telemetry", "protocols"
IMPORT_PERMISSIONS = ("kpis.add_kpi", "kpis.change_kpi", "kpis.delete_kpi")


@dataclass
class Page:
    """An entry of the navigation. ``current`` is what ``aria-current`` says, empty on other pages.

    ``count`` is how many things wait for a person there, ``counted`` what they are, for screen readers; ``is_outdated``
    when they were counted before the latest edit.
    """

    label: str
    url: str
    current: str = ""
    count: int = 0
    counted: str = ""
    is_outdated: bool = False


@dataclass
class Group:
    """Entries under one heading; what stands first needs none."""

    label: str
    pages: list[Page] = field(default_factory=list)


@register.inclusion_tag("admin/main_nav.html", takes_context=True)
def main_nav(context: Context) -> dict[str, Any]:
    """The navigation for this person: what they may see, with the current page marked."""
    request: HttpRequest = context["request"]
    apps = context.get("available_apps") or []
    live, registry, agents = Group(""), Group("Registry"), Group("Agents")
    releases, more, runs = Group("Releases"), Group("More"), Group("")
    of_app = {REGISTRY: registry, AGENTS: agents, RELEASES: releases, RUNS: runs}
    for app in apps:
        of_app.get(app["app_label"], more).pages.extend(pages_of(app))
        if app["app_label"] == LIVE:
            live.pages = [page for page in more.pages if page.label == NOW]
            more.pages = [page for page in more.pages if page.label != NOW]
    registry.pages += extra_pages(request)
    first = [*live.pages, *runs.pages]
    groups = [group for group in (Group("", first), registry, agents, releases, more) if group.pages]
    mark_current([page for group in groups for page in group.pages], request.path)
    for page in live.pages:  # the first page shows what the list would
        page.url = reverse("admin:index")
        page.current = "page" if request.path == page.url else page.current
    for page in runs.pages:
        if page.label == RUN_PAGE:
            page.url = reverse("admin:protocols_protocolrun_board")
            page.current = "page" if request.path == page.url else page.current and "true"
    return {"groups": groups, "user": request.user, "csrf_token": context.get("csrf_token")}


def pages_of(app: dict[str, Any]) -> Iterable[Page]:
    """The lists of an app that this person may see."""
    places = {name: place for place, name in enumerate(ORDER)}
    for model in sorted(app["models"], key=lambda model: places.get(model["object_name"], len(places))):
        if model["admin_url"]:
            if model["object_name"] == "Release":
                waiting = edited_since_release()
                publish = reverse("admin:releases_release_publish")
                yield Page("Publish", publish, count=waiting, counted="edited since the last release")
            page = Page(LABELS.get(model["object_name"], model["name"]), model["admin_url"])
            if model["object_name"] == "ValidationReport":
                page.count, page.is_outdated = findings_to_mend()
                page.counted = "errors and warnings"
            elif model["object_name"] == "ProtocolRun":
                page.count = to_look_at(database_clock.micros())
                page.counted = "critical or late"
            yield page
            if model["object_name"] == "Agent":
                yield Page("Map", reverse("admin:bindings_agent_map"))


def findings_to_mend() -> tuple[int, bool]:
    """How many errors and warnings the latest report has, and whether something was edited since; one query."""
    last = Revision.objects.order_by("-pk").values("pk")[:1]
    found = ValidationReport.objects.annotate(last=Subquery(last)).values_list("counts", "revision", "last")
    counts, seen, now = found.first() or ({}, None, None)
    outdated = seen is not None and (now or 0) != seen
    return int(counts.get(Level.ERROR, 0)) + int(counts.get(Level.WARNING, 0)), outdated


def edited_since_release() -> int:
    """How many KPIs and agents were edited since production's release was made; two narrow queries.

    Whether they differ from it in the end, only the page itself can tell.
    """
    made = Channel.objects.filter(name=PRODUCTION).values_list("release__created", flat=True).first()
    edited = Revision.objects.filter(at__gt=made) if made else Revision.objects.none()
    return edited.order_by().values("kind", "subject_id").distinct().count()


def extra_pages(request: HttpRequest) -> Iterable[Page]:
    """Pages that are no list of a model."""
    wanted = [
        ("Import", "admin:kpis_kpi_import", IMPORT_PERMISSIONS),
        ("History", "admin:kpis_kpi_changes", ("kpis.view_kpi",)),
    ]
    for label, name, permissions in wanted:
        if request.user.has_perms(permissions):
            try:
                yield Page(label, reverse(name))
            except NoReverseMatch:  # an admin site without the registry
                continue


def mark_current(pages: Iterable[Page], path: str) -> None:
    """Mark the one entry whose address begins ``path`` and is the longest of those."""
    around = [page for page in pages if path.startswith(page.url)]
    if around:
        nearest = max(around, key=lambda page: len(page.url))
        nearest.current = "page" if nearest.url == path else "true"
