"""Differences in words, and how much each matters."""

from typing import Any

import pytest
from hypothesis import given

from contracts.diff import ChangeClass, diff_kpis, diff_registries, diff_settings, diff_units, worst
from contracts.documents import KpiDocument, RegistryDocument, UnitDocument
from tests.contracts.documents.test_writer import kpis

HRV: dict[str, Any] = {
    "name": "hrv_rmssd",
    "unit": "milliseconds",
    "prometheus_metric": "auren_hrv_rmssd_ms",
    "title": "HRV",
    "normal_range": {"min": 30, "max": 100},
    "references": ["one", "two"],
    "risk_thresholds": {
        "critical": {"condition": "< 20", "action": "rest"},
        "warning": {"condition": "< 30", "action": "slow_down"},
    },
}
COSMETIC, BEHAVIOURAL, BREAKING = ChangeClass.COSMETIC, ChangeClass.BEHAVIOURAL, ChangeClass.BREAKING


def threshold(severity: str, **keys: str) -> dict[str, Any]:
    """HRV's thresholds with one of them changed."""
    thresholds = HRV["risk_thresholds"]
    return {"risk_thresholds": thresholds | {severity: thresholds.get(severity, {}) | keys}}


CHANGES = [
    ({"title": "Heart"}, COSMETIC, "hrv_rmssd: title changed from HRV to Heart"),
    ({"title": "Heart rate"}, COSMETIC, "hrv_rmssd: title changed from HRV to “Heart rate”"),
    ({"title": ""}, COSMETIC, "hrv_rmssd: title removed (was HRV)"),
    ({"owner": "me"}, COSMETIC, "hrv_rmssd: owner set to me"),
    ({"description": "long " * 30}, COSMETIC, "hrv_rmssd: description added"),
    ({"references": ["two", "three"]}, COSMETIC, "hrv_rmssd references: three added; one removed"),
    ({"references": ["two", "one"]}, COSMETIC, "hrv_rmssd: references changed"),
    ({"x-note": 1}, COSMETIC, "hrv_rmssd: x-note set to 1"),
    ({"unit": "seconds"}, BREAKING, "hrv_rmssd: unit changed from milliseconds to seconds"),
    (
        {"prometheus_metric": "m"},
        BREAKING,
        "hrv_rmssd: Prometheus metric changed from auren_hrv_rmssd_ms to m",
    ),
    ({"normal_range": {"min": 35, "max": 100}}, BEHAVIOURAL, "hrv_rmssd normal range minimum: 30 → 35 ms"),
    ({"normal_range": {"min": 30}}, BEHAVIOURAL, "hrv_rmssd: normal range maximum removed (was 100 ms)"),
    ({"absolute_range": {"max": 300}}, BEHAVIOURAL, "hrv_rmssd: absolute range maximum set to 300 ms"),
    ({"status": "deprecated"}, BEHAVIOURAL, "hrv_rmssd: status changed from active to deprecated"),
    ({"alerts": {"mode": "none"}}, BEHAVIOURAL, "hrv_rmssd: alerts mode set to none"),
    ({"alerts": {"cohort_share": 15}}, BEHAVIOURAL, "hrv_rmssd: alerts cohort share set to 15"),
    ({"alerts": {"noise_budget": 0.5}}, COSMETIC, "hrv_rmssd: alerts noise budget set to 0.5"),
    (threshold("critical", condition="< 25"), BEHAVIOURAL, "hrv_rmssd critical: < 20 → < 25 ms"),
    (threshold("critical", condition="<20"), COSMETIC, "hrv_rmssd critical: < 20 → <20 ms"),
    (threshold("critical", condition="nonsense"), BEHAVIOURAL, "hrv_rmssd critical: < 20 → nonsense ms"),
    (threshold("critical", action="stop"), BEHAVIOURAL, "hrv_rmssd critical action: rest → stop"),
    (
        threshold("elevated", condition="> 100", action="look"),
        BEHAVIOURAL,
        "hrv_rmssd elevated added: > 100 ms, look",
    ),
    (
        {"risk_thresholds": {"critical": HRV["risk_thresholds"]["critical"]}},
        BREAKING,
        "hrv_rmssd warning removed (was < 30 ms, slow_down)",
    ),
]


