"""What came before a value, and the order in which observations are judged."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.evaluation import SECOND, Series, in_order, replay
from contracts.evaluation import evaluator as made
from tests.contracts.evaluation.samples import at, histories, trigger, watched

DROP = watched(trigger("warning", "drop >= 10% over 10s"))


@given(histories(), st.integers(0, 80), st.integers(1, 80))
def test_a_window_holds_what_came_before_its_end_its_beginning_included(history, end, seconds):
    series = Series()
    for one in history:
        series.add(one.at, one.value)
    inside = [one.value for one in history if (end - seconds) * SECOND <= one.at < end * SECOND]
    total, count = series.before(end * SECOND)(seconds)
    assert (Fraction(total), count) == (sum(map(Fraction, inside)), len(inside))


def test_a_value_older_than_the_newest_is_refused_by_a_series():
    series = Series()
    series.add(5, 1)
    with pytest.raises(ValueError, match="not older"):
        series.add(4, 1)


@given(histories())
def test_changes_are_told_exactly(history):
    _, transitions = replay(made(DROP), history)
    is_dropped, expected = None, []
    for one in history:
        before = [
            Fraction(other.value)
            for other in history
            if other.source == one.source and one.at - 10 * SECOND <= other.at < one.at
        ]
        mean = Fraction(sum(before), len(before)) if before else Fraction(0)
        now = bool(mean) and (mean - Fraction(one.value)) * 10 >= abs(mean)
        if now is not is_dropped:
            expected.append("warning" if now else "normal")
        is_dropped = now
    assert [str(transition.after) for transition in transitions] == expected


def test_order_is_by_time_then_source_then_value():
    found = in_order([at(2, 1), at(1, 9, source="watch"), at(1, 3, source="watch"), at(1, 5, source="strap")])
    assert [(one.at // SECOND, one.source, one.value) for one in found] == [
        (1, "strap", 5),
        (1, "watch", 3),
        (1, "watch", 9),
        (2, "", 1),
    ]
