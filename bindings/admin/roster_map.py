"""The roster map: who watches what and asks whom, as a picture and as tables that say the same.

A small roster is one picture. A larger one is shown in groups, from which one goes to a group or to one agent and those
around it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from bindings.admin.agent_kind import AGENTS
from bindings.maps import Line, Member, group_map, grouped, neighbourhood, roster_map, sums_of
from bindings.models import Agent, Binding, HandOff
from contracts.agents import cycles_among
from contracts.severity import Severity

DRAWN_AT_MOST: Final = 30
"""Agents in one picture."""
KPIS_AT_MOST: Final = 20
"""KPIs that are named of each agent."""
HOPS: Final = (1, 2, 3)
CIRCLES_AT_ONCE: Final = 8
"""Circles that are told before the rest is folded away."""
NAMES_AT_MOST: Final = 8
"""Agents that are named of a circle."""


def map_view(model_admin: ModelAdmin[Agent]) -> Callable[..., HttpResponse]:
    """The page of the map; four queries."""

    def view(request: HttpRequest) -> HttpResponse:
        if not model_admin.has_view_or_change_permission(request):
            raise PermissionDenied
        members, lines = members_of_roster(), lines_of_roster()
        context = model_admin.admin_site.each_context(request) | {
            "title": "Map",
            "opts": model_admin.opts,
            "members": members,
            "hand_offs": len(lines),
            "is_large": len(members) > DRAWN_AT_MOST,
            "search": request.GET.get("agent", "").strip(),
        }
        context |= shown(request.GET, members, lines) | circles_among(lines)
        return TemplateResponse(request, "admin/bindings/agent/map.html", context)

    return view


def shown(asked: Mapping[str, str], members: Sequence[Member], lines: Sequence[Line]) -> dict[str, Any]:
    """What the page shows: around an agent, in a group, everything, or the groups."""
    if search := asked.get("agent", "").strip():
        found = named(search, members)
        return around(found[0], asked, members, lines) if len(found) == 1 else {"found": found}
    if len(members) <= DRAWN_AT_MOST:
        return picture(members, lines)
    groups = grouped(members, lines)
    for group in groups:
        if group.key == asked.get("group"):
            return {"group": group} | picture(group.members, lines)
    sums = sums_of(lines, groups)
    return {
        "groups": group_map(groups, lines),
        "group_rows": [(one, sums.get(one.key, ())) for one in groups],
    }


def named(search: str, members: Iterable[Member]) -> list[Member]:
    """The agent of that name; else those with it in their names."""
    low = search.casefold()
    found = [member for member in members if low in member.name.casefold()]
    return [member for member in found if member.name.casefold() == low] or found


def around(
    agent: Member, asked: Mapping[str, str], members: Sequence[Member], lines: Sequence[Line]
) -> dict[str, Any]:
    """One agent, with those who hand over to it or are asked by it."""
    hops = int(word) if (word := asked.get("hops", "")) in map(str, HOPS) else HOPS[0]
    near = neighbourhood(members, lines, agent.name, hops, DRAWN_AT_MOST)
    return {"agent": agent, "hops": hops, "steps": HOPS, "more": near.more} | picture(near.members, lines)


def picture(members: Sequence[Member], lines: Sequence[Line]) -> dict[str, Any]:
    """Agents with the hand-offs among them, drawn where they fit, and as rows of a table."""
    members = with_kpis(members)
    drawn = roster_map(members, lines)
    asks = defaultdict(list)
    for edge in drawn.edges:
        asks[edge.line.source].append(edge)
    rows = [(member, asks[member.name]) for member in members]
    return {"map": drawn if len(members) <= DRAWN_AT_MOST else None, "rows": rows}


def circles_among(lines: Iterable[Line]) -> dict[str, Any]:
    """Circles of hand-offs, those with many agents shortened: a few to be told, and the rest."""
    circles = cycles_among((line.source, line.target) for line in lines)
    told = [
        (
            [*circle[:NAMES_AT_MOST], *([] if len(circle) > NAMES_AT_MOST else circle[:1])],
            max(0, len(circle) - NAMES_AT_MOST),
            circle[0],
        )
        for circle in circles
    ]
    at_once, more = told[:CIRCLES_AT_ONCE], told[CIRCLES_AT_ONCE:]
    return {"circles": at_once, "more_circles": more, "circle_count": len(told)}


def members_of_roster() -> list[Member]:
    """Every agent, in the roster's order, with how many KPIs it watches; which ones, `with_kpis` says."""
    watched = Count("bindings", filter=Q(bindings__enabled=True))
    agents: Iterable[Any] = Agent.objects.annotate(watched=watched).order_by("position", "id")
    return [
        Member(
            name=agent.name,
            url=AGENTS.url("change", agent.pk),
            role=agent.role,
            status=agent.get_status_display(),
            enabled=agent.enabled,
            more=agent.watched,
            tag=str(agent.tags[0]) if agent.tags else "",
        )
        for agent in agents
    ]


def with_kpis(members: Sequence[Member]) -> list[Member]:
    """The same with the names of the first KPIs that each one watches."""
    watched: defaultdict[str, list[str]] = defaultdict(list)
    rows = Binding.objects.filter(enabled=True, agent__name__in=[member.name for member in members])
    for agent, kpi in rows.values_list("agent__name", "kpi__name"):
        watched[agent].append(kpi)
    return [
        replace(
            member, kpis=tuple(watched[member.name][:KPIS_AT_MOST]), more=max(0, member.more - KPIS_AT_MOST)
        )
        for member in members
    ]


def lines_of_roster() -> list[Line]:
    """Every hand-off, in the roster's order and worst first."""
    rows = HandOff.objects.order_by("agent__position", "agent_id", "position", "pk")
    lines = rows.values_list("agent__name", "target__name", "severity", "reason", "kpi__name")
    return [
        Line(source, target, Severity(severity), reason, kpi or "")
        for source, target, severity, reason, kpi in lines
    ]
