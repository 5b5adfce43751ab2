"""Runs the catalogue over contracts: one KPI, a registry, a binding, an agent's bindings, the roster.

The same functions answer the admin's form, the API, an import and the command line. They read nothing:
everything they need is handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts import rules
from contracts.agents import AgentContext, AgentSpec, BindingSpec
from contracts.catalogue import RULES, Scope, rules_of, run, run_batches, run_each
from contracts.context import RegistryContext, context_of, units_of
from contracts.documents import ActionsDocument, RegistryDocument, RosterDocument
from contracts.findings import Finding
from contracts.spec import KpiSpec, compile_kpi
from contracts.yamltree import paused_gc

__all__ = [
    "RULES",
    "check_actions",
    "check_agent",
    "check_binding",
    "check_coverage",
    "check_kpi",
    "check_registry",
    "check_roster",
    "check_settings",
    "compile_registry",
    "rules",
]


def check_kpi(kpi: KpiSpec, context: RegistryContext) -> list[Finding]:
    """What the rules say about one KPI. Places are those of the KPI's own path and what is below it."""
    return run(rules_of(Scope.KPI), kpi, context, kpi.path, kpi.name)


def check_settings(document: RegistryDocument, context: RegistryContext | None = None) -> list[Finding]:
    """What the rules say about a registry's settings; its KPIs are not looked at."""
    return run(rules_of(Scope.SETTINGS), document, context or RegistryContext.of(document, ()))


def compile_registry(document: RegistryDocument) -> list[KpiSpec]:
    """Every KPI of a registry file, compiled, with its place."""
    with paused_gc():
        return list(_compiled(document))


def _compiled(document: RegistryDocument) -> Iterator[KpiSpec]:
    """Some at a time, so that checking a large registry need not hold them all."""
    units = units_of(document)
    return (compile_kpi(kpi, ("kpis", index), units) for index, kpi in enumerate(document.kpis))


def check_registry(
    document: RegistryDocument, specs: Iterable[KpiSpec] | None = None, context: RegistryContext | None = None
) -> list[Finding]:
    """What the rules say about a whole registry file.

    ``specs`` are its compiled KPIs, where they are at hand; ``context`` is what is around it, by default
    nothing but the file itself.
    """
    with paused_gc():
        context = context or context_of(document)
        found = run([*rules_of(Scope.REGISTRY), *rules_of(Scope.SETTINGS)], document, context)
        found += run_each(rules_of(Scope.KPI), _compiled(document) if specs is None else specs, context)
    return found


def check_binding(binding: BindingSpec, context: AgentContext) -> list[Finding]:
    """What the rules say about one binding, without those about all bindings of its agent together."""
    return run(rules_of(Scope.BINDING), binding, context, binding.path, f"{binding.agent}/{binding.key}")


def check_agent(agent: AgentSpec, context: AgentContext) -> list[Finding]:
    """What the rules say about everything one agent watches, does and hands off."""
    found = run(rules_of(Scope.AGENT), agent, context, subject=agent.name)
    named = ((binding, binding.path, f"{binding.agent}/{binding.key}") for binding in agent.bindings)
    return found + run_batches(rules_of(Scope.BINDING), named, context)


def check_roster(roster: RosterDocument, context: AgentContext) -> list[Finding]:
    """What the rules say about the roster. Pass a context whose agents and bindings are known to judge
    coverage."""
    return run(rules_of(Scope.ROSTER), roster, context)


def check_actions(catalogue: ActionsDocument, context: AgentContext) -> list[Finding]:
    """What the rules say about the catalogue of actions, in view of the roster where that is known."""
    return run(rules_of(Scope.ACTIONS), catalogue, context)


def check_coverage(kpis: Iterable[KpiSpec], context: AgentContext) -> list[Finding]:
    """What the rules say about KPIs in view of all that agents watch; nothing where that is not known."""
    if context.bound is None:
        return []
    found: list[Finding] = []
    for kpi in kpis:
        found += run(rules_of(Scope.COVERAGE), kpi, context, kpi.path, kpi.name)
    return found
