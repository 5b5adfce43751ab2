"""Units and the words people use for them."""

import re

import pytest

from contracts.units import STANDARD_UNITS, UnitSpec, find_unit


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
