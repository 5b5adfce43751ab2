"""What the dashboards' tests start from: releases, and the parts of what is made of them."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from contracts.conditions import Condition, parse
from contracts.documents import BindingsDocument, KpiDocument, RegistryDocument, RosterDocument
from contracts.documents.base import KEPT
from contracts.release import ReleaseDocument
from contracts.severity import Severity
from contracts.units import STANDARD_UNITS, UnitSpec
from observability.dashboards.colours import NORMAL, SEVERITY_COLOURS
from observability.dashboards.fields import Conditions
from observability.dashboards.files import dashboard_files
from observability.options import ExportOptions
from tests.contracts.releases import example_release

OPTIONS = ExportOptions(
    admin_url="https://admin.example.org", runbook_url="https://docs.example.org/runbooks"
)
HOSTILE = [
    'x"} or vector(1) or up{job="',
    "$user ${user} ${__user.email} [[user]] [[[user]]] $__all",
    "{{user_id}} {{ query `up` }}",
    "</script><img src=x onerror=alert(1)>",
    "[click](javascript:alert(1)) `code` https://evil.example",
    'quote " back\\slash \\',
    "../../etc/passwd",
    "line\nbreak\ttab",
    "é–😀",
]


def hostile_release(text: str) -> ReleaseDocument:
    """A release in which a person could write whatever they like wherever there is a text."""
    registry = {
        "units": [{"code": "odd", "title": text, "symbol": text[:20], "grafana": text[:40]}],
        "kpis": [
            {
                "name": text,
                "title": text,
                "description": text,
                "category": text,
                "unit": "odd",
                "prometheus_metric": "auren_odd",
                "risk_thresholds": {"critical": {"condition": "< 20"}},
            },
            {"name": "no_metric", "title": text, "unit": "odd", "prometheus_metric": text},
        ],
    }
    bindings = {"agent": text, "kpis_used": [{"key": text}, {"key": "no_metric"}]}
    return ReleaseDocument(
        RegistryDocument.model_validate(registry, context=KEPT),
        RosterDocument.model_validate({"agents": {text: {"enabled": True}}}, context=KEPT),
        {text: BindingsDocument.model_validate(bindings, context=KEPT)},
    )


@cache
def example_files() -> dict[str, Any]:
    """The example's dashboards, by path."""
    return files_of(example_release())


def files_of(document: ReleaseDocument, options: ExportOptions = OPTIONS) -> dict[str, Any]:
    """A release's dashboards, read."""
    return {path: json.loads(text) for path, text in dashboard_files(document, options).items()}


def classic_only(files: dict[str, Any]) -> dict[str, Any]:
    """Those in the classic form."""
    return {path: one for path, one in files.items() if path.startswith("grafana/dashboards/")}


def panels_of(dashboard: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every panel in the classic form, those of closed rows too."""
    for panel in dashboard["panels"]:
        if panel["type"] != "row":
            yield panel
        yield from panel.get("panels", ())


def expressions_of(dashboard: dict[str, Any]) -> Iterator[str]:
    """Every question to Prometheus, as Grafana asks it where everything is chosen."""
    for panel in panels_of(dashboard):
        for target in panel["targets"]:
            yield asked(target["expr"])


def asked(expression: str) -> str:
    """The question once Grafana has put in its variables."""
    expression = expression.replace("$__rate_interval", "1m")
    return re.sub(r"\$(agent|kpi|user|source)\b", ".*", expression)


def conditions(**texts: str) -> Conditions:
    """``critical="< 20"``."""
    return [(Severity(severity), parse(text)) for severity, text in texts.items()]


def kpi(**parts: Any) -> KpiDocument:
    """A KPI of which only some parts matter."""
    return KpiDocument.model_validate(
        {"name": "hrv", "unit": "milliseconds", "prometheus_metric": "auren_hrv_ms"} | parts
    )


def unit(code: str) -> UnitSpec:
    """A usual unit."""
    return STANDARD_UNITS[code]


def severity_at(value: float, of: Conditions) -> Severity | None:
    """The worst condition that holds, asked one by one."""
    held = [severity for severity, condition in of if condition.holds(value)]
    return max(held, default=None)


def colour_at(value: float, of: Conditions) -> str:
    """The colour that a value ought to have."""
    severity = severity_at(value, of)
    return NORMAL if severity is None else SEVERITY_COLOURS[severity]


def numbers_of(condition: Condition) -> list[Decimal]:
    """Where it begins and ends."""
    return [number for number, _ in condition.values.places]
