"""The pages about people: finding one, and everything that is watched of them."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from telemetry import contracts_now
from telemetry.models import Subject
from telemetry.pages import answers
from telemetry.pages.access import page_context, require
from telemetry.pages.finding import FindForm
from telemetry.pages.person_page import changes, whole
from telemetry.pages.span import CHOICES, span_of
from telemetry.pages.words import called


def urls(site: AdminSite) -> list[URLPattern]:
    """For the admin of standings."""
    name = "telemetry_standing"
    return [
        path("find/", site.admin_view(partial(find_view, site)), name=f"{name}_find"),
        path("person/<row:subject>/", site.admin_view(partial(whole_view, site)), name=f"{name}_whole"),
        path("person/<row:subject>/now/", site.admin_view(now_view), name=f"{name}_whole_now"),
    ]


def find_view(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """Ask whom; go to their page."""
    require(request)
    form = FindForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return HttpResponseRedirect(reverse("admin:telemetry_standing_whole", args=[form.found]))
    context = page_context(site, request, "Find a person") | {"form": form}
    status = 422 if form.is_bound else 200
    return TemplateResponse(request, "admin/telemetry/find.html", context, status=status)


def whole_view(site: AdminSite, request: HttpRequest, subject: int) -> HttpResponse:
    """Where one person stands by everything that watches them, and how they got there."""
    require(request)
    person = get_object_or_404(Subject, pk=subject)
    name = called(person.pk, person.user_id)
    context = page_context(site, request, f"Person {name}") | {"name": name} | _everything(request, subject)
    return TemplateResponse(request, "admin/telemetry/whole.html", context)


def now_view(request: HttpRequest, subject: int) -> HttpResponse:
    """The part of that page that goes on by itself."""
    require(request)
    get_object_or_404(Subject, pk=subject)
    return answers.part(request, "admin/telemetry/whole_now.html", _everything(request, subject))


def _everything(request: HttpRequest, subject: int) -> dict[str, Any]:
    released, span = contracts_now.current(), span_of(request.GET)
    page, recent = changes(subject, released, request.GET.get("p"))
    return {
        "subject": subject,
        "whole": whole(subject, released, span),
        "changes": recent,
        "page": page,
        "span": span,
        "query": span.query,
        "choices": CHOICES,
    }
