"""A run's page, the part of it that goes on by itself, and what people do there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from jobs.database_clock import database_clock
from protocols.models import ProtocolRun
from protocols.pages.access import require
from protocols.pages.run.deciding import MAY, MAY_JUDGE, decided, judged
from protocols.pages.run.facts import Facts, facts_of
from protocols.pages.run.folding import COOKIE, LASTS
from protocols.pages.run.showing import shown
from telemetry.pages import answers


def urls(site: AdminSite) -> list[URLPattern]:
    """For the admin of runs."""
    view, name = site.admin_view, "protocols_protocolrun"
    return [
        path("<row:pk>/change/", view(partial(run_view, site)), name=f"{name}_change"),
        path("<row:pk>/now/", view(now_view), name=f"{name}_now"),
        path("<row:pk>/decide/", view(partial(decide_view, site)), name=f"{name}_decide"),
        path("<row:pk>/judge/", view(partial(judge_view, site)), name=f"{name}_judge"),
        path("<row:pk>/folds/", view(folds_view), name=f"{name}_folds"),
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
    return _recorded(site, request, pk, MAY, decided)


def judge_view(site: AdminSite, request: HttpRequest, pk: int) -> HttpResponse:
    """Put on the record what a person thinks of a deviation."""
    return _recorded(site, request, pk, MAY_JUDGE, judged)


def _recorded(
    site: AdminSite,
    request: HttpRequest,
    pk: int,
    permission: str,
    record: Callable[[HttpRequest, int], tuple[str, str]],
) -> HttpResponse:
    require(request)
    if not request.user.has_perm(permission):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    _facts(pk)
    done, wrong = record(request, pk)
    if done:
        messages.success(request, done)
        return HttpResponseRedirect(_address(pk))
    messages.error(request, wrong)
    return _page(site, request, _facts(pk), status=422)


def folds_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Remember whether somebody wants to see everything at once, or what they open."""
    require(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    answer = HttpResponseRedirect(_address(pk))
    word = "yes" if request.POST.get("folds") == "yes" else "no"
    answer.set_cookie(
        COOKIE,
        word,
        max_age=LASTS,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
        path="/admin/protocols/",
    )
    return answer


def _address(pk: int) -> str:
    return reverse("admin:protocols_protocolrun_change", args=[pk])


def _facts(pk: int) -> Facts:
    facts = facts_of(pk, database_clock.micros())
    if facts is None:
        raise Http404("There is no such run.")
    return facts


def _page(site: AdminSite, request: HttpRequest, facts: Facts, status: int = 200) -> TemplateResponse:
    context = shown(request, facts)
    whole = site.each_context(request) | {"title": context["story"].title, "opts": ProtocolRun._meta}
    return TemplateResponse(request, "admin/protocols/run/page.html", whole | context, status=status)
