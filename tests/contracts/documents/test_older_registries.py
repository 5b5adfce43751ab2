"""Ten registries in the styles that people write: each comes in whole, with what was understood of it."""

import pytest

from contracts.documents import KpiDocument, as_data, read_registry, write_registry
from contracts.findings import Level
from contracts.loading import tree_of
from contracts.tree import check_tree
from contracts.units import proposed_unit
from tests.contracts.documents.files import FIXTURES

FILES = sorted(FIXTURES.with_name("older_registries").glob("*.yaml"))


def kpis_of(number: int) -> dict[str, KpiDocument]:
    document = read_registry(FILES[number - 1].read_bytes()).document
    assert document
    return {kpi.name: kpi for kpi in document.kpis}


def conditions(kpi: KpiDocument) -> dict[str, str]:
    return {str(severity): row.condition for severity, row in kpi.risk_thresholds.items()}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_comes_in_without_an_error_but_for_units_of_its_own(file) -> None:
    tree = tree_of({file.name: file.read_bytes()})
    errors = [found.code for found in check_tree(tree) if found.level is Level.ERROR]
    assert errors == (["unit_unknown"] if file.stem == "08_units_of_its_own" else [])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_its_export_reads_as_the_same_document(file) -> None:
    document = read_registry(file.read_bytes()).document
    assert document
    assert read_registry(write_registry(document)).document == document


UNDERSTOOD = [
    (1, "sleep_latency", "minutes", {"min": 5, "max": 20}, {"warning": "21..30", "critical": "> 30"}),
    (2, "heart_rate_at_rest", "bpm", {"min": 45, "max": 60}, {"warning": "61‑85", "critical": "> 85"}),
    (2, "oxygen_saturation", "percentage", {"min": 95}, {"warning": "90–94", "critical": "< 90"}),
    (4, "hrv_evening", "milliseconds", {"min": 30, "max": 100}, {"warning": "< 30", "critical": "< 20"}),
    (5, "vo2max", "ml_per_kg_per_minute", {"min": 45}, {"warning": "30..39", "critical": "< 30"}),
    (6, "protein_intake", "grams_per_kilogram", {"min": 1.6, "max": 2.2}, {"warning": "< 1.2", "critical": "< 0.8"}),
    (7, "sleep_duration", "hours", {"min": 7, "max": 9}, {"warning": "5..6 or 10..11", "critical": "< 5 or > 11"}),
    (7, "sleep_efficiency", "percentage", {"min": 85}, {"warning": "75..84", "critical": "<= 74"}),
    (9, "ln_rmssd_night", "ln_milliseconds", {"min": 3, "max": 4.5}, {"critical": "<2.5"}),
    (10, "skin_temperature", "celsius", {"min": 31, "max": 35}, {"critical": "20..25 or 39..45"}),
]  # fmt: skip


@pytest.mark.parametrize(("number", "name", "unit", "healthy", "levels"), UNDERSTOOD)
def test_unit_range_and_conditions_are_what_was_meant(number, name, unit, healthy, levels) -> None:
    kpi = kpis_of(number)[name]
    assert kpi.normal_range
    found = {key: float(value) for key, value in as_data(kpi.normal_range).items()}
    assert (kpi.unit, found, conditions(kpi)) == (unit, healthy, levels)


def test_categories_and_names_for_people_find_their_places() -> None:
    by_category, by_id = kpis_of(4), kpis_of(5)
    assert [kpi.category for kpi in by_category.values()] == ["cardiovascular", "training", "strength"]
    assert (by_id["vo2max"].title, by_id["vo2max"].prometheus_metric) == (
        "Maximal oxygen uptake",
        "auren_vo2max_ml_per_kg_per_min",
    )


def test_a_level_of_its_own_is_kept_and_offered_as_a_condition() -> None:
    loaded = read_registry(FILES[2].read_bytes())
    told = [found.hint for found in loaded.findings if found.code == "older_value_kept"]
    assert [hint.partition(". ")[0] for hint in told] == [
        'To act on it, write it as a condition: `elevated: {condition: "< 10"}` means below 10',
        'To act on it, write it as a condition: `elevated: {condition: "25..60"}` means 25 to 60',
        'To act on it, write it as a condition: `elevated: {condition: "< 0.2"}` means below 0.2',
    ]
    cortisol, slope = kpis_of(3).values()
    assert cortisol.extra["thresholds"] == {"blunted": "< 10", "excessive": [25, 60]}
    assert conditions(slope) == {"critical": "< 0.1"}


def test_a_slip_in_a_severity_is_still_an_error() -> None:
    loaded = read_registry("a:\n  unit: hours\n  risk_thresholds: {critcal: {condition: '< 3'}}")
    assert "severity_unknown" in {found.code for found in loaded.findings}


def test_every_spelling_of_a_unit_is_said_once() -> None:
    told = [f.message for f in read_registry(FILES[3].read_bytes()).findings if f.code == "unit_name"]
    assert told == ["The unit `ms` is read as milliseconds.", "The unit `kg` is read as kilograms."]


def test_units_that_are_known_where_the_file_goes_are_kept() -> None:
    text = (
        "kpis: [{name: a, unit: ms, prometheus_metric: m}, {name: b, unit: laps/week, prometheus_metric: n}]"
    )
    ours = [proposed_unit("laps/week"), proposed_unit("ms")]
    document = read_registry(text, units=ours).document
    assert document
    assert [kpi.unit for kpi in document.kpis] == ["ms", "laps_per_week"]


def test_a_file_s_own_unit_is_its_own() -> None:
    text = "units: [{code: ms, title: minutes of sitting}]\nkpis: [{name: a, unit: ms, prometheus_metric: m}]"
    document = read_registry(text).document
    assert document
    assert document.kpis[0].unit == "ms"


def test_a_rule_about_units_allows_the_same_by_their_codes() -> None:
    document = read_registry(FILES[7].read_bytes()).document
    assert document
    assert document.validation_rules[0].allowed_values == ["laps/week", "milliseconds"]


def test_a_minus_of_a_word_processor_is_one() -> None:
    document = read_registry("a:\n  unit: celsius\n  range: {min: −5, max: 40}").document
    assert document
    assert as_data(document.kpis[0])["absolute_range"] == {"min": -5, "max": 40}
