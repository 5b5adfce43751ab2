"""Rules about how a KPI alerts: numbers that cannot be, and parts that do nothing."""

from typing import Any

import pytest

from contracts.checks import check_settings
from contracts.documents import RegistryDocument
from contracts.rules.alerts import NOISE
from contracts.waivers import subject_kind
from tests.contracts.samples import codes, context, kpi


def about(**alerts: Any) -> list[str]:
    """What is said of the healthy KPI that alerts like this."""
    said = codes(kpi(alerts=alerts), context())
    return [code for code in said if code.startswith(("alert", "cohort", "noise", "critical_alerts"))]


@pytest.mark.parametrize("share", [0, -1, 100.1])
def test_a_share_of_nobody_or_of_more_than_all_is_refused(share):
    assert about(mode="cohort", cohort_share=share) == ["alert_number"]


@pytest.mark.parametrize("budget", [0, -0.5, 10_001])
def test_a_budget_of_nothing_is_refused(budget):
    assert about(noise_budget=budget) == ["alert_number"]


@pytest.mark.parametrize(
    "alerts", [{"cohort_share": 100}, {"noise_budget": 0.000001}, {"mode": "person"}, {"x-a": 1}]
)
def test_what_can_be_is_not_spoken_of(alerts):
    assert about(**alerts) == []


def test_a_share_is_noted_where_there_is_no_cohort():
    assert about(mode="person", cohort_share=20) == ["cohort_share_unused"]
    assert about(mode="cohort", cohort_share=20) == []


def test_a_budget_and_a_critical_threshold_are_noted_where_nothing_alerts():
    assert about(mode="none", noise_budget=1) == ["noise_budget_unused", "critical_alerts_nobody"]
    assert (
        codes(kpi(risk_thresholds={}, alerts={"mode": "none"}), context()).count("critical_alerts_nobody")
        == 0
    )


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"people": 0}, 1),
        ({"people": 2.5}, 1),
        ({"noise_budget": 0}, 1),
        ({"people": 1, "noise_budget": 0.1}, 0),
    ],
)
def test_settings_that_cannot_be_are_refused(settings, found):
    document = RegistryDocument.model_validate({"kpis": [], "export_config": {"alerts": settings}})
    assert [finding.code for finding in check_settings(document)] == ["alert_number"] * found


def test_a_word_that_is_no_mode_is_refused():
    with pytest.raises(ValueError, match="'person', 'cohort' or 'none'"):
        kpi(alerts={"mode": "everyone"})


def test_what_is_said_of_noise_can_be_waived_for_a_kpi():
    assert subject_kind(NOISE) == "kpi"
