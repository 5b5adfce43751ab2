"""The alert about the rules themselves: one raises more alerts than its group's limit, or cannot be evaluated."""

from __future__ import annotations

from typing import Final

from observability.alert_texts import RULE_LIMIT_RUNBOOK, filled, runbook_url
from observability.options import ExportOptions, RuleFormat
from observability.promql import plain_text
from observability.rule_files import Group

GROUP: Final = "auren_rule_limits"
ALERT: Final = "AurenRuleLimitReached"


def failures_metric(rule_format: RuleFormat) -> str:
    """What counts the failed evaluations of rule groups: Prometheus' own metric, or that of Mimir's ruler."""
    prefix = "cortex_" if rule_format is RuleFormat.MIMIR else ""
    return f"{prefix}prometheus_rule_evaluation_failures_total"


def limit_description(options: ExportOptions) -> str:
    """What is wrong, in words."""
    return (
        f"A rule of this group would raise more than {options.rule_limit} alerts at a time, or cannot be evaluated. "
        "Prometheus then raises none of its alerts."
    )


def limit_group(options: ExportOptions, interval: str) -> Group:
    """A group of its own, so that no limit of others keeps it from speaking."""
    failures = f'{failures_metric(options.rule_format)}{{rule_group=~".*;auren_.+"}}'
    told = {
        "summary": "Alert rules fail: {{ $labels.rule_group }}",
        "description": limit_description(options),
        "runbook_url": plain_text(runbook_url(RULE_LIMIT_RUNBOOK, options)),
    }
    rule = {
        "alert": ALERT,
        "expr": f"sum by (rule_group) (increase({failures}[5m])) > 0",
        "labels": {"severity": "critical"},
        "annotations": filled(told),
    }
    return {"name": GROUP, "interval": interval, "limit": options.rule_limit, "rules": [rule]}
