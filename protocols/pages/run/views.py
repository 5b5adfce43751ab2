"""A run's page, the part of it that goes on by itself, and what people do there."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from jobs.database_clock import database_clock
from protocols.lifecycle import RunState
from protocols.models import ProtocolRun
from protocols.pages.access import require
from protocols.pages.run import choices
from protocols.pages.run.deciding import MAY, decided
from protocols.pages.run.facts import Facts, facts_of
from protocols.pages.run.left import left, looked
from protocols.pages.run.story import story
from protocols.pages.run.table import lines
from protocols.pages.prose import SEVERITY_KINDS, SEVERITY_WORDS, when
from protocols.pages.words import RUN_STATES
from telemetry.pages import answers
from telemetry.pages.words import called


def urls(site: AdminSite) -> list[URLPattern]:
    """For the admin of runs."""
    view, name = site.admin_view, "protocols_protocolrun"
    return [
        path("<row:pk>/change/", view(partial(run_view, site)), name=f"{name}_change"),
        path("<row:pk>/now/", view(now_view), name=f"{name}_now"),
        path("<row:pk>/decide/", view(partial(decide_view, site)), name=f"{name}_decide"),
    ]


def run_view(site: AdminSite, request: HttpRequest, pk: int) -> HttpResponse:
    """The whole page."""
    require(request)
    return _page(site, request, _facts(pk))


def now_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of it that goes on by itself."""
    require(request)
    return answers.part(request, "admin/protocols/run/now.html", shown(request, _facts(pk)))


def decide_view(site: AdminSite, request: HttpRequest, pk: int) -> HttpResponse:
    """Put on the record what a person decides, and show the run as it then is."""
    require(request)
    if not request.user.has_perm(MAY):  # type: ignore[union-attr]  # as in access
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    facts = _facts(pk)
    done, wrong, run = decided(request, pk)
    if run is not None:
        messages.success(request, done)
        return HttpResponseRedirect(reverse("admin:protocols_protocolrun_change", args=[run.pk]))
    messages.error(request, wrong)
    return _page(site, request, facts, status=422)


def _facts(pk: int) -> Facts:
    facts = facts_of(pk, database_clock.micros())
    if facts is None:
        raise Http404("There is no such run.")
    return facts


def _page(site: AdminSite, request: HttpRequest, facts: Facts, status: int = 200) -> TemplateResponse:
    context = shown(request, facts)
    whole = (
        site.each_context(request) | {"title": context["story"].title, "opts": ProtocolRun._meta} | context
    )
    return TemplateResponse(request, "admin/protocols/run/page.html", whole, status=status)


def shown(request: HttpRequest, facts: Facts) -> dict[str, Any]:
    """All that the live part shows."""
    run = facts.run
    sent = request.POST if request.method == "POST" else None
    return {
        "facts": facts,
        "run": run,
        "person": called(run.subject_id, run.subject.user_id),
        "story": story(facts),
        "left": left(facts),
        "looked": looked(facts),
        "lines": lines(facts),
        "state": RUN_STATES[RunState(run.state)],
        "severity": (SEVERITY_KINDS[run.severity], SEVERITY_WORDS[run.severity]),
        "opened": when(run.opened),
        "parent": run.offer.step.run if run.offer else None,
        "may_decide": request.user.has_perm(MAY),  # type: ignore[union-attr]  # as in access
        "choices": choices,
        "sent": sent,
    }
