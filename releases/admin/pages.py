"""What the pages about releases share: who may do what, and a difference cut into pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from bindings.admin.reports import Row
from bindings.models import Agent
from bindings.reports.entries import Entry
from bindings.reports.places import Places
from contracts.diff import Change, worst
from contracts.findings import Level
from contracts.release import ReleaseDocument
from kpis.models import KPI as Kpi
from releases.admin.telling import AGENT, KPI, MEANINGS, Group, counted, draw, grouped
from releases.models import Release
from releases.services.preparing import preparing

View = Callable[..., HttpResponse]
PER_PAGE = 40
"""Cards of a difference, each with its pictures."""
MOST_FINDINGS = 60
"""Of a level; the validation page lists them all."""


def require(request: HttpRequest, *permissions: str) -> User:
    """The person, who has these permissions. Raises PermissionDenied."""
    if not request.user.has_perms(permissions):
        raise PermissionDenied
    assert isinstance(request.user, User)  # noqa: S101 - nobody else has permissions
    return request.user


def page_context(site: AdminSite, request: HttpRequest, model: type[Model], title: str) -> dict[str, Any]:
    """What every page is given."""
    return site.each_context(request) | {"title": title, "opts": model._meta}


def wait_page(site: AdminSite, request: HttpRequest, title: str) -> HttpResponse | None:
    """A page that waits for the working copy to be judged, and loads again then; None where nobody need wait."""
    job = preparing(request.user if isinstance(request.user, User) else None)
    if job is None:
        return None
    context = page_context(site, request, Release, title) | {"job": job}
    return TemplateResponse(request, "admin/releases/preparing.html", context)


def difference(
    changes: Sequence[Change], before: ReleaseDocument, after: ReleaseDocument, at: str | None
) -> dict[str, Any]:
    """The cards of one page of a difference, with their pictures, and how many changes there are in all."""
    page = Paginator(grouped(changes, before, after), PER_PAGE).get_page(at)
    groups = list(page)
    draw(groups, before, after)
    link(groups)
    kind = worst(changes)
    return {
        "changes": changes,
        "counts": counted(changes),
        "kind": kind,
        "meaning": MEANINGS[kind] if kind else "",
        "page": page,
        "groups": groups,
    }


def link(groups: Iterable[Group]) -> None:
    """Give the groups the address of their page, where what they are about is still there."""
    groups = list(groups)
    ids = {
        KPI: dict(Kpi.objects.filter(name__in=_names(groups, KPI)).values_list("name", "pk")),
        AGENT: dict(Agent.objects.filter(name__in=_names(groups, AGENT)).values_list("name", "pk")),
    }
    pages = {KPI: "admin:kpis_kpi_change", AGENT: "admin:bindings_agent_change"}
    for group in groups:
        if pk := ids.get(group.noun, {}).get(group.name):
            group.url = reverse(pages[group.noun], args=[pk])


def _names(groups: Iterable[Group], noun: str) -> list[str]:
    return [group.name for group in groups if group.noun == noun]


def findings(entries: Iterable[Entry]) -> dict[str, Any]:
    """What the rules say, by level: how many, and the rows that are shown; waived ones do not count."""
    counting = [entry for entry in entries if not entry.waived]
    levels = {level: [e for e in counting if e.level == level] for level in ("error", "warning", "note")}
    places = Places([entry for some in levels.values() for entry in some[:MOST_FINDINGS]])
    # No report is older than these findings: nothing of them is new or staying.
    return {
        "levels": [
            (
                str(Level(level)),
                len(some),
                [Row(entry, places.of(entry), "-") for entry in some[:MOST_FINDINGS]],
            )
            for level, some in levels.items()
            if some
        ]
    }
