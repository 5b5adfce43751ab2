"""One alert rule: what it stands on, and how it is written."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from contracts.decimals import plain
from contracts.durations import LONGEST_SECONDS, Duration
from contracts.watched import WatchedAgent
from observability.active_triggers import ActiveTrigger
from observability.alert_expressions import (
    Watched,
    cohort_query,
    expected_seconds,
    missing_data_cohort_query,
    missing_data_query,
    state_query,
    threshold_query,
)
from observability.alert_texts import (
    COHORT_RUNBOOK,
    MISSING_DATA_RUNBOOK,
    PERSON,
    SOURCE,
    THRESHOLD_RUNBOOK,
    filled,
    links,
    threshold_sentence,
    title_of,
    value_sentence,
    what_to_do,
)
from observability.options import ExportOptions
from observability.promql import plain_text
from observability.rule_files import Rule

MISSING_DATA: Final = "missing_data"
"""The label ``severity`` of alerts about silence: it is none of those that a value has."""
_SHARE: Final = '{{ $value | printf "%.1f" }} % of people'
_ON_STATE: Final = "This rule stands on the state that the server evaluated, not on values"


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

    @property
    def severity(self) -> str:
        """The label."""
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
    """What is asked of Prometheus."""
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


def annotations_of(rule: AlertRule, options: ExportOptions) -> dict[str, str]:
    """What people are told. Only here may anything vary while an alert goes on."""
    one = rule.trigger
    is_cohort = rule.basis in (Basis.COHORT, Basis.MISSING_DATA_COHORT)
    about = f"{title_of(one.binding)}: {'no data' if rule.severity == MISSING_DATA else rule.severity}"
    told = {"summary": f"{about} for {_SHARE if is_cohort else PERSON}", "description": _description(rule)}
    if rule.severity == MISSING_DATA:
        return filled(told | links(rule.watched.agent, MISSING_DATA_RUNBOOK, options))
    runbook = COHORT_RUNBOOK if is_cohort else THRESHOLD_RUNBOOK
    return filled(told | what_to_do(one.binding, one.severity) | links(rule.watched.agent, runbook, options))


def _description(rule: AlertRule) -> str:
    one, watched = rule.trigger, rule.watched
    share, agent = plain(watched.alerting.share_percent), plain_text(watched.agent)
    missing, expected = (
        Duration(_within(n)).words() for n in (watched.missing, expected_seconds(watched.missing))
    )
    match rule.basis:
        case Basis.VALUES:
            return f"{value_sentence(one.binding.definition.symbol)} {threshold_sentence(one)}"
        case Basis.STATE:
            guard = f"it applies only while {one.binding.guard}, which no metric tells"
            why = guard if one.is_guarded else "the KPI has no metric of its own"
            return f"{plain_text(f'{_ON_STATE}: {why}.')} {threshold_sentence(one)}"
        case Basis.COHORT:
            return (
                f"More than {share} % of the people whom {agent} watches have an episode open that is "
                f"{one.severity} or worse. {threshold_sentence(one)}"
            )
        case Basis.MISSING_DATA:
            return (
                f"The last value from {SOURCE} is {{{{ $value | humanizeDuration }}}} old; {agent} expects one every "
                f"{missing}. What was open stays open. Without a value this alert ends {expected} after the last one."
            )
        case Basis.MISSING_DATA_COHORT:
            return (
                f"Of more than {share} % of the people who sent {agent} values within {expected} "
                f"there has been none for {missing}."
            )


def _within(seconds: int) -> int:
    return min(seconds, LONGEST_SECONDS)
