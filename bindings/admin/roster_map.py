"""The roster map: who watches what and asks whom, as a picture and as tables that say the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from bindings.admin.agent_kind import AGENTS
from bindings.maps import Line, Member, roster_map
from bindings.models import Agent, Binding, HandOff
from contracts.agents import cycles_among
from contracts.severity import Severity


def map_view(model_admin: ModelAdmin[Agent]) -> Callable[..., HttpResponse]:
    """The page of the map; three queries."""

    def view(request: HttpRequest) -> HttpResponse:
        if not model_admin.has_view_or_change_permission(request):
            raise PermissionDenied
        members, lines = members_of_roster(), lines_of_roster()
        drawn = roster_map(members, lines)
        asks = defaultdict(list)
        for edge in drawn.edges:
            asks[edge.line.source].append(edge)
        circles = cycles_among((line.source, line.target) for line in lines)
        context = model_admin.admin_site.each_context(request) | {
            "title": "Map",
            "opts": model_admin.opts,
            "map": drawn,
            "rows": [(member, asks[member.name]) for member in members],
            "circles": [(*circle, circle[0]) for circle in circles],
            "hand_offs": len(lines),
        }
        return TemplateResponse(request, "admin/bindings/agent/map.html", context)

    return view


def members_of_roster() -> list[Member]:
    """Every agent with the names of the KPIs it watches, in the roster's order."""
    watched: defaultdict[int, list[str]] = defaultdict(list)
    for agent, kpi in Binding.objects.filter(enabled=True).values_list("agent_id", "kpi__name"):
        watched[agent].append(kpi)
    return [
        Member(
            name=agent.name,
            url=AGENTS.url("change", agent.pk),
            role=agent.role,
            status=agent.get_status_display(),
            enabled=agent.enabled,
            kpis=tuple(watched[agent.pk]),
        )
        for agent in Agent.objects.all()
    ]


def lines_of_roster() -> list[Line]:
    """Every hand-off, in the roster's order and worst first."""
    rows = HandOff.objects.order_by("agent__position", "agent_id", "position", "pk")
    lines = rows.values_list("agent__name", "target__name", "severity", "reason", "kpi__name")
    return [
        Line(source, target, Severity(severity), reason, kpi or "")
        for source, target, severity, reason, kpi in lines
    ]
