"""What the last report says of the KPIs, for the first page."""

from collections.abc import Sequence
from dataclasses import dataclass

from django import template

from bindings.models.report import ValidationReport, by_rank
from contracts.findings import Level
from kpis.importing.joined import latest_revision
from kpis.models import KPI

register = template.Library()


@dataclass(frozen=True, slots=True)
class KpiFindings:
    """``counts`` and ``worst`` are by level, the gravest first, without notes; ``worst`` has the KPIs to mend next."""

    report: ValidationReport
    is_outdated: bool
    counts: Sequence[tuple[str, int]]
    notes: int
    worst: Sequence[tuple[KPI, Sequence[tuple[str, int]]]]


@register.simple_tag
def kpi_findings() -> KpiFindings | None:
    """None where no report says it; three queries."""
    report = ValidationReport.latest()
    if report is None or report.kpi_counts is None:
        return None
    told = dict(report.kpi_counts["worst"])
    found = {kpi.name: kpi for kpi in KPI.objects.filter(name__in=told)}
    return KpiFindings(
        report=report,
        is_outdated=report.revision != latest_revision(),
        counts=serious(report.kpi_counts["counts"]),
        notes=report.kpi_counts["counts"].get(str(Level.NOTE), 0),
        worst=[(found[name], serious(counts)) for name, counts in told.items() if name in found],
    )


def serious(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Without notes."""
    return [(level, count) for level, count in by_rank(counts) if level != Level.NOTE]
