"""A small registry with two agents, one of which watches a KPI."""

import pytest

from bindings.models import Action, Agent, Binding, HandOff, Trigger
from bindings.models.report import ValidationReport
from bindings.reports.entries import Entry
from bindings.reports.judging import judge_all
from bindings.reports.keeping import entries_in, keep
from kpis.models import KPI


def bound(agent: Agent, kpi: KPI, condition: str = "< 20", severity: str = "critical") -> Binding:
    """The agent watches the KPI, with one trigger and one action."""
    binding = Binding.objects.create(
        agent=agent, kpi=kpi, role="primary_signal", position=agent.bindings.count()
    )
    Trigger.objects.create(binding=binding, severity=severity, condition=condition)
    Action.objects.create(binding=binding, name="reduce_training_intensity")
    return binding


@pytest.fixture
def neuros(hrv) -> Agent:
    """Watches heart-rate variability and asks SOMNOS."""
    somnos = Agent.objects.create(name="SOMNOS", code="somnos", status="beta", position=1)
    neuros = Agent.objects.create(name="NEUROS", code="neuros", status="beta")
    bound(neuros, hrv)
    HandOff.objects.create(
        agent=neuros, target=somnos, severity="critical", reason="Poor sleep is a common cause."
    )
    return neuros


def report(trigger: str = "manual") -> ValidationReport:
    """Judge everything and keep it."""
    return keep(judge_all(), trigger=trigger)


def told(one: ValidationReport) -> set[tuple[str, str]]:
    """Rule and subject of each finding that counts."""
    return {(entry.rule, entry.subject) for entry in entries_in(one) if not entry.waived}


def entry(
    mark: str, *, rule: str = "KPI016", level: str = "note", waived: str = "", since: str = ""
) -> Entry:
    """A finding of a report."""
    return Entry(
        rule, level, ("kpis", 0, "unit"), "Short.", "", "hrv", "", "hrv", "", "", mark, since, waived
    )
