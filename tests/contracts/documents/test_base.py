"""The exact types of a document's values."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from contracts.documents.base import ConditionText, Number, Text, Truth
from contracts.yamltree import Plain

number, truth, text, condition = (TypeAdapter(kind) for kind in (Number, Truth, Text, ConditionText))

NUMBERS = [
    (30, "30"),
    (0.1, "0.1"),
    (1e-6, "0.000001"),
    (Decimal("1.500"), "1.5"),
    (-0.0, "0"),
    (Plain("30"), "30"),
    (Plain("-0"), "0"),
    (Plain("+1.50"), "1.5"),
    (Plain(".5"), "0.5"),
    (Plain("1e3"), "1000"),
    (Plain("999999999.999999"), "999999999.999999"),
]


@pytest.mark.parametrize(("given_value", "expected"), NUMBERS)
def test_a_number_is_read_exactly(given_value: object, expected: str) -> None:
    assert str(number.validate_python(given_value)) == expected


NO_NUMBERS = [
    ("number_expected", "30"),
    ("number_expected", True),
    ("number_expected", None),
    ("number_expected", [1]),
    ("number_expected", Plain("yes")),
    ("number_expected", Plain("012")),
    ("number_expected", Plain("1_000")),
    ("number_expected", Plain("1:30")),
    ("number_expected", Plain("0x1F")),
    ("number_expected", Plain("٣")),
    ("number_expected", Plain("3\n")),
    ("not_finite", float("nan")),
    ("not_finite", float("-inf")),
    ("not_finite", Decimal("Infinity")),
    ("not_finite", Plain(".nan")),
    ("not_finite", Plain("-.INF")),
    ("not_finite", Plain("Infinity")),
    ("not_finite", Plain("1e400")),
    ("number_too_long", Plain("1234567890")),
    ("number_too_long", Plain("0.1234567")),
    ("number_too_long", Plain("1e-400")),
    ("number_too_long", 10**9),
    ("number_too_long", 1e-7),
]


@pytest.mark.parametrize(("code", "value"), NO_NUMBERS)
def test_what_is_no_exact_number_is_refused(code: str, value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        number.validate_python(value)
    assert [detail["type"] for detail in caught.value.errors()] == [code]


@given(st.decimals(min_value=-(10**9) + 1, max_value=10**9 - 1, places=6))
def test_every_number_the_database_holds_is_read_as_itself(value: Decimal) -> None:
    assert number.validate_python(Plain(format(value, "f"))) == value
    assert number.validate_python(number.dump_python(number.validate_python(value), mode="json")) == value


@pytest.mark.parametrize("value", [True, Plain("true"), Plain("Yes"), Plain("on")])
def test_truth_is_read_from_unquoted_words(value: object) -> None:
    assert truth.validate_python(value) is True


@pytest.mark.parametrize("value", ["true", 1, Plain("1"), Plain("maybe"), None])
def test_what_is_neither_true_nor_false_is_refused(value: object) -> None:
    with pytest.raises(ValidationError, match="true or false"):
        truth.validate_python(value)


@pytest.mark.parametrize("word", ["yes", "012", "1:30", "null", "2025-07-31", "1e3"])
def test_text_stays_the_text_it_is(word: str) -> None:
    read = text.validate_python(Plain(word))
    assert read == word
    assert type(read) is str


@pytest.mark.parametrize("value", ["a\0b", "\x7f", "\ud800", "\ufffe", 12, True, None, ["a"]])
def test_what_is_no_clean_text_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        text.validate_python(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("< 20", "< 20"), ([80, 89], "80..89"), ([Plain("0.80"), Plain("1.5")], "0.8..1.5"), ((1, 2), "1..2")],
)
def test_a_condition_is_a_text_or_two_numbers(value: object, expected: str) -> None:
    assert condition.validate_python(value) == expected


@pytest.mark.parametrize("value", [[1], [1, 2, 3], ["1", "2"], 20, {}])
def test_what_is_no_condition_is_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        condition.validate_python(value)
