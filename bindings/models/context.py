"""What the rules about one agent need to know beside it, by a few narrow queries."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from django.apps import apps

from bindings.models.action_kind import ActionKind
from contracts.agents import AgentContext, asked_pairs, cycles_among
from contracts.documents import ActionKindDocument, BindingsDocument, RosterAgent
from contracts.naming import NearNames
from kpis.models import KPI, Unit


def agent_context(
    document: BindingsDocument, roster: Mapping[str, RosterAgent], asked: Iterable[tuple[str, str]]
) -> AgentContext:
    """The view of the working copy from one agent; four queries, five where a KPI is unknown.

    ``roster`` are all agents, ``asked`` the pairs of who asks whom among the others. What nobody watches
    cannot be told from here: coverage is left out.
    """
    keys = {binding.key for binding in document.kpis_used}
    kpis = [kpi.as_spec() for kpi in KPI.objects.whole().filter(name__in=keys)]
    units = {unit.code: unit.as_spec() for unit in Unit.objects.all()}
    context = AgentContext.of(kpis=kpis, units=units, agents=roster, complete=False, actions=known_actions())
    context = replace(context, cycles=cycles_among([*asked, *asked_pairs(document)]))
    if len(kpis) < len(keys):
        context = replace(context, near_kpis=NearNames(KPI.objects.values_list("name", flat=True)))
    return context


def known_roster() -> dict[str, RosterAgent]:
    """As much of each agent on the roster as the rules need; one query."""
    rows = apps.get_model("bindings", "Agent")._default_manager.values_list("name", "enabled", "status")
    return {
        name: RosterAgent.model_construct(enabled=enabled, status=status, role="", tags=[])
        for name, enabled, status in rows
    }


def known_actions() -> dict[str, ActionKindDocument]:
    """As much of each action of the catalogue as rules and forms need: its title and its agents; one query."""
    rows = ActionKind.objects.order_by().values_list("name", "title", "agents")
    return {
        name: ActionKindDocument.model_construct(title=title, agents=agents) for name, title, agents in rows
    }
