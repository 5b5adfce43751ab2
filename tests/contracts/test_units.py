"""Units and the words people use for them."""

import re

import pytest

from contracts.units import STANDARD_UNITS, STANDARD_WORDS, UnitSpec, find_unit, proposed_unit


def test_units_are_known_by_their_code() -> None:
    assert STANDARD_UNITS["milliseconds"] == UnitSpec(
        "milliseconds", "milliseconds", "ms", "ms", "ms", "ms", "seconds"
    )


@pytest.mark.parametrize("unit", STANDARD_UNITS.values(), ids=lambda unit: unit.code)
def test_every_unit_is_complete(unit: UnitSpec) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", unit.code)
    assert re.fullmatch(r"[a-z0-9_]*", unit.prometheus_suffix)
    assert unit.title
    assert unit.grafana
    assert not unit.base or STANDARD_UNITS[unit.base].base == ""


WORDS = [
    ("ms", "milliseconds"),
    ("Hours", "hours"),
    (" h ", "hours"),
    ("%", "percentage"),
    ("pct", "percentage"),
    ("percent", "percentage"),
    ("beats per minute", "bpm"),
    ("mL/kg/min", "ml_per_kg_per_minute"),
    ("ln(ms)", "ln_milliseconds"),
    ("0-100", "score"),
]


@pytest.mark.parametrize(("word", "code"), WORDS)
def test_a_unit_is_found_by_any_of_its_words(word: str, code: str) -> None:
    assert find_unit(word) is STANDARD_UNITS[code]


@pytest.mark.parametrize("word", ["", "furlongs"])
def test_other_words_are_no_unit(word: str) -> None:
    assert find_unit(word) is None


READ = [
    *[
        ("ms", "milliseconds"),
        ("mm", "millimeters"),
        ("kg", "kilograms"),
        ("%", "percentage"),
        ("1", "ratio"),
    ],
    *[("percent", "percentage"), ("bpm", "bpm"), ("ln(ms)", "ln_milliseconds"), ("m", "meters")],
    *[
        ("g_per_kg", "grams_per_kilogram"),
        ("g per kg", "grams_per_kilogram"),
        ("ML/KG/MIN", "ml_per_kg_per_minute"),
    ],
    *[
        ("mL·kg⁻¹·min⁻¹", "ml_per_kg_per_minute"),
        ("mm[Hg]", "mmhg"),
        ("µg/dL", "ug_per_dl"),
        ("μg/dl", "ug_per_dl"),
    ],
    *[("℃", "celsius"), ("Beats / Minute", "bpm"), ("0–100", "score")],
]


@pytest.mark.parametrize(("word", "code"), READ)
def test_a_file_s_word_is_the_unit_it_surely_means(word: str, code: str) -> None:
    assert STANDARD_WORDS.code_of(word) == code


@pytest.mark.parametrize("word", ["/min", "M", "H", "laps", ""])
def test_nothing_is_guessed(word: str) -> None:
    assert STANDARD_WORDS.code_of(word) is None


PROPOSED = [
    ("laps", "laps"),
    ("laps/week", "laps_per_week"),
    ("10 km", "unit_10_km"),
    ("Δ", "unit"),
    ("x" * 90, "x" * 40),
]


@pytest.mark.parametrize(("word", "code"), PROPOSED)
def test_a_new_unit_has_a_code_that_can_stand_anywhere(word: str, code: str) -> None:
    unit = proposed_unit(word)
    assert (unit.code, unit.title) == (code, word[:80])
    assert len(unit.symbol) <= 20
