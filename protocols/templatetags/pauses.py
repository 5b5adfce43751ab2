"""Pauses on the pages of an agent: the banner while one holds, and the two clicks that begin one.

``{% load pauses %}{% pause_banner agent kpi %}`` and ``{% pause_panel agent kpi %}``; without a KPI all that the agent
does is meant.
"""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

from jobs.database_clock import database_clock
from protocols.pages.access import may_see
from protocols.pages.pauses import LENGTHS, USUAL_REASON, WHY_PAUSE, Told, clock_words
from protocols.services.pausing import MINUTE, USUAL, pauses_at
from telemetry import contracts_now

register = template.Library()


@register.inclusion_tag("admin/protocols/pause_banner.html", takes_context=True)
def pause_banner(context: Context, agent: str, kpi: str = "") -> dict[str, Any]:
    """What of an agent is paused now; of one KPI, where one is given. One query."""
    request = context["request"]
    found = pauses_at(database_clock.micros(), [agent]) if agent and may_see(request.user) else []
    return {
        "agent": agent,
        "pauses": [Told.of(one) for one in found if not kpi or one.kpi in ("", kpi)],
        "may_lift": request.user.has_perm("protocols.change_pause"),
        "here": request.get_full_path(),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("admin/protocols/pause_panel.html", takes_context=True)
def pause_panel(context: Context, agent: str, kpi: str = "") -> dict[str, Any]:
    """A button that opens how long; no query."""
    request = context["request"]
    released, now = contracts_now.current(), database_clock.micros()
    watched = [name for owner, name in released.watched if owner == agent]
    if kpi in watched:
        watched = [kpi]
    return {
        "agent": agent,
        "kpis": [(name, released.definition(name).title or name) for name in watched],
        "reasons": WHY_PAUSE,
        "usual_reason": USUAL_REASON,
        "lengths": [(minutes, label, clock_words(now + minutes * MINUTE)) for minutes, label in LENGTHS],
        "usual": USUAL,
        "may_pause": request.user.has_perm("protocols.add_pause"),
        "here": request.get_full_path(),
        "csrf_token": context.get("csrf_token"),
    }
