"""What an alert tells people: who, what, why, what to do about it, and where to read on."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from contracts.decimals import plain
from contracts.durations import LONGEST_SECONDS, Duration
from contracts.severity import Severity
from contracts.watched import WatchedAction, WatchedBinding
from observability.active_triggers import ActiveTrigger
from observability.alert_expressions import Watched, expected_seconds
from observability.alert_wording import Wording
from observability.dashboard_uid import dashboard_uid
from observability.options import ExportOptions

Texts = dict[str, str]
THRESHOLD_RUNBOOK: Final = "kpi-threshold.md"
COHORT_RUNBOOK: Final = "kpi-cohort.md"
MISSING_DATA_RUNBOOK: Final = "missing-data.md"
RULE_LIMIT_RUNBOOK: Final = "rule-limit.md"
_ON_STATE: Final = "This rule stands on the state that the server evaluated, not on values"


def title_of(binding: WatchedBinding) -> str:
    """What people call the KPI."""
    return binding.definition.title or binding.kpi


def threshold_texts(one: ActiveTrigger, say: Wording) -> Texts:
    """Texts of an alert about one person that stands on values."""
    symbol = one.binding.definition.symbol
    unit = f" {symbol}" if symbol else ""
    value = say.either(
        f"The value from {say.source} is {say.value}{say.text(unit + '.')}",
        f"There is no value from {say.source} now; the episode stays open until one ends it.",
    )
    return {"summary": _summary(one, say), "description": f"{value} {say.text(threshold_sentence(one))}"}


def state_texts(one: ActiveTrigger, say: Wording) -> Texts:
    """Of one person, from the server's state, and why from that."""
    guard = f"it applies only while {one.binding.guard}, which no metric tells"
    why = guard if one.is_guarded else "the KPI has no metric of its own"
    described = f"{_ON_STATE}: {why}. {threshold_sentence(one)}"
    return {"summary": _summary(one, say), "description": say.text(described)}


def cohort_texts(one: ActiveTrigger, watched: Watched, say: Wording) -> Texts:
    """Of a share of people."""
    title = say.text(f"{title_of(one.binding)}: {one.severity}")
    described = (
        f"More than {plain(watched.alerting.share_percent)} % of the people whom {watched.agent} watches have an "
        f"episode open that is {one.severity} or worse. {threshold_sentence(one)}"
    )
    return {"summary": f"{title} for {say.share} % of people", "description": say.text(described)}


def missing_data_texts(one: ActiveTrigger, watched: Watched, say: Wording) -> Texts:
    """Texts of an alert about a person's source that fell silent."""
    described = (
        f"; {watched.agent} expects one within {_words(watched.missing)}. What was open stays open. Without a value "
        f"this alert ends {_words(expected_seconds(watched.missing))} after the last one."
    )
    return {
        "summary": f"{say.text(f'{title_of(one.binding)}: no data')} for {say.person}",
        "description": f"The last value from {say.source} is {say.age} old{say.text(described)}",
    }


def missing_data_cohort_texts(one: ActiveTrigger, watched: Watched, say: Wording) -> Texts:
    """Of a share of people."""
    described = (
        f"More than {plain(watched.alerting.share_percent)} % of the people who sent {watched.agent} values within "
        f"{_words(expected_seconds(watched.missing))} have sent none for {_words(watched.missing)}."
    )
    title = say.text(f"{title_of(one.binding)}: no data")
    return {"summary": f"{title} for {say.share} % of people", "description": say.text(described)}


def threshold_sentence(one: ActiveTrigger) -> str:
    """When the agent acts, and when that is over."""
    symbol = one.binding.definition.symbol
    found = f"{one.agent.name} acts when it is {one.condition.explain(symbol)}"
    if one.for_:
        found += f" for {Duration(one.for_).words()}"
    if one.recovery:
        found += f", until {one.recovery.explain(symbol)}"
    if one.keep_firing_for:
        found += f"; it is over once that has been so for {Duration(one.keep_firing_for).words()}"
    return f"{found}."


def what_to_do(binding: WatchedBinding, severity: Severity, say: Wording) -> Texts:
    """The agent's actions at a severity, in order, and whom it asks."""
    actions = [_action(number, one) for number, one in enumerate(binding.actions_at(severity), 1)]
    recommended = next((one.action for one in binding.definition.thresholds if one.severity is severity), "")
    if not actions and recommended:
        actions = [f"1. {recommended}"]
    hand_offs = [
        f"{one.agent}: {one.reason}" if one.reason else one.agent for one in binding.hand_offs_at(severity)
    ]
    return {"actions": say.text("\n".join(actions)), "hand_offs": say.text("\n".join(hand_offs))}


def links(agent: str, runbook: str, options: ExportOptions, say: Wording) -> Texts:
    """Where to read on: the runbook, the agent's dashboard, its page in the admin."""
    place = f"{options.admin_url}/admin/bindings/agent/?q={quote(agent, safe='')}"
    return {
        "runbook_url": say.text(runbook_url(runbook, options)),
        "dashboard": say.text(f"{options.grafana_url}/d/{dashboard_uid(agent)}"),
        "admin": say.text(place),
    }


def runbook_url(runbook: str, options: ExportOptions) -> str:
    """A runbook's address, "" where the options do not say where runbooks are."""
    return f"{options.runbook_url}/{runbook}" if options.runbook_url else ""


def filled(texts: Texts) -> Texts:
    """Without those that are empty, which Prometheus would drop or show as nothing."""
    return {name: text for name, text in texts.items() if text}


def _summary(one: ActiveTrigger, say: Wording) -> str:
    return f"{say.text(f'{title_of(one.binding)}: {one.severity}')} for {say.person}"


def _action(number: int, action: WatchedAction) -> str:
    described = f": {action.description}" if action.description else ""
    deadline = f" (within {action.deadline})" if action.deadline else ""
    return f"{number}. {action.name}{described}{deadline}"


def _words(seconds: int) -> str:
    return Duration(min(seconds, LONGEST_SECONDS)).words()
