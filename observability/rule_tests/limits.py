"""The test of the alert about rules that fail."""

from __future__ import annotations

from typing import Any, Final

from observability.alert_texts import RULE_LIMIT_RUNBOOK, runbook_url
from observability.options import ExportOptions
from observability.promql import selector
from observability.rule_limits import ALERT, failures_metric, limit_description

_STEP: Final = 60
_PLACE: Final = "/etc/prometheus/rules/kpi-alerts.yml"


def limit_test(options: ExportOptions) -> dict[str, Any]:
    """One of our groups fails once, and is forgiven after five minutes; somebody else's does not matter."""
    ours, other = f"{_PLACE};auren_agent_a", f"{_PLACE};another"
    metric = failures_metric(options.rule_format)
    alert = {
        "exp_labels": {"severity": "critical", "rule_group": ours},
        "exp_annotations": {
            "summary": f"Alert rules fail: {ours}",
            "description": limit_description(options),
            **({"runbook_url": url} if (url := runbook_url(RULE_LIMIT_RUNBOOK, options)) else {}),
        },
    }
    return {
        "name": "rule limits",
        "interval": f"{_STEP}s",
        "input_series": [
            {"series": selector(metric, rule_group=ours), "values": "0x2 1x9"},
            {"series": selector(metric, rule_group=other), "values": "0+1x11"},
        ],
        "alert_rule_test": [
            {"eval_time": f"{minutes}m", "alertname": ALERT, "exp_alerts": alerts}
            for minutes, alerts in ((2, []), (3, [alert]), (7, [alert]), (8, []))
        ],
    }
