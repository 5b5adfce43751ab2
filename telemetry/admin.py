"""Measurements in the admin: pages to look at, no form and no list to edit."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from bindings.models import Agent
from jobs.admin_lists import OfferedFilters
from kpis.models import KPI
from telemetry import contracts_now
from telemetry.backtest import publishing
from telemetry.backtest import view as backtest
from telemetry.contracts_now import Watched
from telemetry.models import Erasure, Series, Standing
from telemetry.pages import answers, binding_page, kpi_list, kpi_page, people_views
from telemetry.pages.access import page_context, require
from telemetry.pages.contract import binding_picture, kpi_picture
from telemetry.pages.erasing import ErasureAdmin
from telemetry.pages.grid import Asked, Overview
from telemetry.pages.overview import latest_look
from telemetry.pages.replaying import replayed
from telemetry.pages.span import CHOICES, span_of

kpi_list.join()
publishing.join()


@admin.register(Standing)
class StandingAdmin(OfferedFilters, admin.ModelAdmin[Standing]):
    """Where each binding stands for each person."""

    def get_urls(self) -> list[URLPattern]:
        """Pages of their own, and none of Django's."""
        view, name = self.admin_site.admin_view, "telemetry_standing"
        binding = "binding/<str:agent>/<str:kpi>/"
        return [
            path("", view(self.list_view), name=f"{name}_changelist"),
            *backtest.urls(self.admin_site),
            *people_views.urls(self.admin_site),
            path("now/", view(self.now_view), name=f"{name}_now"),
            path("kpi/<str:kpi>/", view(self.kpi_view), name=f"{name}_kpi"),
            path("kpi/<str:kpi>/lines/", view(self.lines_view), name=f"{name}_kpi_lines"),
            path(binding, view(self.binding_view), name=f"{name}_binding"),
            path(f"{binding}lines/", view(self.lines_view), name=f"{name}_binding_lines"),
            path(f"{binding}<row:subject>/", view(self.person_view), name=f"{name}_person"),
            path(f"{binding}<row:subject>/lines/", view(self.lines_view), name=f"{name}_person_lines"),
            path(f"{binding}<row:subject>/replay/", view(self.replay_view), name=f"{name}_replay"),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Agents report; nobody types in a state."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Standing | None = None) -> bool:
        """Nobody changes what was measured."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Standing | None = None) -> bool:
        """Erasing what was measured of a person is a page of its own."""
        return False

    def list_view(self, request: HttpRequest) -> HttpResponse:
        """The first page shows them all."""
        return HttpResponseRedirect(reverse("admin:index"))

    def now_view(self, request: HttpRequest) -> HttpResponse:
        """The part of the first page that goes on by itself."""
        require(request)
        now = Overview(latest_look(), Asked.of(request.GET))
        return answers.part(request, "admin/telemetry/now.html", {"now": now})

    def kpi_view(self, request: HttpRequest, kpi: str) -> HttpResponse:
        """A KPI's values over its bands, and who stands where by it."""
        require(request)
        released = contracts_now.current()
        definition = released.kpis.get(kpi)
        if definition is None and not Series.objects.filter(kpi=kpi).exists():
            raise Http404("No release has this KPI, and no values have been reported for it.")
        page, people = kpi_page.people(Standing.objects.filter(kpi=kpi), request.GET.get("p"))
        context = {
            "kpi": kpi,
            "definition": definition,
            "picture": kpi_picture(definition) if definition else None,
            "distribution": kpi_page.distribution(kpi),
            "newest": kpi_page.newest(kpi),
            "page": page,
            "people": people,
            "registered": KPI.objects.filter(name=kpi).first(),
            "lines_url": reverse("admin:telemetry_standing_kpi_lines", args=[kpi]),
        }
        return self._answer(request, "kpi", (definition.title if definition else "") or kpi, context)

    def lines_view(
        self, request: HttpRequest, kpi: str, agent: str = "", subject: int | None = None
    ) -> HttpResponse:
        """The lines of a picture, as JSON."""
        require(request)
        span = span_of(request.GET)
        picture = kpi_page.Picture(contracts_now.current(), kpi, agent, subject)
        standings = picture.standings()
        series = picture.series(standings)
        version = picture.version(series, standings, span)
        return answers.data(request, version, lambda: picture.as_data(series, standings, span))

    def binding_view(self, request: HttpRequest, agent: str, kpi: str) -> HttpResponse:
        """Everybody's states over time by one agent's contract."""
        require(request)
        standings = Standing.objects.filter(agent=agent, kpi=kpi)
        watched = self._watched(agent, kpi, standings.exists())
        span = span_of(request.GET)
        page, people = kpi_page.people(standings, request.GET.get("p"))
        context = self._binding(agent, kpi, watched) | {
            "stripes": binding_page.stripes(people, span),
            "distribution": [one for one in kpi_page.distribution(kpi) if one.agent == agent],
            "page": page,
            "lines_url": reverse("admin:telemetry_standing_binding_lines", args=[agent, kpi]),
        }
        return self._answer(request, "binding", _title(watched, kpi), context)

    def person_view(self, request: HttpRequest, agent: str, kpi: str, subject: int) -> HttpResponse:
        """Why one person is in a state, why in no other, and how it came to it."""
        require(request)
        standing = self._standing(agent, kpi, subject)
        watched = self._watched(agent, kpi, True)
        person = kpi_page.Person.of(standing)
        page, changes = binding_page.changes(standing, request.GET.get("p"))
        context = self._binding(agent, kpi, watched) | {
            "person": person,
            "why": binding_page.why(standing, watched) if watched else None,
            "stripes": binding_page.stripes([person], span_of(request.GET)),
            "page": page,
            "changes": changes,
            "others": binding_page.elsewhere(standing, contracts_now.current()),
            "lines_url": reverse("admin:telemetry_standing_person_lines", args=[agent, kpi, subject]),
        }
        return self._answer(request, "person", f"{_title(watched, kpi)} of {person.name}", context)

    def replay_view(self, request: HttpRequest, agent: str, kpi: str, subject: int) -> HttpResponse:
        """Evaluate the stored history once more, and say whether it comes to the same."""
        require(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        standing = self._standing(agent, kpi, subject)
        watched = self._watched(agent, kpi, True)
        if watched is None or watched.evaluator is None:
            raise Http404("Nothing is evaluated here.")
        person = kpi_page.Person.of(standing)
        context = self._binding(agent, kpi, watched) | {
            "person": person,
            "outcome": replayed(standing),
        }
        return self._answer(request, "replay", f"Replay of {_title(watched, kpi)} of {person.name}", context)

    def _answer(
        self, request: HttpRequest, name: str, title: str, context: dict[str, Any]
    ) -> TemplateResponse:
        span = span_of(request.GET)
        chosen = {"span": span, "query": span.query, "choices": CHOICES}
        whole = page_context(self.admin_site, request, title) | chosen | context
        return TemplateResponse(request, f"admin/telemetry/{name}.html", whole)

    def _standing(self, agent: str, kpi: str, subject: int) -> Standing:
        rows = Standing.objects.select_related("subject")
        return get_object_or_404(rows, agent=agent, kpi=kpi, subject=subject)

    def _watched(self, agent: str, kpi: str, is_known: bool) -> Watched | None:
        """The contract in force; None where there once was one. Raises Http404 where there never was."""
        watched = contracts_now.current().binding(agent, kpi)
        if watched is None and not is_known:
            raise Http404("No release has an agent that watches this.")
        return watched

    def _binding(self, agent: str, kpi: str, watched: Watched | None) -> dict[str, Any]:
        return {
            "agent": agent,
            "kpi": kpi,
            "watched": watched,
            "picture": binding_picture(watched.binding) if watched else None,
            "registered": Agent.objects.filter(name=agent).first(),
        }


def _title(watched: Watched | None, kpi: str) -> str:
    return (watched.definition.title if watched else "") or kpi


admin.site.register(Erasure, ErasureAdmin)
