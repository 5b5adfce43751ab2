"""The examples of docs/conditions.md are true."""

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from contracts.conditions import ConditionError, parse
from contracts.durations import Duration
from contracts.guards import parse_guard
from contracts.units import STANDARD_UNITS

PAGE = Path(__file__).parents[2] / "docs" / "conditions.md"


def table(*heads):
    """The rows of the table with these heads, without the marks around code."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = lines.index(f"| {' | '.join(heads)} |") + 2
    rows: list[list[str]] = []
    for line in lines[start:]:
        if not line.startswith("|"):
            return rows
        rows.append([re.sub(r"^`(.*)`$", r"\1", cell.strip()) for cell in line.strip("|").split(" | ")])
    return rows


@pytest.mark.parametrize(
    ("text", "kept", "words"), table("you write", "it is kept as", "for a value in ms it means")
)
def test_conditions(text, kept, words):
    assert (str(parse(text)), parse(text).explain("ms")) == (kept, words)


@pytest.mark.parametrize(
    ("mean", "value", "text", "answer"), table("mean", "value", "condition", "is it true?")
)
def test_changes(mean, value, text, answer):
    means = {} if mean == "none" else {Duration.parse("7d"): Decimal(mean)}
    assert parse(text).holds(Decimal(value), means) is (answer == "yes")


@pytest.mark.parametrize(("text", "answer"), table("you write", "the answer"))
def test_errors(text, answer):
    with pytest.raises(ConditionError) as caught:
        parse(text)
    assert str(caught.value) == answer


@pytest.mark.parametrize(("unit", "text", "kept"), table("measured in", "you write", "it is kept as"))
def test_units(unit, text, kept):
    assert str(parse(text, STANDARD_UNITS[unit])) == kept


@pytest.mark.parametrize(("unit", "text", "answer"), table("measured in", "you write", "the answer"))
def test_units_that_are_refused(unit, text, answer):
    with pytest.raises(ConditionError) as caught:
        parse(text, STANDARD_UNITS[unit])
    assert str(caught.value) == answer


@pytest.mark.parametrize(("text", "query"), table("condition", "query"))
def test_promql(text, query):
    assert parse(text).to_promql("x") == query


@pytest.mark.parametrize(("text", "kept"), table("guard", "it is kept as"))
def test_guards(text, kept):
    assert str(parse_guard(text)) == kept


@pytest.mark.parametrize(("text", "context", "answer"), table("guard", "context", "does it hold?"))
def test_guards_in_context(text, context, answer):
    result = parse_guard(text).evaluate(json.loads(context))
    missing = "".join(f", `{name}` is missing" for name in result.missing)
    assert f"{'yes' if result.holds else 'no'}{missing}" == answer
