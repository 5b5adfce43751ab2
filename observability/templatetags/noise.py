"""What a KPI's own form says of how often it alerts."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from pydantic import ValidationError as ShapeError

from kpis.models import KPI
from observability.noise_figure import figure_of
from observability.noise_kpi import document_of
from observability.noise_panel import shown
from telemetry.backtest.view import PERMISSION

register = template.Library()


@register.inclusion_tag("admin/observability/noise_kpi.html", takes_context=True)
def noise_of_kpi(context: Context, kpi: KPI) -> dict[str, Any]:
    """How often it would have alerted as it is saved; nothing for someone who may not see measurements."""
    request = context["request"]
    if not request.user.has_perm(PERMISSION) or request.method != "GET":
        return {}
    try:
        document = document_of(KPI.objects.whole().get(pk=kpi.pk))
    except ShapeError:  # the rules say which row cannot be written down
        return {}
    figure = figure_of(document)
    return shown(figure) | {"kpi": kpi, "figure": figure}
