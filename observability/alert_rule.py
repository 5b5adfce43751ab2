"""One alert rule: what it stands on, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contracts.durations import Duration
from contracts.watched import WatchedAgent
from observability.active_triggers import ActiveTrigger
from observability.alert_expressions import (
    Watched,
    cohort_query,
    missing_data_cohort_query,
    missing_data_query,
    state_query,
    threshold_query,
)
from observability.alert_texts import (
    COHORT_RUNBOOK,
    MISSING_DATA_RUNBOOK,
    THRESHOLD_RUNBOOK,
    Texts,
    cohort_texts,
    filled,
    links,
    missing_data_cohort_texts,
    missing_data_texts,
    state_texts,
    threshold_texts,
    what_to_do,
)
from observability.alert_wording import TEMPLATE, Wording
from observability.options import ExportOptions
from observability.promql import plain_text
from observability.rule_files import Rule

MISSING_DATA: Final = "missing_data"
"""The label ``severity`` of alerts about silence: it is none of those that a value has."""


class Basis(StrEnum):
    """What a rule asks about."""

    VALUES = "values"
    STATE = "state"
    COHORT = "cohort"
    MISSING_DATA = "missing data"
    MISSING_DATA_COHORT = "missing data of a cohort"


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One rule, and the trigger that it is made of; of missing data, one of those that it stands beside."""

    name: str
    trigger: ActiveTrigger
    watched: Watched
    basis: Basis
    number: int = 1
    """Of the agent's triggers of this KPI and severity."""

    @property
    def severity(self) -> str:
        """The value of the label ``severity``."""
        is_threshold = self.basis in (Basis.VALUES, Basis.STATE, Basis.COHORT)
        return str(self.trigger.severity) if is_threshold else MISSING_DATA

    @property
    def labels(self) -> dict[str, str]:
        """What every alert of the rule has, as it reads in the end."""
        kpi = self.trigger.kpi
        texts = {"severity": self.severity, "agent": self.watched.agent, "kpi": kpi.name}
        return filled(texts | {"category": kpi.category, "owner": kpi.owner})

    @property
    def timing(self) -> dict[str, int]:
        """``for`` and ``keep_firing_for`` in seconds, where there are any; the server's state has them in it."""
        if self.basis is not Basis.VALUES:
            return {}
        lengths = {"for": self.trigger.for_, "keep_firing_for": self.trigger.keep_firing_for}
        return {name: seconds for name, seconds in lengths.items() if seconds}


@dataclass(frozen=True, slots=True)
class AgentRules:
    """The rules of one agent, and their group's name."""

    agent: WatchedAgent
    group: str
    rules: tuple[AlertRule, ...]


def rule_body(rule: AlertRule, options: ExportOptions) -> Rule:
    """As Prometheus' files have it."""
    return {
        "alert": rule.name,
        "expr": expression(rule),
        **{name: str(Duration(seconds)) for name, seconds in rule.timing.items()},
        "labels": {name: plain_text(text) for name, text in rule.labels.items()},
        "annotations": annotations_of(rule, options),
    }


def expression(rule: AlertRule) -> str:
    """The PromQL expression of a rule."""
    one, watched = rule.trigger, rule.watched
    match rule.basis:
        case Basis.VALUES:
            return threshold_query(watched, rule.name, one.severity, one.condition, one.recovery)
        case Basis.STATE:
            return state_query(watched, one.severity)
        case Basis.COHORT:
            return cohort_query(watched, one.severity)
        case Basis.MISSING_DATA:
            return missing_data_query(watched)
        case Basis.MISSING_DATA_COHORT:
            return missing_data_cohort_query(watched)


def annotations_of(rule: AlertRule, options: ExportOptions, say: Wording = TEMPLATE) -> Texts:
    """What people are told. Only here may anything vary while an alert goes on."""
    one, agent = rule.trigger, rule.watched.agent
    told = _told(rule, say)
    if rule.severity == MISSING_DATA:
        return filled(told | links(agent, MISSING_DATA_RUNBOOK, options, say))
    runbook = COHORT_RUNBOOK if rule.basis is Basis.COHORT else THRESHOLD_RUNBOOK
    to_do = what_to_do(one.binding, one.severity, say)
    return filled(told | to_do | links(agent, runbook, options, say))


def _told(rule: AlertRule, say: Wording) -> Texts:
    match rule.basis:
        case Basis.VALUES:
            return threshold_texts(rule.trigger, say)
        case Basis.STATE:
            return state_texts(rule.trigger, say)
        case Basis.COHORT:
            return cohort_texts(rule.trigger, rule.watched, say)
        case Basis.MISSING_DATA:
            return missing_data_texts(rule.trigger, rule.watched, say)
        case Basis.MISSING_DATA_COHORT:
            return missing_data_cohort_texts(rule.trigger, rule.watched, say)
