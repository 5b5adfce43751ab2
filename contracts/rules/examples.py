"""The healthy contracts that every rule's example is laid over, and what the rules say about the result.

An example shows only what matters. Its keys replace those of the healthy document of the rule's scope: of the
first KPI or, where the example has keys of a registry, of the whole registry; of NEUROS' bindings; of the
roster; of the catalogue of actions. The table of ``docs/rules.md`` and the test of every rule are made from this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from contracts.agents import AgentContext, compile_agent
from contracts.catalogue import Rule, Scope
from contracts.checks import (
    check_actions,
    check_agent,
    check_coverage,
    check_registry,
    check_roster,
    compile_registry,
)
from contracts.context import context_of, units_of
from contracts.documents import ActionsDocument, BindingsDocument, RegistryDocument, RosterDocument
from contracts.findings import Finding
from contracts.yamltree import read_yaml, resolve

REGISTRY = """
last_updated: "2025-07-31"
kpis:
  - name: resting_hr
    title: Resting heart rate
    unit: bpm
    prometheus_metric: auren_resting_hr_bpm
    absolute_range: {min: 20, max: 250}
    normal_range: {min: 50, max: 80, optimal: 60}
    risk_thresholds:
      critical: {condition: "> 110", action: call_a_doctor}
      warning: {condition: "> 80", action: rest_today}
  - name: body_weight
    title: Body weight
    unit: grams
    prometheus_metric: auren_body_weight_grams
    missing_data: 3d
  - name: sleep_hr
    title: Heart rate asleep
    unit: bpm
    prometheus_metric: auren_sleep_hr_bpm
    risk_thresholds: {warning: {condition: "> 70", action: rest_today}}
  - name: old_pulse
    title: Pulse, as counted by hand
    unit: bpm
    prometheus_metric: auren_old_pulse_bpm
    status: deprecated
    successor: sleep_hr
    risk_thresholds: {warning: {condition: "> 80", action: rest_today}}
export_config: {prometheus: {labels: [user_id, measurement_source]}}
validation_rules:
  - {field: name, required: true, pattern: "^[a-z][a-z0-9_]*$"}
"""
BINDINGS = """
agent: NEUROS
kpis_used:
  - {key: resting_hr, role: primary_signal, alerting: {risk_if: "> 110", actions: [{name: rest_today}]}}
  - key: body_weight
    role: trend_check
    alerting: {caution_if: drop >= 5% over 7d, actions: [{name: ask_about_meals}]}
  - {key: sleep_hr, role: supplementary}
"""
OTHERS = """
agent: SOMNOS
kpis_used:
  - {key: resting_hr, role: supplementary}
collaboration:
  on_risk: [{agent: NEUROS, reason: A high pulse at night can come from stress.}]
"""
CARDIOS = """
agent: CARDIOS
kpis_used:
  - {key: resting_hr, role: primary_signal}
"""
ROSTER = """
agents:
  NEUROS: {enabled: true, status: beta, role: Nervous system}
  SOMNOS: {enabled: true, status: beta, role: Sleep}
  CARDIOS: {enabled: true, status: beta, role: Heart}
  KINETOS: {enabled: false, status: todo, role: Movement}
"""
ACTIONS = """
actions:
  ask_about_meals: {title: Ask about meals, agents: [NEUROS, KINETOS], reversible: true}
  call_a_doctor: {title: Call a doctor, agents: [CARDIOS], reversible: false}
  eat_less: {title: Eat less, agents: [NEUROS, KINETOS], reversible: true}
  eat_more: {title: Eat more, agents: [NEUROS, KINETOS], reversible: true}
  rest_today: {title: Rest today, description: No training today., agents: [NEUROS, KINETOS], reversible: true}
  sleep_early: {title: Go to bed early, agents: [NEUROS], reversible: true}
"""

UNTAKEN = "actions: {ask_a_friend: {title: Ask a friend, reversible: true}}"
"""What the catalogue has as well where KPIs are held against it: an action that nobody can take."""


def findings_of_example(rule: Rule) -> list[Finding]:
    """What the rules say about a rule's example; for anything but a rule of reading."""
    return findings_of(rule.scope, resolve(read_yaml(rule.example).root))


def findings_of(scope: Scope, example: Mapping[str, Any]) -> list[Finding]:
    """What the rules of a scope, and of those around it, say about the healthy contracts with ``example``
    over them.

    Raises pydantic's ValidationError when the example does not fit into its document.
    """
    if scope in (Scope.KPI, Scope.SETTINGS, Scope.REGISTRY):
        document = _registry(example)
        actions = _actions({}).actions | _actions(_plain(UNTAKEN)).actions
        return check_registry(document, context=context_of(document).with_actions(actions))
    registry, roster = _registry({}), _roster(example if scope is Scope.ROSTER else {})
    changed = example.get("bindings", {}) if scope is Scope.COVERAGE else example
    neuros = _bindings(changed if scope not in (Scope.ROSTER, Scope.ACTIONS) else {})
    catalogue = _actions(example if scope is Scope.ACTIONS else {})
    documents = [neuros, _bindings(_plain(OTHERS)), _bindings(_plain(CARDIOS))]
    if scope is Scope.COVERAGE:
        documents = documents[:1]
    kpis = compile_registry(registry)
    context = AgentContext.of(
        kpis=kpis,
        units=units_of(registry),
        agents=roster.agents,
        bindings=documents,
        actions=catalogue.actions,
    )
    if scope is Scope.ACTIONS:
        return check_actions(catalogue, context)
    if scope is Scope.ROSTER:
        return check_roster(roster, context)
    if scope is Scope.COVERAGE:
        return check_coverage(kpis, context)
    context = replace(context, has_roster=example.get("roster") != "none")
    return check_agent(compile_agent(neuros, context, str(example.get("folder", ""))), context)


def _plain(text: str) -> dict[str, Any]:
    data: dict[str, Any] = resolve(read_yaml(text).root)
    return data


def _registry(example: Mapping[str, Any]) -> RegistryDocument:
    data = _plain(REGISTRY)
    known = {*RegistryDocument.model_fields} | {key for key in example if key.startswith("x-")}
    if known.isdisjoint(example):
        data["kpis"][0] |= example
    else:
        data |= example
    return RegistryDocument.model_validate(data)


def _bindings(example: Mapping[str, Any]) -> BindingsDocument:
    changed = {key: value for key, value in example.items() if key not in ("folder", "roster")}
    return BindingsDocument.model_validate(_plain(BINDINGS) | changed)


def _actions(example: Mapping[str, Any]) -> ActionsDocument:
    return ActionsDocument.model_validate(_plain(ACTIONS) | dict(example))


def _roster(example: Mapping[str, Any]) -> RosterDocument:
    return RosterDocument.model_validate(_plain(ROSTER) | dict(example))
