"""Conditions in PromQL, proven by a parser of that language and a small model of what Prometheus answers."""

import math
from operator import mul, sub, truediv

import promql_parser as promql
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.conditions import parse
from contracts.intervals import EMPTY, EVERYTHING
from contracts.promql import values_promql
from tests.contracts.strategies import betweens, changes, comparisons, conditions, near, probes, sets

ARITHMETIC = {"-": sub, "*": mul, "/": truediv}
SELECTOR = 'auren_hrv_rmssd_ms{agent="NEUROS"}'


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("< 20", "(x < 20)"),
        (">= -0.5", "(x >= -0.5)"),
        ("80..89", "((x >= 80) <= 89)"),
        ("5..5", "(x == 5)"),
        ("!= 5", "(x != 5)"),
        ("< 5 or > 5", "(x != 5)"),
        ("< 20 or > 100", "((x < 20) or (x > 100))"),
        ("< 20 or >= 10", "(x >= -Inf)"),
        ("< 1e-6", "(x < 0.000001)"),
        (
            "drop >= 10% over 1w",
            "(x and (round(100 * (avg_over_time(x[7d] offset 1s) - x) "
            "/ abs(avg_over_time(x[7d] offset 1s) != 0), 0.00000001) >= 10))",
        ),
        (
            "> 9 or rise > 5% over 1h",
            "((x > 9) or (x and (round(100 * (x - avg_over_time(x[1h] offset 1s)) "
            "/ abs(avg_over_time(x[1h] offset 1s) != 0), 0.00000001) > 5)))",
        ),
    ],
)
def test_a_condition_becomes_a_query(text, query):
    assert parse(text).to_promql("x") == query


@given(conditions())
def test_every_query_parses_and_asks_for_the_selector_only(condition):
    query = condition.to_promql(SELECTOR)
    found = list(selectors(promql.parse(query)))
    assert {(s.name, str(s.matchers)) for s in found} == {("auren_hrv_rmssd_ms", '{agent="NEUROS"}')}


@given(conditions(comparisons(near), betweens(near), changes), st.none() | near)
def test_prometheus_would_keep_the_samples_for_which_the_condition_holds(condition, mean):
    query = promql.parse(f"2 * {condition.to_promql('x')} - 1")  # embedded where it would come apart
    means = {} if mean is None else {change.window: mean for change in condition.changes}
    for value in probes:
        kept = evaluate(query, float(value), None if mean is None else float(mean))
        assert kept == (2 * float(value) - 1 if condition.holds(value, means) else None)


@given(sets)
def test_any_set_of_values_can_be_asked_for(numbers):
    query = promql.parse(values_promql(numbers, "x"))
    kept = [value for value in probes if evaluate(query, float(value), None) is not None]
    assert kept == [value for value in probes if value in numbers]


@pytest.mark.parametrize(("numbers", "kept"), [(EMPTY, None), (EVERYTHING, 5.0)])
def test_nothing_and_everything_can_be_asked_for(numbers, kept):
    query = promql.parse(values_promql(numbers, "x"))
    assert evaluate(query, 5.0, None) == kept
    assert evaluate(query, math.nan, None) is None


def selectors(node):
    """Every selector of a parsed query."""
    if isinstance(node, promql.VectorSelector):
        yield node
    elif isinstance(node, promql.MatrixSelector):
        yield node.vector_selector
    for name in ("lhs", "rhs", "expr"):
        if hasattr(node, name):
            yield from selectors(getattr(node, name))
    for argument in getattr(node, "args", ()):
        yield from selectors(argument)


def evaluate(node, value, mean):
    """What a query gives for one series with this value and mean; None when the sample is dropped."""
    match type(node).__name__:
        case "ParenExpr":
            return evaluate(node.expr, value, mean)
        case "NumberLiteral":
            return node.val
        case "VectorSelector":
            return value
        case "Call":
            if node.func.name == "avg_over_time":
                return mean
            number = evaluate(node.args[0], value, mean)
            if number is None or node.func.name == "abs":
                return None if number is None else abs(number)
            inverse = 1 / node.args[1].val
            return math.floor(number * inverse + 0.5) / inverse
    left, right = evaluate(node.lhs, value, mean), evaluate(node.rhs, value, mean)
    operator = str(node.op)
    if operator == "or":
        return right if left is None else left
    if left is None or right is None:
        return None
    if operator in ARITHMETIC:
        return ARITHMETIC[operator](left, right)
    kept = {
        "and": True,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
        "==": left == right,
        "!=": left != right,
    }[operator]
    return left if kept else None


def test_the_model_knows_how_prometheus_binds():
    query = promql.parse("x > 1 < 3 or x == 5 and x != 4 - 4")
    assert [evaluate(query, float(v), None) for v in (1, 2, 3, 5)] == [None, 2.0, None, 5.0]
    assert evaluate(promql.parse("x and y > 2"), 1.0, None) is None


def test_numbers_are_written_in_plain_digits():
    assert parse("< 1e-6 or > 1e8").to_promql("x") == "((x < 0.000001) or (x > 100000000))"
