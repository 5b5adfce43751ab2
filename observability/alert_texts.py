"""What an alert tells people: who, what, why, what to do about it, and where to read on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

from contracts.durations import Duration
from contracts.severity import Severity
from contracts.watched import WatchedAction, WatchedBinding
from observability.active_triggers import ActiveTrigger
from observability.dashboard_uid import dashboard_uid
from observability.options import ExportOptions
from observability.promql import plain_text

Annotations = dict[str, str]
PERSON: Final = "{{ $labels.user_id }}"
SOURCE: Final = "{{ $labels.measurement_source }}"
THRESHOLD_RUNBOOK: Final = "kpi-threshold.md"
COHORT_RUNBOOK: Final = "kpi-cohort.md"
MISSING_DATA_RUNBOOK: Final = "missing-data.md"
RULE_LIMIT_RUNBOOK: Final = "rule-limit.md"


def title_of(binding: WatchedBinding) -> str:
    """What people call the KPI, safe where templates are read."""
    return plain_text(binding.definition.title or binding.kpi)


def value_sentence(symbol: str) -> str:
    """The value that the alert has, or that there is none now: only NaN is not equal to itself."""
    unit = f" {plain_text(symbol)}" if symbol else ""
    return (
        f"{{{{ if eq $value $value }}}}The value from {SOURCE} is {{{{ $value }}}}{unit}."
        f"{{{{ else }}}}There is no value from {SOURCE} now; the episode stays open until one ends it.{{{{ end }}}}"
    )


def threshold_sentence(one: ActiveTrigger) -> str:
    """When the agent acts, and when that is over, in words."""
    symbol = one.binding.definition.symbol
    found = f"{one.agent.name} acts when it is {one.condition.explain(symbol)}"
    if one.for_:
        found += f" for {Duration(one.for_).words()}"
    if one.recovery:
        found += f", until {one.recovery.explain(symbol)}"
    if one.keep_firing_for:
        found += f"; it is over once that has been so for {Duration(one.keep_firing_for).words()}"
    return plain_text(found + ".")


def what_to_do(binding: WatchedBinding, severity: Severity) -> Annotations:
    """The agent's actions at a severity, in order, and whom it asks."""
    actions = [_action(number, one) for number, one in enumerate(binding.actions_at(severity), 1)]
    recommended = next((one.action for one in binding.definition.thresholds if one.severity is severity), "")
    if not actions and recommended:
        actions = [f"1. {recommended}"]
    hand_offs = [f"{one.agent}: {one.reason}".rstrip(": ") for one in binding.hand_offs_at(severity)]
    return {"actions": _lines(actions), "hand_offs": _lines(hand_offs)}


def links(agent: str, runbook: str, options: ExportOptions) -> Annotations:
    """Where to read on: the runbook, the agent's dashboard (below Grafana's own address), its page in the admin."""
    place = f"{options.admin_url}/admin/bindings/agent/?q={quote(agent, safe='')}"
    return {
        "runbook_url": runbook_url(runbook, options),
        "dashboard": f"/d/{dashboard_uid(agent)}",
        "admin": plain_text(place),
    }


def runbook_url(runbook: str, options: ExportOptions) -> str:
    """A runbook's address, "" where the options do not say where runbooks are."""
    return plain_text(f"{options.runbook_url}/{runbook}") if options.runbook_url else ""


def filled(texts: Annotations) -> Annotations:
    """Without those that are empty, which Prometheus would drop or show as nothing."""
    return {name: text for name, text in texts.items() if text}


def _action(number: int, action: WatchedAction) -> str:
    described = f": {action.description}" if action.description else ""
    deadline = f" (within {action.deadline})" if action.deadline else ""
    return f"{number}. {action.name}{described}{deadline}"


def _lines(texts: Iterable[str]) -> str:
    return plain_text("\n".join(texts))
