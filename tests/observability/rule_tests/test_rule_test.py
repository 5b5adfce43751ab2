"""How tests are written for promtool."""

import pytest

from observability.rule_tests.rule_test import ExpectedAlert, notation, telling_steps
from observability.rule_tests.scenarios import SILENT


@pytest.mark.parametrize(
    ("stretches", "length", "text"),
    [
        ([(18.0, 1)], 1, "18"),
        ([(18.0, 1)], 5, "18x4"),
        ([(19.999999999999996, 3), (SILENT, 1), (-0.5, 1)], 5, "19.999999999999996x2 stale -0.5"),
        ([(SILENT, 3), (1e-06, 2)], 9, "stale _x2 1e-06x5"),
    ],
)
def test_values(stretches, length, text):
    assert notation(tuple(stretches), length) == text


def test_each_change_is_looked_at_with_the_evaluation_before_it():
    assert telling_steps([[0, 0, 1, 1, 1, 0]], [0]) == [0, 1, 2, 4, 5]
    assert telling_steps([[0, 0], [1, 2]], [3]) == [3]


def test_after_the_last_flag_all_is_as_it_was():
    alert = ExpectedAlert({}, [0, 1], float)
    assert [alert.fires(step) for step in range(4)] == [False, True, True, True]
