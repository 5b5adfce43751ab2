"""The alert rules of a release: one group an agent, one rule a trigger (docs/alerts.md)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from contracts.documents import KpiDocument
from contracts.durations import Duration, DurationError
from contracts.guards import GuardError, parse_guard
from contracts.release import ReleaseDocument
from contracts.severity import Severity
from contracts.watched import WatchedAgent
from observability.active_triggers import ActiveTrigger, LeftOut, active_triggers, by_agent
from observability.alert_expressions import Watched, cohort_query, state_query, threshold_query
from observability.alert_texts import (
    COHORT_RUNBOOK,
    PERSON,
    THRESHOLD_RUNBOOK,
    Annotations,
    filled,
    links,
    threshold_sentence,
    title_of,
    value_sentence,
    what_to_do,
)
from observability.alerting import AlertingMode, alerting_of
from observability.exported_metrics import exported_metrics
from observability.options import ExportOptions, Files
from observability.promql import plain_text
from observability.rule_files import Group, Rule, rule_file

PATH: Final = "prometheus/rules/kpi-alerts.yml"
INTERVAL: Final = Duration(15)
"""How often rules are evaluated: as often as the example configuration scrapes. It must stay well below the five
minutes for which Prometheus looks back, or an open episode would forget itself."""
_ON_STATE: Final = "This rule stands on the state that the server evaluated, not on values"
_NOT_IN_GROUP: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One rule, and the trigger that it is made of."""

    name: str
    trigger: ActiveTrigger
    watched: Watched
    on_state: str
    """Why it stands on the server's state instead of the values; "" where it stands on the values."""
    cohort: bool = False


@dataclass(frozen=True, slots=True)
class AgentRules:
    """The rules of one agent."""

    agent: WatchedAgent
    group: str
    rules: tuple[AlertRule, ...]


def alert_rule_files(document: ReleaseDocument, options: ExportOptions) -> Files:
    """The file of alert rules."""
    agents, left_out = alert_rules(document)
    groups = [_group(one, options) for one in agents]
    return {PATH: rule_file(groups, options, "kpi-alerts", notes(left_out))}


def notes(left_out: list[LeftOut]) -> Iterator[str]:
    """What no rule could be made of, a sentence each."""
    return (f"Left out: {one.agent} {one.kpi}: {one.reason}" for one in left_out)


def alert_rules(document: ReleaseDocument) -> tuple[list[AgentRules], list[LeftOut]]:
    """Every rule of every agent, and what no rule can be made of."""
    triggers, left_out = active_triggers(document)
    metrics = exported_metrics(document.registry.kpis)
    groups = group_names(document)
    agents = []
    for agent, own in by_agent(triggers):
        rules = tuple(_rules(own, metrics, left_out))
        if rules:
            agents.append(AgentRules(agent, groups[agent.name], rules))
    return agents, left_out


def group_names(document: ReleaseDocument) -> dict[str, str]:
    """Each agent's group: ``auren_agent_`` and its code, told apart by a number where two codes look alike."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for agent in document.order:
        code = _NOT_IN_GROUP.sub("_", document.codes.get(agent, agent).lower()).strip("_")
        name, number = f"auren_agent_{code}", 1
        while name in taken:
            number += 1
            name = f"auren_agent_{code}_{number}"
        taken.add(name)
        found[agent] = name
    return found


def _rules(
    triggers: list[ActiveTrigger], metrics: Mapping[str, str], left_out: list[LeftOut]
) -> Iterator[AlertRule]:
    """Of one agent. Two triggers of one severity are told apart by a number behind the name."""
    seen: Counter[tuple[str, Severity]] = Counter()
    for one in triggers:
        if one.is_guarded and (reason := _unreadable(one.binding.guard)):
            left_out.append(LeftOut(one.agent.name, one.kpi.name, f"its guard: {reason}"))
            continue
        watched = _watched(one.agent.name, one.kpi, metrics[one.kpi.name])
        alerting = watched.alerting
        if alerting.mode is AlertingMode.NONE:
            continue
        seen[one.kpi.name, one.severity] += 1
        number = seen[one.kpi.name, one.severity]
        on_state = _why_on_state(one, watched)
        if alerting.by_person and (number == 1 or not on_state):
            name = one.alert if number == 1 else f"{one.alert}{number}"
            yield AlertRule(name, one, watched, on_state)
        if alerting.by_cohort and number == 1:
            yield AlertRule(f"{one.alert}Cohort", one, watched, "", cohort=True)


def _watched(agent: str, kpi: KpiDocument, metric: str) -> Watched:
    try:
        missing = Duration.parse(kpi.missing_data).seconds if kpi.missing_data else 0
    except DurationError:
        missing = 0
    return Watched(agent, kpi.name, metric, missing, alerting_of(kpi))


def _unreadable(guard: str) -> str:
    try:
        parse_guard(guard)
    except GuardError as error:
        return str(error)
    return ""


def _why_on_state(one: ActiveTrigger, watched: Watched) -> str:
    if one.is_guarded:
        return f"{_ON_STATE}: it applies only while {one.binding.guard}, which no metric tells."
    return "" if watched.metric else f"{_ON_STATE}: the KPI has no metric of its own."


def _group(agent: AgentRules, options: ExportOptions) -> Group:
    return {
        "name": agent.group,
        "interval": str(INTERVAL),
        "limit": options.rule_limit,
        "rules": [_cohort(one, options) if one.cohort else _person(one, options) for one in agent.rules],
    }


def _person(rule: AlertRule, options: ExportOptions) -> Rule:
    one = rule.trigger
    if rule.on_state:
        timing: dict[str, str] = {}
        expr = state_query(rule.watched, one.severity)
        description = f"{plain_text(rule.on_state)} {threshold_sentence(one)}"
    else:
        lengths = {"for": one.for_, "keep_firing_for": one.keep_firing_for}
        timing = {name: str(Duration(seconds)) for name, seconds in lengths.items() if seconds}
        expr = threshold_query(rule.watched, rule.name, one.severity, one.condition, one.recovery)
        description = f"{value_sentence(one.binding.definition.symbol)} {threshold_sentence(one)}"
    told = {"summary": f"{title_of(one.binding)}: {one.severity} for {PERSON}", "description": description}
    return {"alert": rule.name, "expr": expr} | timing | _told(one, told, THRESHOLD_RUNBOOK, options)


def _cohort(rule: AlertRule, options: ExportOptions) -> Rule:
    one, share = rule.trigger, rule.watched.alerting.share_percent
    told = {
        "summary": f'{title_of(one.binding)} is {one.severity} for {{{{ $value | printf "%.1f" }}}} % of people',
        "description": f"More than {share:f} % of the people whom {plain_text(one.agent.name)} watches have an "
        f"episode open that is {one.severity} or worse. {threshold_sentence(one)}",
    }
    return {
        "alert": rule.name,
        "expr": cohort_query(rule.watched, one.severity),
    } | _told(one, told, COHORT_RUNBOOK, options)


def _told(one: ActiveTrigger, told: Annotations, runbook: str, options: ExportOptions) -> dict[str, Any]:
    labels = {
        "severity": str(one.severity),
        "agent": plain_text(one.agent.name),
        "kpi": plain_text(one.kpi.name),
        "category": plain_text(one.kpi.category),
        "owner": plain_text(one.kpi.owner),
    }
    annotations = told | what_to_do(one.binding, one.severity) | links(one.agent.name, runbook, options)
    return {"labels": filled(labels), "annotations": filled(annotations)}
