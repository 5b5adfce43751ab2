"""A decimal comma in braces cuts a number in two: an error that says what was meant, and nothing half-read."""

import pytest

from contracts.documents import read_bindings, read_registry, read_roster

KPI = "kpis:\n- name: a\n  unit: ratio\n  prometheus_metric: m\n  "
CUT = [
    (KPI + "normal_range: {min: 0,8, max: 1,5}", ["0.8", "1.5"]),
    (KPI + "absolute_range: {min: -0,5}", ["-0.5"]),
    (KPI + "absolute_range: {min: 0, max: 1,000}", ["1.000"]),
    (KPI + "risk_thresholds: {critical: {condition: < 0,8, action: rest}}", ["< 0.8"]),
    (KPI + "risk_thresholds: {critical: {condition: < 0,8 or > 1,5}}", ["< 0.8 or > 1", "8 or > 1.5"]),
    (KPI + "risk_thresholds: {critical: {condition: < 8, for: 1,5h}}", ["1.5h"]),
    ("a:\n  unit: ratio\n  range: {min: 0,8, max: 1,5}", ["0.8", "1.5"]),
    ("a:\n  unit: ratio\n  thresholds: {optimal: 0,8-1,5}", ["0.8-1", "8-1.5"]),
    ("a:\n  unit: ratio\n  thresholds: {caution: < 0,8}", ["0.8"]),
]


@pytest.mark.parametrize(("text", "meant"), CUT)
def test_a_number_cut_in_two_leaves_its_kpi_out_and_is_put_together(text: str, meant: list[str]) -> None:
    loaded = read_registry(text)
    cut = [finding for finding in loaded.findings if finding.code == "decimal_comma"]
    assert len(cut) == len(meant)
    assert all("decimal point" in finding.hint for finding in cut)
    assert loaded.document
    assert loaded.document.kpis == []
    assert not [finding for finding in loaded.findings if finding.code == "unknown_field"]


def test_the_way_out_names_the_number_that_was_meant() -> None:
    loaded = read_registry(KPI + "normal_range: {min: 0,8, max: 1,500}")
    assert [(finding.hint, finding.line, finding.subject) for finding in loaded.findings] == [
        ("Write it with a decimal point: 0.8.", 5, "a"),
        ("Write it with a decimal point: 1.500. For thousands, write 1500.", 5, "a"),
    ]


def test_a_trigger_cut_in_two_leaves_its_binding_out() -> None:
    loaded = read_bindings("agent: A\nkpis_used:\n- key: a\n  alerting: {risk_if: < 0,8}\n- key: b")
    assert [finding.code for finding in loaded.findings] == ["decimal_comma"]
    assert loaded.document
    assert [row.key for row in loaded.document.kpis_used] == ["b"]


def test_a_value_that_is_missing_among_numbers_is_an_error_too() -> None:
    loaded = read_registry(KPI + "normal_range: {min: 0, maximum}")
    assert [finding.code for finding in loaded.findings] == ["decimal_comma"]


@pytest.mark.parametrize("text", [KPI + "title: a\n  colour:", KPI + "x-years: {2024: 1}"])
def test_other_keys_without_a_value_are_none(text: str) -> None:
    assert "decimal_comma" not in {finding.code for finding in read_registry(text).findings}


def test_a_roster_s_own_numbers_are_left_alone() -> None:
    assert read_roster("agents: {A: {enabled: true, 1: night shift}}").findings == []


HINTS = [
    (KPI + "normal_range:\n    min: 0,8", "Write it with a decimal point: 0.8."),
    (KPI + 'normal_range:\n    min: "0,8"', "Write it with a decimal point: 0.8."),
    (KPI + "normal_range: [0,8, 1,5]", "Write decimals with a point: [0.8, 1.5]."),
    (KPI + "range: [0,8, 1,5]", "Write decimals with a point: [0.8, 1.5]."),
    (
        KPI + "risk_thresholds: {critical: {condition: [0,8, 1,5]}}",
        "Write decimals with a point: [0.8, 1.5].",
    ),
    ("a:\n  unit: ratio\n  thresholds: {optimal: [0,8, 1,5]}", "Write decimals with a point: [0.8, 1.5]."),
]


@pytest.mark.parametrize(("text", "hint"), HINTS)
def test_a_comma_that_is_refused_elsewhere_is_told_the_same_way(text: str, hint: str) -> None:
    assert hint in {finding.hint for finding in read_registry(text).findings}
