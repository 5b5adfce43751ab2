"""Small generators, in place of the product's: what ways out are tested with must not hang on what is made."""

from __future__ import annotations

import json

import yaml

from contracts.release import ReleaseDocument
from observability.active_triggers import active_triggers, by_agent
from observability.options import ExportOptions, Files

RULES = "prometheus/rules/kpi-alerts.yml"


def rules(document: ReleaseDocument, options: ExportOptions) -> Files:
    """A group for each agent, an alert for each trigger."""
    groups = [
        {
            "name": f"auren_agent_{agent.name.lower()}",
            "limit": 100,
            "rules": [
                {
                    "alert": one.alert,
                    "expr": f'auren_binding_open_severity{{agent="{agent.name}",kpi="{one.kpi.name}"}}  >= 1',
                    "for": "300s",
                    "labels": {"severity": str(one.severity), "kpi": one.kpi.name},
                    "annotations": {
                        "summary": one.trigger.condition,
                        "dashboard": f"{options.admin_url}/admin/",
                    },
                }
                for one in own
            ],
        }
        for agent, own in by_agent(active_triggers(document)[0])
    ]
    text = yaml.safe_dump({"groups": groups}, sort_keys=False, allow_unicode=True)
    return {RULES: text} if groups else {}


def dashboards(document: ReleaseDocument, options: ExportOptions) -> Files:
    """One dashboard for each agent."""
    return {
        f"grafana/dashboards/{name.lower()}.json": json.dumps(
            {
                "uid": f"auren-{name.lower()}",
                "title": name,
                "tags": ["auren"],
                "panels": [{"id": 1, "title": ", ".join(row.key for row in bindings.kpis_used)}],
                "schemaVersion": 39,
            },
            indent=2,
        )
        for name, bindings in document.bindings.items()
    }
