"""Numbers as decimals: what the quick way of reading takes, and that it reads the same."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.decimals import fits, read_tidy, trimmed


@pytest.mark.parametrize("text", ["0", "7", "-40", "999999999", "0.8", "-0.000001", "123456789.123456"])
def test_tidy_digits_are_read_at_once(text):
    assert str(read_tidy(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-0",
        "00",
        "05",
        "1.0",
        "0.0",
        ".5",
        "5.",
        "+5",
        "1e3",
        "1_0",
        "1000000000",
        "0.1234567",
        "٣",
        "5\n",
    ],
)
def test_anything_else_is_left_to_the_careful_way(text):
    assert read_tidy(text) is None


@given(st.from_regex(r"-?[0-9]{1,11}(\.[0-9]{1,8})?", fullmatch=True))
def test_both_ways_read_the_same_number(text):
    number = read_tidy(text)
    careful = Decimal(text)
    assert number is None or (fits(careful) and str(number) == str(trimmed(careful)))
