"""The form of a backtest, for pages about a KPI or a binding."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

from telemetry.backtest.prefill import prefill
from telemetry.backtest.view import BacktestForm

register = template.Library()


@register.inclusion_tag("admin/telemetry/backtest/panel.html", takes_context=True)
def backtest_panel(context: Context, kpi: str, agent: str = "") -> dict[str, Any]:
    """A card that asks how often another condition would have acted."""
    begun = prefill(kpi, agent, context["request"].user)
    form = BacktestForm(initial=begun.initial | {"kpi": kpi, "agent": agent})
    return {"form": form, "csrf_token": context.get("csrf_token"), "agent": agent, "begun": begun}
