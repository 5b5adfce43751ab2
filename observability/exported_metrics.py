"""Under which metric each KPI's values are exported, if at all."""

from __future__ import annotations

from collections.abc import Iterable

from contracts.documents import KpiDocument
from contracts.rules.metrics import is_free


def exported_metrics(kpis: Iterable[KpiDocument]) -> dict[str, str]:
    """By KPI; "" for one that has no metric of its own. Of two that share one the first keeps it, as in /metrics."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for kpi in sorted(kpis, key=lambda one: one.name):
        metric = kpi.prometheus_metric
        found[kpi.name] = "" if metric in taken or not is_free(metric) else metric
        taken.add(metric)
    return found
