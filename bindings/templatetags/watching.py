"""What a KPI's own pages say of the agents that watch it."""

from typing import Any

from django import template
from django.template.context import Context

from bindings.admin.agent_kind import AGENTS
from bindings.models import Binding
from kpis.models import KPI

register = template.Library()


@register.inclusion_tag("admin/bindings/watched_by.html", takes_context=True)
def watched_by(context: Context, kpi: KPI) -> dict[str, Any]:
    """Who binds the KPI, in which role and how; nothing for someone who may not see agents."""
    if not context["request"].user.has_perm("bindings.view_agent"):
        return {"rows": []}
    rows = Binding.objects.filter(kpi=kpi).select_related("agent").prefetch_related("triggers")
    return {
        "kpi": kpi,
        "rows": [
            (row, AGENTS.url("change", row.agent_id)) for row in rows.order_by("agent__position", "agent_id")
        ],
    }
