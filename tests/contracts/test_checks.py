"""The catalogue run over whole documents."""

import time
from decimal import Decimal

import pytest

from contracts.checks import check_kpi, check_registry, check_settings, compile_registry
from contracts.context import context_of
from contracts.documents import RegistryDocument
from tests.contracts.samples import HRV

# Facts of the example registry: absolute and normal range, thresholds, and what is worth a note.
FACTS = [
    ("sleep_debt_hours", "hours", None, (0, 2, 0), {"warning": "> 4", "critical": "> 8"}, ["gap"]),
    ("recovery_score", "score", (0, 100), (70, 100, 85), {"warning": "< 60", "critical": "< 40"}, ["gap"]),
    ("ln_rmssd", "ln_milliseconds", ("2.5", "5.0"), None, {"warning": "drop >= 10% over 7d"}, []),
    ("cns_fatigue_index", "score", (0, 100), None, {"warning": ">= 60", "critical": ">= 75"}, []),
    (
        "glucose_cv_percent",
        "percentage",
        (10, 60),
        (10, 25, None),
        {"warning": "26..36", "critical": "> 36"},
        ["gap"],
    ),
    ("fms_total_points", "points", (0, 21), None, {"critical": "<= 14"}, []),
    (
        "sleep_efficiency_percent",
        "percentage",
        (0, 100),
        (90, 100, None),
        {"warning": "80..89", "critical": "< 80"},
        ["gap"],
    ),
    ("sleep_latency_minutes", "minutes", (0, 60), None, {"critical": "> 30"}, []),
    ("rem_deep_ratio", "ratio", (0, 3), ("0.8", "1.5", None), {"critical": "> 2.0"}, ["gap"]),
    (
        "cortisol_response_pct",
        "percentage",
        (-50, 150),
        (38, 75, None),
        {"warning": "< 20 or > 100"},
        ["gap", "gap"],
    ),
]


def registry(*kpis, **settings):
    return RegistryDocument.model_validate({"kpis": list(kpis), **settings})


def numbers(keys, values):
    return values and {
        key: Decimal(value) for key, value in zip(keys, values, strict=True) if value is not None
    }


@pytest.mark.parametrize(
    ("name", "unit", "absolute", "normal", "conditions", "expected"), FACTS, ids=lambda fact: str(fact)
)
def test_real_kpis_are_sound(name, unit, absolute, normal, conditions, expected):
    kpi = {
        "name": name,
        "title": name,
        "unit": unit,
        "prometheus_metric": f"auren_{name}",
        "absolute_range": numbers(("min", "max"), absolute),
        "normal_range": numbers(("min", "max", "optimal"), normal),
        "risk_thresholds": {key: {"condition": text, "action": "rest"} for key, text in conditions.items()},
    }
    found = check_registry(registry(kpi))
    assert [finding.code for finding in found if finding.code != "unit_not_base"] == expected
    assert {finding.level.value for finding in found} <= {"note"}


def test_paths_lead_to_the_kpi_in_its_document():
    (finding,) = check_registry(registry(HRV, HRV | {"name": "B", "prometheus_metric": "auren_b_ms"}))[-1:]
    assert finding.path[:2] == ("kpis", 1)
    assert finding.subject == "B"


def test_two_kpis_of_one_name_are_both_told():
    found = [f.path for f in check_registry(registry(HRV, HRV)) if f.code == "duplicate_name"]
    assert found == [("kpis", 0, "name"), ("kpis", 1, "name")]


def test_many_kpis_are_told_of_in_the_order_of_the_file():
    document = registry(*[HRV | {"name": f"KPI {number}"} for number in range(250)])
    one_by_one = [check_kpi(spec, context_of(document)) for spec in compile_registry(document)]
    assert check_registry(document) == [finding for found in one_by_one for finding in found]


def test_one_name_repeated_very_often_does_not_cost_its_square():
    started = time.perf_counter()
    found = check_registry(registry(*[HRV | {"successor": "hrv_rmssd"}] * 5_000))
    assert time.perf_counter() - started < 5
    assert max(len(finding.message) for finding in found) < 300


def test_settings_are_judged_without_kpis():
    assert check_settings(registry()) == []


def test_an_empty_registry_is_worth_a_warning():
    assert [(f.code, f.level.value) for f in check_registry(registry())] == [("no_kpis", "warning")]
