"""The form of a backtest, for pages about a KPI or a binding."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

from telemetry.backtest.view import BacktestForm

register = template.Library()


@register.inclusion_tag("admin/telemetry/backtest/panel.html", takes_context=True)
def backtest_panel(context: Context, kpi: str, agent: str = "") -> dict[str, Any]:
    """A card that asks how often another condition would have acted."""
    known = {"kpi": kpi, "agent": agent}
    return {"form": BacktestForm(initial=known), "csrf_token": context.get("csrf_token"), "agent": agent}
