"""The frame around every page: where one can go."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.urls import NoReverseMatch, reverse

from bindings.models import ValidationReport
from contracts.findings import Level

register = template.Library()

LABELS = {"RegistrySettings": "Settings", "ValidationReport": "Validation"}
"""Models whose page is called otherwise than their rows."""
ORDER = ("KPI", "Unit", "RegistrySettings", "Agent", "ValidationReport", "Waiver")
"""What people open most comes first; other models follow in Django's order."""
REGISTRY, AGENTS = "kpis", "bindings"
IMPORT_PERMISSIONS = ("kpis.add_kpi", "kpis.change_kpi", "kpis.delete_kpi")


@dataclass
class Page:
    """An entry of the navigation. ``current`` is what ``aria-current`` says, empty on other pages.

    ``count`` is how many things wait for a person there, ``counted`` what they are, for screen readers.
    """

    label: str
    url: str
    current: str = ""
    count: int = 0
    counted: str = ""


@dataclass
class Group:
    """Entries under one heading."""

    label: str
    pages: list[Page] = field(default_factory=list)


@register.inclusion_tag("admin/main_nav.html", takes_context=True)
def main_nav(context: Context) -> dict[str, Any]:
    """The navigation for this person: what they may see, with the current page marked."""
    request: HttpRequest = context["request"]
    apps = context.get("available_apps") or []
    registry, agents, more = Group("Registry"), Group("Agents"), Group("More")
    of_app = {REGISTRY: registry, AGENTS: agents}
    for app in apps:
        of_app.get(app["app_label"], more).pages.extend(pages_of(app))
    registry.pages += extra_pages(request)
    groups = [group for group in (registry, agents, more) if group.pages]
    mark_current([page for group in groups for page in group.pages], request.path)
    return {"groups": groups, "user": request.user, "csrf_token": context.get("csrf_token")}


def pages_of(app: dict[str, Any]) -> Iterable[Page]:
    """The lists of an app that this person may see."""
    places = {name: place for place, name in enumerate(ORDER)}
    for model in sorted(app["models"], key=lambda model: places.get(model["object_name"], len(places))):
        if model["admin_url"]:
            page = Page(LABELS.get(model["object_name"], model["name"]), model["admin_url"])
            if model["object_name"] == "ValidationReport":
                page.count, page.counted = findings_to_mend(), "errors and warnings"
            yield page
            if model["object_name"] == "Agent":
                yield Page("Map", reverse("admin:bindings_agent_map"))


def findings_to_mend() -> int:
    """How many errors and warnings the latest report has; one narrow query."""
    counts = ValidationReport.objects.values_list("counts", flat=True).first() or {}
    return int(counts.get(Level.ERROR, 0)) + int(counts.get(Level.WARNING, 0))


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
