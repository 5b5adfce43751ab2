"""Values that cannot be real."""

from decimal import Decimal

import pytest

from contracts.evaluation import impossible
from contracts.watched import Definition, WatchedRange

HRV = Definition("hrv_rmssd", symbol="ms", absolute_range=WatchedRange(Decimal(1), Decimal("250.5")))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (1, ""),
        (250.5, ""),
        (0.999, "0.999 ms is below 1 ms, the lowest possible value"),
        (250.500001, "250.500001 ms is above 250.5 ms, the highest possible value"),
        (float("nan"), "expected a finite number"),
        (float("-inf"), "expected a finite number"),
        (True, "expected a finite number"),
        ("18", "expected a finite number"),
    ],
)
def test_a_value_outside_the_absolute_range_is_told(value, told):
    assert impossible(HRV, value) == told


def test_without_an_absolute_range_every_finite_number_is_possible():
    assert impossible(Definition("x"), -1e308) == ""
    assert impossible(Definition("x", absolute_range=WatchedRange(max=Decimal(5))), -1e308) == ""
    assert impossible(Definition("x"), float("nan"))
