"""Rules about what nobody watches. They speak only where everything is there to be looked at."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.agents import AgentContext
from contracts.catalogue import Problem, coverage_rule, roster_rule
from contracts.documents import RosterDocument
from contracts.spec import KpiSpec


@coverage_rule(
    "COV001",
    "kpi_unbound",
    "note",
    title="KPI that no agent watches",
    example="bindings: {kpis_used: [{key: resting_hr}]}",
)
def kpi_is_watched(kpi: KpiSpec, context: AgentContext) -> Iterator[Problem]:
    """A KPI that no agent binds is collected for nobody."""
    if context.bound is not None and kpi.name not in context.bound and kpi.document.status == "active":
        yield Problem(("name",), "No agent watches this KPI.", "Bind it, or make it a draft.")


@roster_rule(
    "COV002",
    "agent_unbound",
    "note",
    title="Agent that watches nothing",
    example="""
        agents:
          NEUROS: {enabled: true, status: beta}
          NUTROS: {enabled: true, status: beta}
        """,
)
def agent_watches_something(roster: RosterDocument, context: AgentContext) -> Iterator[Problem]:
    """An agent that is switched on and binds no KPI never acts."""
    if context.binding_agents is not None:
        for name, agent in roster.agents.items():
            if agent.enabled and name not in context.binding_agents:
                yield Problem(
                    ("agents", name), f"{name} is switched on, but watches no KPI.", "Give it bindings."
                )
