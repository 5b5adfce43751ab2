"""Texts that look like numbers, wherever a contract has one: a value or a clear error, and at once."""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from contracts.conditions import Condition, ConditionError, parse, parse_drop
from contracts.decimals import fits, read_decimal
from contracts.documents import read_registry
from contracts.documents.base import read_number, read_truth
from contracts.documents.ranges import range_node
from contracts.documents.roster import RosterAgent, RosterDocument
from contracts.durations import Duration
from contracts.guards import parse_guard
from contracts.tokens import ExpectationError
from contracts.yamlnodes import Plain

DOORS: dict[str, Callable[[str], Any]] = {
    "comparison": lambda text: parse(f"< {text}"),
    "interval": lambda text: parse(f"{text}..{text}"),
    "list": lambda text: parse(f"[{text}, {text}]"),
    "change": lambda text: parse(f"drop > {text}% over 7d"),
    "window": lambda text: parse(f"drop > 5% over {text}d"),
    "older drop": lambda text: parse_drop(f">= {text} over 7d"),
    "guard": lambda text: parse_guard(f"age >= {text}"),
    "duration": lambda text: Duration.parse(f"{text}d"),
    "range": lambda text: range_node(f"{text}-{text}", 0),
    "YAML number": lambda text: read_number(Plain(text)),
    "YAML truth": lambda text: read_truth(Plain(text)),
    "YAML of no model": lambda text: RosterAgent.model_validate({"x-note": Plain(text)}),
}
LONG = [
    "9" * 10_000,
    "0." + "9" * 10_000,
    "1e" + "9" * 10_000,
    "1e1000000000000000000",
    "0e1000000000000000000",
]
numeric = st.from_regex(r"[-+]?[0-9]{0,25}\.?[0-9]{0,25}([eE][-+]?[0-9]{1,22})?", fullmatch=True)


def answer(door: str, text: str) -> object:
    """The value, or the error that the door knows; any other exception fails the test."""
    try:
        return DOORS[door](text)
    except (ExpectationError, PydanticCustomError) as error:
        return error


@pytest.mark.parametrize("door", DOORS)
@given(text=numeric)
@example("1e1000000000000000000")
@example("1e-1000000000000000000")
@example("1e999999999999999999")
def test_what_looks_like_a_number_is_one_or_is_refused(door, text):
    answer(door, text)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("text", LONG, ids=lambda text: text[:12])
def test_ten_thousand_digits_take_milliseconds(door, text):
    started = time.process_time()
    answer(door, text)
    assert time.process_time() - started < 0.1


@given(numeric)
def test_what_is_read_is_exactly_what_is_written(text):
    number = read_decimal(text)
    assert number is None or (fits(number) and number == Decimal(text))


def test_a_number_too_small_to_be_kept_is_not_taken_for_zero():
    assert not fits(Decimal("1e-999999999999999999"))
    assert read_decimal("1e-999999999999999999") is None


@pytest.mark.parametrize("numbers", [[1, 10**5000], [-(10**5000), 1], [Decimal("1e999999999"), 5]])
def test_a_list_of_numbers_without_bound_is_no_condition(numbers):
    with pytest.raises(ConditionError):
        parse(numbers)


def test_a_condition_of_numbers_that_fit_is_one():
    assert isinstance(answer("comparison", "1e2"), Condition)


@pytest.mark.parametrize("text", LONG, ids=lambda text: text[:12])
def test_a_file_names_the_line_of_a_number_that_is_too_long(text):
    file = f"kpis:\n- name: a\n  unit: hours\n  prometheus_metric: a\n  normal_range: {{min: {text}}}\n"
    found = read_registry(file).findings
    assert {(one.line, one.path[-1]) for one in found} == {(5, "min")}


def test_a_roster_of_a_version_that_is_no_number_keeps_its_text():
    roster = RosterDocument(agents={"NEUROS": RosterAgent()}, version=Plain("1e10000000000000000"))
    assert roster.version == "1e10000000000000000"
