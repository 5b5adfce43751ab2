"""What a KPI's own pages say of the agents that watch it."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.context import Context
from pydantic import ValidationError as ShapeError

from bindings.admin.agent_kind import AGENTS
from bindings.models import Binding
from contracts.agents import AgentContext, compile_binding
from contracts.checks import check_binding
from contracts.findings import Finding, Level
from kpis.models import KPI

register = template.Library()


@register.inclusion_tag("admin/bindings/watched_by.html", takes_context=True)
def watched_by(context: Context, kpi: KPI) -> dict[str, Any]:
    """Who binds the KPI, in which role and how; nothing for someone who may not see agents.

    With what the rules would say of each binding: a KPI that changes can break what an agent does about it.
    """
    if not context["request"].user.has_perm("bindings.view_agent"):
        return {"rows": []}
    found = Binding.objects.filter(kpi=kpi).select_related("agent").prefetch_related("triggers", "actions")
    rows = list(found.order_by("agent__position", "agent_id"))
    said = findings_of(kpi, rows)
    return {
        "kpi": kpi,
        "rows": [(row, AGENTS.url("change", row.agent_id), said.get(row.pk, ())) for row in rows],
    }


def findings_of(kpi: KPI, rows: Iterable[Binding]) -> dict[int, list[Finding]]:
    """The errors and warnings about each of these bindings, by its id, with the KPI as it is being edited."""
    try:
        spec = kpi.as_spec()
    except ShapeError:  # the KPI itself is told so
        return {}
    context = AgentContext.of(
        kpis=[spec], units={unit.code: unit for unit in (spec.unit,) if unit}, agents=None, complete=False
    )
    said = {}
    for row in rows:
        row.kpi = kpi
        binding = compile_binding(row.as_document(), row.agent.name, context)
        found = check_binding(binding, context)
        said[row.pk] = [finding for finding in found if finding.level is not Level.NOTE]
    return said
