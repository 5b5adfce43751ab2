"""How a KPI alerts: what it says itself, what the registry says for all, and what nobody says."""

from decimal import Decimal
from typing import Any

import pytest

from contracts.documents import KpiDocument, RegistryDocument
from observability.alerting import Alerting, AlertingMode, alerting_of, noise_budget_of


def registry(**settings: Any) -> RegistryDocument:
    return RegistryDocument.model_validate({"kpis": [], "export_config": {"alerts": settings}})


def kpi(**alerts: Any) -> KpiDocument:
    data = {"name": "hrv", "unit": "milliseconds", "prometheus_metric": "auren_hrv_ms", "alerts": alerts}
    return KpiDocument.model_validate(data)


def test_what_nobody_says_goes_by_the_number_of_people():
    assert alerting_of(kpi(), registry()) == Alerting(AlertingMode.AUTO, Decimal(10), 50)
    assert noise_budget_of(kpi(), registry()) == 2


def test_the_registry_says_it_for_all():
    settings = registry(people=3, noise_budget=0.5)
    assert alerting_of(kpi(), settings).people == 3
    assert noise_budget_of(kpi(), settings) == Decimal("0.5")


def test_a_kpi_says_it_for_itself():
    own = kpi(mode="cohort", cohort_share=25, noise_budget=7)
    assert alerting_of(own, registry()) == Alerting(AlertingMode.COHORT, Decimal(25), 50)
    assert noise_budget_of(own, registry(noise_budget=1)) == 7


@pytest.mark.parametrize(
    ("mode", "people", "comes_to"),
    [
        (None, 50, "person"),
        (None, 51, "cohort"),
        ("person", 51, "person"),
        ("cohort", 1, "cohort"),
        ("none", 1, "none"),
    ],
)
def test_the_number_of_people_decides_only_where_the_mode_is_left_open(mode, people, comes_to):
    assert alerting_of(kpi(mode=mode), registry()).mode_for(people) == comes_to
