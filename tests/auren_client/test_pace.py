"""When to ask again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auren_client.pace import Pace

CHANCES = st.floats(0, 1, exclude_max=True)


def pace(chance=0.5, **more):
    return Pace(5.0, chance=lambda: chance, **more)


@given(CHANCES)
def test_the_wait_after_an_answer_is_the_usual_one_give_or_take_a_tenth(chance):
    assert 4.5 <= pace(chance).after_answer() <= 5.5


@given(CHANCES)
def test_the_first_wait_is_anywhere_within_a_period(chance):
    assert 0 <= pace(chance).spread() < 5


def test_waits_double_up_to_the_slowest():
    slower = pace(0)
    assert [slower.after_failure() for _ in range(6)] == [5, 10, 20, 40, 60, 60]


@given(CHANCES, st.integers(1, 2000))
def test_no_wait_after_a_failure_is_shorter_than_usual_or_longer_than_half_more(chance, failures):
    slower = pace(chance)
    for _ in range(failures):
        assert 5 <= slower.after_failure() <= 90


def test_an_answer_ends_it():
    slower = pace(0)
    slower.after_failure()
    slower.after_failure()
    slower.after_answer()
    assert slower.after_failure() == 5


@pytest.mark.parametrize(("asked", "waits"), [(0, 5), (30, 30), (1e9, 300)])
def test_a_server_may_ask_for_a_longer_wait_but_not_for_ever(asked, waits):
    assert pace(0).after_failure(asked) == waits


def test_a_pace_slower_than_the_slowest_stays_its_own():
    assert Pace(600, 60, chance=lambda: 0.0).after_failure() == 600