@pytest.mark.parametrize(("change", "kind", "words"), CHANGES)
def test_a_change_is_told_in_words_and_classed(change: dict[str, Any], kind: ChangeClass, words: str) -> None:
    before, after = KpiDocument.model_validate(HRV), KpiDocument.model_validate(HRV | change)
    assert [(found.words, found.kind) for found in diff_kpis(before, after)] == [(words, kind)]


def test_a_rename_is_one_removed_and_one_added() -> None:
    before = RegistryDocument.model_validate({"kpis": [HRV]})
    after = RegistryDocument.model_validate({"kpis": [HRV | {"name": "hrv"}]})
    assert [(c.words, c.kind) for c in diff_registries(before, after)] == [
        ("hrv added", BEHAVIOURAL),
        ("hrv_rmssd removed", BREAKING),
    ]


SETTINGS = [
    ({"last_updated": "2026-01-01"}, COSMETIC, "registry: last updated set to 2026-01-01"),
    ({"x-team": "a"}, COSMETIC, "registry: x-team set to a"),
    (
        {"export_config": {"prometheus": {"labels": ["user_id"]}}},
        BEHAVIOURAL,
        "registry prometheus labels: user_id added",
    ),
    ({"validation_rules": [{"field": "unit"}]}, BEHAVIOURAL, "registry: validation rule for unit added"),
    ({"units": [{"code": "laps"}]}, COSMETIC, "registry: unit laps added"),
]


@pytest.mark.parametrize(("change", "kind", "words"), SETTINGS)
def test_settings_differ_in_words_too(change: dict[str, Any], kind: ChangeClass, words: str) -> None:
    before = RegistryDocument(kpis=[])
    after = RegistryDocument.model_validate({"kpis": []} | change)
    assert [(found.words, found.kind) for found in diff_registries(before, after)] == [(words, kind)]


def test_a_unit_of_the_file_s_own_has_its_symbol() -> None:
    def registry(minimum: int) -> RegistryDocument:
        kpi = {"name": "swum", "unit": "laps", "prometheus_metric": "m", "normal_range": {"min": minimum}}
        return RegistryDocument.model_validate({"units": [{"code": "laps", "symbol": "L"}], "kpis": [kpi]})

    assert [str(change) for change in diff_registries(registry(1), registry(2))] == [
        "swum normal range minimum: 1 → 2 L"
    ]


def test_units_are_no_settings() -> None:
    before, after = RegistryDocument(kpis=[]), RegistryDocument(kpis=[], units=[UnitDocument(code="laps")])
    assert diff_settings(before, after) == []
    assert [change.path for change in diff_units(before, after)] == [("units", "laps")]


def test_the_order_of_kpis_is_one_change_and_that_of_thresholds_none() -> None:
    other = HRV | {"name": "b", "risk_thresholds": dict(reversed(HRV["risk_thresholds"].items()))}
    one = RegistryDocument.model_validate({"kpis": [HRV, HRV | {"name": "b"}]})
    two = RegistryDocument.model_validate({"kpis": [other, HRV]})
    (change,) = diff_registries(one, two)
    assert (change.words, change.kind) == ("The KPIs are in another order", ChangeClass.COSMETIC)
    assert diff_registries(one, RegistryDocument.model_validate({"kpis": [HRV, other]})) == []


def test_the_worst_change_counts() -> None:
    before = KpiDocument.model_validate(HRV)
    after = KpiDocument.model_validate(HRV | {"unit": "seconds", "title": "x"})
    assert worst(diff_kpis(before, after)) is BREAKING
    assert worst([]) is None


@given(kpis, kpis)
def test_only_equal_kpis_do_not_differ(one: KpiDocument, other: KpiDocument) -> None:
    assert bool(diff_kpis(one, other)) == (one != other)
    assert diff_kpis(one, one) == []
    assert all(change.words for change in diff_kpis(one, other))


@pytest.mark.parametrize(
    ("settings", "kind", "words"),
    [
        ({"people": 20}, BEHAVIOURAL, "registry alerts people: 50 → 20"),
        ({"noise_budget": 0.5}, COSMETIC, "registry alerts noise budget: 2 → 0.5"),
        ({"people": 50}, None, ""),
    ],
)
def test_settings_for_alerts_are_said_on_both_sides(settings, kind, words):
    before, after = (
        RegistryDocument.model_validate({"kpis": [], "export_config": {"alerts": alerts}})
        for alerts in (dict[str, float](), settings)
    )
    changes = diff_settings(before, after)
    assert (worst(changes), " ".join(map(str, changes))) == (kind, words)
    assert all(change.is_about_alerts for change in changes)
