"""Guards: when a binding applies."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.guards import AllOf, AnyOf, Comparison, Guard, GuardError, Not, parse_guard
from tests.contracts.strategies import read

READ = [
    ("is_resting == true", "is_resting == true"),
    ("is_resting==TRUE", "is_resting == true"),
    ("a != false", "a != false"),
    ("age ≥ 18", "age >= 18"),
    ("age>=18.50", "age >= 18.5"),
    ("t < −5", "t < -5"),
    ("t == -0", "t == 0"),
    ("phase == 'base'", 'phase == "base"'),
    ('phase == "base"', 'phase == "base"'),
    ("phase == 'the \"base\"'", "phase == 'the \"base\"'"),
    ("phase == ' or '", 'phase == " or "'),
    ("a == 1 AND b == 2 Or c == 3", "a == 1 and b == 2 or c == 3"),
    ("a == 1 and (b == 2 or c == 3)", "a == 1 and (b == 2 or c == 3)"),
    ("((a == 1))", "a == 1"),
    ("(a == 1 and b == 2) and c == 3", "a == 1 and b == 2 and c == 3"),
    ("a == 1 or (b == 2 or c == 3)", "a == 1 or b == 2 or c == 3"),
    ("(a == 1 and b == 2) or c == 3", "a == 1 and b == 2 or c == 3"),
    ("not a == 1 and b == 2", "not a == 1 and b == 2"),
    ("not (a == 1 and b == 2)", "not (a == 1 and b == 2)"),
    ("NOT not (a == 1)", "not not a == 1"),
]

WRONG = [
    ("", 1, 'a comparison such as "is_resting == true"'),
    ("== 5", 1, 'a comparison such as "is_resting == true"'),
    ("not", 4, 'a comparison such as "is_resting == true"'),
    ("true == true", 1, 'a comparison such as "is_resting == true"'),
    ("__import__('os')", 11, "one of ==, !=, <, <=, >, >="),
    ("is_resting", 11, "one of ==, !=, <, <=, >, >="),
    ("is_resting = true", 12, '"=="'),
    ("is_resting is true", 12, "one of ==, !=, <, <=, >, >="),
    ("a == b", 6, "true, false, a number or a text in quotes"),
    ("a == ", 6, "true, false, a number or a text in quotes"),
    ("a == 'base", 6, "true, false, a number or a text in quotes"),
    ("a == 'ba\nse'", 6, "true, false, a number or a text in quotes"),
    ("a == -", 6, "true, false, a number or a text in quotes"),
    ("a == 1e400", 6, "a number with at most 9 digits before the point and 6 after it"),
    ("a < true", 5, "a number or a text in quotes"),
    ("a == 1 b == 2", 8, '"and", "or" or the end of the guard'),
    ("a == 1\n", 7, '"and", "or" or the end of the guard'),
    ("(a == 1", 8, '"and", "or" or ")"'),
    ("a == 1)", 7, '"and", "or" or the end of the guard'),
    ("a == 1 and", 11, 'a comparison such as "is_resting == true"'),
    ("(" * 100, 22, "at most 20 parentheses or negations inside each other"),
    ("not " * 100, 85, "at most 20 parentheses or negations inside each other"),
    ("a == 1 or " * 100, 501, "at most 500 characters"),
]

HOLDS = [
    ("x == true", {"x": True}, True),
    ("x == true", {"x": False}, False),
    ("x == true", {"x": 1}, False),
    ("x == 1", {"x": True}, False),
    ("x != 1", {"x": True}, True),
    ("x == 1", {"x": 1.0}, True),
    ("x == 0.1", {"x": 0.1}, True),
    ("x < 5", {"x": Decimal("4.999999")}, True),
    ("x < 5", {"x": "4"}, False),
    ("x >= 5", {"x": "4"}, False),
    ("x == 5", {"x": "5"}, False),
    ("x == '5'", {"x": 5}, False),
    ("x == 'base'", {"x": "base"}, True),
    ("x == 'base'", {"x": "Base"}, False),
    ("x > 'a'", {"x": "b"}, True),
    ("x < 5", {"x": float("nan")}, False),
    ("x != 5", {"x": float("inf")}, True),
    ("x == 5", {"x": [5]}, False),
    ("x == 5", {"x": {}}, False),
    ("x == 1 and y == 2", {"x": 1, "y": 2}, True),
    ("x == 1 and y == 2", {"x": 1, "y": 3}, False),
    ("x == 1 or y == 2", {"x": 0, "y": 2}, True),
    ("not x == 1", {"x": 2}, True),
    ("not (x == 1 or y == 2)", {"x": 2, "y": 2}, False),
    ("x == 1 or y == 2 and z == 3", {"x": 1, "y": 0, "z": 0}, True),
]


@pytest.mark.parametrize(("text", "canonical"), READ)
def test_reading_is_liberal_and_writing_canonical(text, canonical):
    assert str(parse_guard(text)) == canonical
    assert parse_guard(canonical) == parse_guard(text)


@pytest.mark.parametrize(("text", "column", "expected"), WRONG)
def test_an_error_says_where_and_what_was_expected(text, column, expected):
    with pytest.raises(GuardError) as caught:
        parse_guard(text)
    assert (caught.value.column, caught.value.expected) == (column, expected)


@pytest.mark.parametrize(("text", "context", "holds"), HOLDS)
def test_a_guard_is_decided_by_the_context(text, context, holds):
    result = parse_guard(text).evaluate(context)
    assert (result.holds, bool(result), result.missing) == (holds, holds, ())


@pytest.mark.parametrize("text", ["x == 1", "x != 1", "not x == 1", "x == 1 or y == 2", "y == 2 or x == 1"])
@pytest.mark.parametrize("context", [{"y": 2}, {"y": 2, "x": None}])
def test_a_missing_name_makes_the_whole_guard_false_and_is_named(text, context):
    result = parse_guard(text).evaluate(context)
    assert (result.holds, result.missing) == (False, ("x",))


def test_names_are_listed_once_in_the_order_of_the_text():
    guard = parse_guard("b == 1 or not (a == 2 and b < 3) or c == 'x'")
    assert guard.names == ("b", "a", "c")
    assert guard.evaluate({}).missing == ("b", "a", "c")


def test_true_and_one_are_different_guards():
    assert parse_guard("x == true") != parse_guard("x == 1")
    assert parse_guard("x == 1") == parse_guard("x == 1.0")


comparisons = st.builds(
    Comparison,
    st.sampled_from(["a", "b", "is_resting"]),
    st.sampled_from(["==", "!="]),
    st.booleans() | st.integers(-5, 5).map(Decimal) | st.sampled_from(["", "base", "it's", 'a "b"', "or"]),
)
parts = st.recursive(
    comparisons,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(lambda some: AllOf(tuple(some)), st.lists(inner, min_size=2, max_size=3))
        | st.builds(lambda some: AnyOf(tuple(some)), st.lists(inner, min_size=2, max_size=3))
    ),
    max_leaves=6,
)
contexts = st.fixed_dictionaries(
    {name: st.booleans() | st.integers(-5, 5) for name in ("a", "b", "is_resting")}
)


@given(parts, contexts)
def test_what_is_written_reads_back_with_the_same_meaning(part, context):
    guard = parse_guard(str(part))
    assert parse_guard(str(guard)) == guard
    assert guard.evaluate(context) == Guard(part).evaluate(context)


@given(st.text() | st.text("ab ()=!<>'\"ndort123.-", max_size=40))
def test_any_text_is_a_guard_or_a_clear_error(text):
    guard, error = read(parse_guard, text)
    if error:
        assert 1 <= error.column <= len(text) + 1
        assert str(error).isprintable()
    else:
        assert parse_guard(str(guard)) == guard
