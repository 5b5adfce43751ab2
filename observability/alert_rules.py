"""The alert rules of a release: one group an agent, one rule a trigger (docs/alerts.md)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from contracts.documents import KpiDocument, RegistryDocument
from contracts.durations import Duration, DurationError
from contracts.guards import GuardError, parse_guard
from contracts.release import ReleaseDocument
from contracts.severity import Severity
from observability.active_triggers import ActiveTrigger, LeftOut, active_triggers, by_agent
from observability.alert_expressions import Watched
from observability.alert_names import missing_data_alert_name
from observability.alert_rule import AgentRules, AlertRule, Basis, rule_body
from observability.alerting import alerting_of
from observability.exported_metrics import exported_metrics
from observability.options import ExportOptions, Files
from observability.rule_files import Group, rule_file
from observability.rule_limits import limit_group

PATH: Final = "prometheus/rules/kpi-alerts.yml"
INTERVAL: Final = Duration(15)
"""How often rules are evaluated: as often as the example configuration scrapes. It must stay well below the five
minutes for which Prometheus looks back, or an open episode would forget itself."""
_NOT_IN_GROUP: Final = re.compile(r"[^a-z0-9]+")


def alert_rule_files(document: ReleaseDocument, options: ExportOptions) -> Files:
    """The file of alert rules."""
    agents, left_out = alert_rules(document)
    groups = [*(_group(one, options) for one in agents), limit_group(options, str(INTERVAL))]
    return {PATH: rule_file(groups, options, "kpi-alerts", left_out_notes(left_out))}


def left_out_notes(left_out: Iterable[LeftOut]) -> list[str]:
    """What no rule could be made of, a sentence each."""
    return [f"Left out: {one.agent}, {one.kpi}, {one.reason}" for one in left_out]


def alert_rules(document: ReleaseDocument) -> tuple[list[AgentRules], list[LeftOut]]:
    """Every rule of every agent, and what no rule can be made of."""
    triggers, left_out = active_triggers(document)
    metrics = exported_metrics(document.registry.kpis)
    groups = group_names(document)
    agents = []
    for agent, own in by_agent(triggers):
        rules = tuple(_rules(own, document.registry, metrics, left_out))
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
    triggers: list[ActiveTrigger],
    registry: RegistryDocument,
    metrics: Mapping[str, str],
    left_out: list[LeftOut],
) -> Iterator[AlertRule]:
    """Of one agent. Two triggers of one severity are told apart by a number behind the name."""
    seen: Counter[tuple[str, Severity]] = Counter()
    last: tuple[ActiveTrigger, Watched] | None = None
    for one in triggers:
        if one.is_guarded and (reason := _unreadable(one.binding.guard)):
            left_out.append(LeftOut(one.agent.name, one.kpi.name, f"its guard: {reason}"))
            continue
        watched = _watched(one.agent.name, one.kpi, registry, metrics[one.kpi.name])
        if last and last[0].kpi.name != one.kpi.name:
            yield from _missing_data(*last)
        last = one, watched
        seen[one.kpi.name, one.severity] += 1
        yield from _of_trigger(one, watched, seen[one.kpi.name, one.severity])
    if last:
        yield from _missing_data(*last)


def _of_trigger(one: ActiveTrigger, watched: Watched, number: int) -> Iterator[AlertRule]:
    """``number`` counts the triggers of this severity: the server's state does not tell them apart."""
    basis = Basis.STATE if one.is_guarded or not watched.metric else Basis.VALUES
    if watched.alerting.by_person and (number == 1 or basis is Basis.VALUES):
        yield AlertRule(one.alert if number == 1 else f"{one.alert}{number}", one, watched, basis, number)
    if watched.alerting.by_cohort and number == 1:
        yield AlertRule(f"{one.alert}Cohort", one, watched, Basis.COHORT)


def _missing_data(one: ActiveTrigger, watched: Watched) -> Iterator[AlertRule]:
    name = missing_data_alert_name(one.kpi.name)
    if watched.missing and watched.alerting.by_person:
        yield AlertRule(name, one, watched, Basis.MISSING_DATA)
    if watched.missing and watched.alerting.by_cohort:
        yield AlertRule(f"{name}Cohort", one, watched, Basis.MISSING_DATA_COHORT)


def _watched(agent: str, kpi: KpiDocument, registry: RegistryDocument, metric: str) -> Watched:
    try:
        missing = Duration.parse(kpi.missing_data).seconds if kpi.missing_data else 0
    except DurationError:
        missing = 0
    return Watched(agent, kpi.name, metric, missing, alerting_of(kpi, registry))


def _unreadable(guard: str) -> str:
    try:
        parse_guard(guard)
    except GuardError as error:
        return str(error)
    return ""


def _group(agent: AgentRules, options: ExportOptions) -> Group:
    return {
        "name": agent.group,
        "interval": str(INTERVAL),
        "limit": options.rule_limit,
        "rules": [rule_body(one, options) for one in agent.rules],
    }
