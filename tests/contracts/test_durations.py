"""Lengths of time."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.durations import Duration, DurationError
from tests.contracts.strategies import read, windows


@pytest.mark.parametrize(
    ("text", "seconds", "written", "words"),
    [
        ("7d", 604_800, "7d", "7 days"),
        ("1w", 604_800, "7d", "7 days"),
        ("24h", 86_400, "1d", "1 day"),
        ("36h", 129_600, "36h", "36 hours"),
        ("90m", 5_400, "90m", "90 minutes"),
        ("60s", 60, "1m", "1 minute"),
        ("1s", 1, "1s", "1 second"),
        ("0h", 0, "0s", "0 seconds"),
        (" 15 m ", 900, "15m", "15 minutes"),
        ("007d", 604_800, "7d", "7 days"),
        ("3650d", 315_360_000, "3650d", "3650 days"),
    ],
)
def test_a_duration_is_read_written_and_told(text, seconds, written, words):
    duration = Duration.parse(text)
    assert duration.seconds == seconds
    assert duration.timedelta == timedelta(seconds=seconds)
    assert (str(duration), duration.words()) == (written, words)


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("", 1, 'a length of time such as "7d"'),
        ("d", 1, 'a length of time such as "7d"'),
        ("-7d", 1, 'a length of time such as "7d"'),
        ("1.5h", 1, 'a length of time such as "7d"'),
        ("٧d", 1, 'a length of time such as "7d"'),
        ("7", 2, "a unit of time: s, m, h, d or w"),
        ("7 y", 3, "a unit of time: s, m, h, d or w"),
        ("7D", 2, "a unit of time: s, m, h, d or w"),
        ("1h30m", 3, "the end of the duration"),
        ("7d\n", 3, "the end of the duration"),
        ("3651d", 1, "at most 3650 days"),
        ("9" * 40 + "w", 1, "at most 3650 days"),
        ("9" * 60 + "w", 51, "at most 50 characters"),
    ],
)
def test_an_error_says_where_and_what_was_expected(text, column, expected):
    with pytest.raises(DurationError) as caught:
        Duration.parse(text)
    assert (caught.value.column, caught.value.expected) == (column, expected)
    assert caught.value.text == text


@given(windows)
def test_what_is_written_reads_back_as_itself(duration):
    assert Duration.parse(str(duration)) == duration


@given(st.text())
def test_any_text_is_a_duration_or_a_clear_error(text):
    duration, error = read(Duration.parse, text)
    assert duration or error
    assert not error or 1 <= error.column <= len(text) + 1


def test_durations_compare_by_length():
    assert Duration.parse("90m") < Duration.parse("2h") < Duration.parse("1d")


@pytest.mark.parametrize("seconds", [-1, 315_360_001])
def test_a_duration_outside_ten_years_is_refused(seconds):
    with pytest.raises(ValueError, match="3650 days"):
        Duration(seconds)
