"""A healthy KPI and a healthy tree of files, to change one thing of."""

from typing import Any

from contracts.checks import check_kpi
from contracts.context import RegistryContext
from contracts.documents import KpiDocument, RegistryDocument
from contracts.findings import Finding
from contracts.spec import compile_kpi

HRV: dict[str, Any] = {
    "name": "hrv_rmssd",
    "title": "Heart-rate variability",
    "unit": "milliseconds",
    "prometheus_metric": "auren_hrv_rmssd_ms",
    "absolute_range": {"min": 1, "max": 250},
    "normal_range": {"min": 30, "max": 100, "optimal": 50},
    "risk_thresholds": {
        "critical": {"condition": "< 20", "action": "rest"},
        "warning": {"condition": "< 30", "action": "train_less"},
        "elevated": {"condition": "> 100", "action": "check_accuracy"},
    },
}
QUIET = frozenset({"unit_not_base"})
"""What is said about the healthy sample itself."""


def kpi(**changes: Any) -> KpiDocument:
    """The healthy KPI with some fields changed."""
    return KpiDocument.model_validate(HRV | changes)


def with_condition(severity: str, condition: str, **changes: Any) -> KpiDocument:
    """The healthy KPI with the condition of one severity changed."""
    thresholds = HRV["risk_thresholds"] | {severity: {"condition": condition, "action": "rest"}}
    return kpi(risk_thresholds=thresholds, **changes)


def context(*others: KpiDocument, settings: dict[str, Any] | None = None) -> RegistryContext:
    """A registry of the healthy KPI and these others."""
    document = RegistryDocument.model_validate({"kpis": [], **(settings or {})})
    known = {other.name: other for other in (kpi(), *others)}.values()
    return RegistryContext.of(document, [(k.name, k.prometheus_metric, k.status) for k in known])


def findings(document: KpiDocument, around: RegistryContext | None = None) -> list[Finding]:
    """What the rules say of a KPI, without what they say of the healthy one."""
    found = check_kpi(compile_kpi(document), around or context())
    return [finding for finding in found if finding.code not in QUIET]


def codes(document: KpiDocument, around: RegistryContext | None = None) -> list[str]:
    """The codes of what the rules say."""
    return [finding.code for finding in findings(document, around)]
