"""The older registry format is read as today's, and points at the lines that were written."""

from decimal import Decimal

import pytest

from contracts.documents import Loaded, RegistryDocument, as_data, read_registry, write_registry
from contracts.documents.legacy import metric_name
from contracts.severity import Severity
from tests.contracts.documents.files import fixture


@pytest.fixture(scope="module")
def older() -> Loaded[RegistryDocument]:
    return read_registry(fixture("registry_older"), "older.yaml")


def test_a_mapping_by_name_becomes_a_list(older: Loaded[RegistryDocument]) -> None:
    assert older.document
    assert [kpi.name for kpi in older.document.kpis] == [
        "sleep_latency",
        "grip_strength",
        "mood_index",
        "steps_taken",
    ]
    assert (older.document.version, older.document.last_updated) == ("1.1", "2024-11-02")


def test_every_part_finds_its_place(older: Loaded[RegistryDocument]) -> None:
    assert older.document
    assert as_data(older.document.kpis[0]) == {
        "name": "sleep_latency",
        "title": "Time to fall asleep",
        "unit": "minutes",
        "prometheus_metric": "auren_sleep_latency_minutes",
        "absolute_range": {"min": 0, "max": 180},
        "normal_range": {"min": 5, "max": 20},
        "risk_thresholds": {"warning": {"condition": "21-30"}, "critical": {"condition": "> 30"}},
        "norm_ref": "Textbook of sleep, chapter 3",
        "compute": "lights_out - first_sleep",
        "scope": "nightly",
    }


def test_a_range_may_be_a_text_or_a_condition(older: Loaded[RegistryDocument]) -> None:
    assert older.document
    kpi = older.document.kpis[1]
    assert kpi.absolute_range
    assert kpi.normal_range
    assert (kpi.absolute_range.min, kpi.absolute_range.max) == (Decimal(0), Decimal(120))
    assert (kpi.normal_range.min, kpi.normal_range.max) == (Decimal(40), None)


def test_risk_if_is_the_critical_threshold(older: Loaded[RegistryDocument]) -> None:
    assert older.document
    inside, alone = (kpi.risk_thresholds[Severity.CRITICAL] for kpi in older.document.kpis[1:3])
    assert (inside.condition, inside.action, alone.condition) == ("< 25", "check_for_injury", "<= 3")


def test_what_cannot_be_turned_is_kept_and_told(older: Loaded[RegistryDocument]) -> None:
    assert older.document
    kept = {"range": "unlimited", "thresholds": {"optimal": "> 8000", "caution": 5000}}
    assert older.document.kpis[3].extra == kept
    told = [(f.line, f.column, f.subject) for f in older.findings if f.code == "older_value_kept"]
    assert told == [(38, 5, "steps_taken"), (40, 7, "steps_taken"), (41, 7, "steps_taken")]


def test_findings_point_at_the_lines_that_were_written(older: Loaded[RegistryDocument]) -> None:
    places = [
        (("kpis", 0, "normal_range", "max"), (14, 20)),
        (("kpis", 0, "risk_thresholds", "warning", "condition"), (15, 16)),
        (("kpis", 1, "absolute_range"), (21, 12)),
        (("kpis", 2, "risk_thresholds", "critical", "condition"), (32, 16)),
        (("kpis", 0, "title"), (7, 11)),
        (("kpis", 0, "name"), (6, 3)),
        (("kpis", 0, "prometheus_metric"), (6, 3)),
    ]
    assert [(path, older.source.locate(path)) for path, _ in places] == places


def test_the_file_is_told_to_be_older_once(older: Loaded[RegistryDocument]) -> None:
    assert [(f.line, f.level) for f in older.findings if f.code == "older_format"] == [(5, "note")]


def test_a_bare_mapping_is_read_too_with_its_own_prefix() -> None:
    document = read_registry(fixture("registry_older_bare")).document
    assert document
    assert [kpi.prometheus_metric for kpi in document.kpis] == ["team_deep_sleep_pct"]
    assert document.export_config.prometheus.prefix == "team_"


@pytest.mark.parametrize("name", ["registry_older", "registry_older_bare"])
def test_the_export_of_an_older_file_reads_as_the_same_document(name: str) -> None:
    document = read_registry(fixture(name)).document
    assert document
    written = write_registry(document)
    assert read_registry(written).document == document


def test_a_list_may_use_older_keys() -> None:
    text = (
        "kpis:\n- name: a\n  unit: hours\n  prometheus_metric: m\n  normal_range: [1, 2]\n"
        "  risk_thresholds: {caution: '> 3', risk: [4, 5]}\n"
    )
    loaded = read_registry(text)
    assert loaded.document
    kpi = as_data(loaded.document.kpis[0])
    assert kpi["normal_range"] == {"min": 1, "max": 2}
    assert kpi["risk_thresholds"] == {"warning": {"condition": "> 3"}, "critical": {"condition": "4..5"}}
    assert loaded.findings == []


SHAPES = [
    ("range: [1, 2, 3]", "range"),
    ("range: [[1], 2]", "range"),
    ("range: 5", "range"),
    ("range: {min: 1}\n  absolute_range: {max: 3}", "range"),
    ("thresholds: nonsense", "thresholds"),
    ("thresholds: {caution: {a: 1}}", "thresholds"),
    ("thresholds: {unheard_of: '< 3'}", "thresholds"),
    ("thresholds: {risk: '< 3', risk_if: '< 4'}", "thresholds"),
    ("thresholds: {optimal: [1, 2]}\n  normal_range: {min: 1}", "thresholds"),
]


@pytest.mark.parametrize(("part", "key"), SHAPES)
def test_no_strange_shape_is_lost(part: str, key: str) -> None:
    loaded = read_registry(f"a:\n  unit: h\n  {part}\n")
    assert loaded.document
    assert key in loaded.document.kpis[0].extra
    assert "older_value_kept" in {finding.code for finding in loaded.findings}


METRICS = [
    ("sleep_latency", "min", "auren_sleep_latency_minutes"),
    ("sleep_latency_min", "min", "auren_sleep_latency_min"),
    ("sleep_debt_hours", "hours", "auren_sleep_debt_hours"),
    ("hrv_rmssd", "ms", "auren_hrv_rmssd_ms"),
    ("rise_pct", "%", "auren_rise_pct"),
    ("protein_g_per_kg", "g/kg", "auren_protein_g_per_kg"),
    ("mood", "score", "auren_mood"),
    ("mood", "furlongs", "auren_mood"),
    ("mood", None, "auren_mood"),
    ("auren_mood", "score", "auren_mood"),
    ("HRV-Mean", "ms", "auren_hrv_mean_ms"),
]


@pytest.mark.parametrize(("name", "unit", "metric"), METRICS)
def test_a_missing_metric_is_made_of_name_and_unit(name: str, unit: str | None, metric: str) -> None:
    assert metric_name(name, unit) == metric
