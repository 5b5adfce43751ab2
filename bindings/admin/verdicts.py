"""What the rules say of the agents of a list, judged together: a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bindings.models import Agent, HandOff
from bindings.models.context import known_actions
from contracts.agents import AgentContext, cycles_among
from contracts.findings import Finding
from contracts.spec import KpiSpec
from kpis.models import Unit


def findings_of(ids: Iterable[int]) -> dict[int, list[Finding]]:
    """The findings about each of these agents, by its id."""
    agents = list(Agent.objects.with_kpis().filter(pk__in=list(ids)))
    kpis: dict[int, KpiSpec] = {}
    for agent in agents:
        for binding in agent.bindings.all():
            if binding.kpi_id not in kpis:
                kpis[binding.kpi_id] = binding.kpi.as_spec()
    context = AgentContext.of(
        kpis=kpis.values(),
        units={unit.code: unit.as_spec() for unit in Unit.objects.all()},
        agents={agent.name: agent.as_entry() for agent in Agent.objects.all()},
        complete=False,
        actions=known_actions(),
    )
    asked = HandOff.objects.order_by().values_list("agent__name", "target__name").distinct()
    context = replace(context, cycles=cycles_among(asked))
    return {agent.pk: agent.judge(context).findings for agent in agents}
