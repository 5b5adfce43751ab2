"""The live board and an agent's page: who may see them, and what they are given."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from bindings.models import Agent
from jobs.database_clock import database_clock
from protocols.models import ProtocolRun
from protocols.pages.access import require
from protocols.pages.agent_page import is_known, now_of, protocol_of
from protocols.pages.board import board
from protocols.pages.filters import WHOSE, whose
from protocols.pages.lights import KEY, lit_map
from protocols.pages.pauses import Told
from telemetry import contracts_now
from telemetry.pages import answers

NAME = "protocols_protocolrun"
PAUSES_NAMED = 20
AGENT_PARTS = {"inbox": "admin/protocols/agent_inbox.html", "newest": "admin/protocols/agent_newest.html"}
TABS = (("", "All"), ("mine", "Mine"), ("others", "Looked after by others"), ("nobody", "Nobody’s"))


def urls(site: AdminSite) -> list[URLPattern]:
    """For the admin of runs."""
    return [
        path("board/", site.admin_view(partial(board_view, site)), name=f"{NAME}_board"),
        path("board/now/", site.admin_view(board_now), name=f"{NAME}_board_now"),
        path("agent/<str:agent>/", site.admin_view(partial(agent_view, site)), name=f"{NAME}_agent"),
        *(
            path(
                f"agent/<str:agent>/{part}/",
                site.admin_view(agent_now),
                {"part": part},
                f"{NAME}_agent_{part}",
            )
            for part in AGENT_PARTS
        ),
    ]


def board_view(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """What agents are doing, what is stuck, and what waits for whom."""
    require(request)
    context = site.each_context(request) | {"title": "Live board", "opts": ProtocolRun._meta}
    return TemplateResponse(request, "admin/protocols/board.html", context | _board(request))


def board_now(request: HttpRequest) -> HttpResponse:
    """The part of it that goes on by itself."""
    require(request)
    return answers.part(request, "admin/protocols/board_now.html", _board(request))


def _board(request: HttpRequest) -> dict[str, Any]:
    asked = request.GET.get("whose", "")
    chosen = asked if asked in WHOSE else ""
    now = database_clock.micros()
    found = board(now, whose(request, chosen))
    return {
        "board": found,
        "map": lit_map(found.lanes, found.pauses, now),
        "agents": len(contracts_now.current().agents),
        "map_key": KEY,
        "tabs": [(value, label, value == chosen) for value, label in TABS],
        "pauses": [Told.of(one) for one in found.pauses[:PAUSES_NAMED]],
        "whose": chosen,
    }


def agent_view(site: AdminSite, request: HttpRequest, agent: str) -> HttpResponse:
    """An agent's protocol as declared, how that went, and what it has to do."""
    require(request)
    now = database_clock.micros()
    context = site.each_context(request) | {"title": agent, "opts": ProtocolRun._meta} | _now_of(agent, now)
    context |= {
        "protocol": protocol_of(agent, now),
        "registered": Agent.objects.filter(name=agent).first(),
        "is_released": agent in contracts_now.current().agents,
    }
    return TemplateResponse(request, "admin/protocols/agent.html", context)


def agent_now(request: HttpRequest, agent: str, part: str) -> HttpResponse:
    """A part of it that goes on by itself: what there is to do, or what was done last."""
    require(request)
    return answers.part(request, AGENT_PARTS[part], _now_of(agent, database_clock.micros()))


def _now_of(agent: str, now: int) -> dict[str, Any]:
    if not is_known(agent):
        raise Http404("There is no such agent, and there never was a run of one.")
    return {"agent": agent, "now": now_of(agent, now)}
