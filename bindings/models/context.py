"""What the rules about one agent need to know beside it, by a few narrow queries."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from contracts.agents import AgentContext, asked_pairs, cycles_among
from contracts.documents import BindingsDocument, RosterAgent
from contracts.naming import NearNames
from kpis.models import KPI, Unit


def agent_context(
    document: BindingsDocument, roster: Mapping[str, RosterAgent], asked: Iterable[tuple[str, str]]
) -> AgentContext:
    """The view of the working copy from one agent; three queries, four where a KPI is unknown.

    ``roster`` are all agents, ``asked`` the pairs of who asks whom among the others. What nobody watches
    cannot be told from here: coverage is left out.
    """
    keys = {binding.key for binding in document.kpis_used}
    kpis = [kpi.as_spec() for kpi in KPI.objects.whole().filter(name__in=keys)]
    units = {unit.code: unit.as_spec() for unit in Unit.objects.all()}
    context = AgentContext.of(kpis=kpis, units=units, agents=roster, complete=False)
    context = replace(context, cycles=cycles_among([*asked, *asked_pairs(document)]))
    if len(kpis) < len(keys):
        context = replace(context, near_kpis=NearNames(KPI.objects.values_list("name", flat=True)))
    return context
