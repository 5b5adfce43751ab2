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


@pytest.mark.parametrize("value", [-1e308, 1_000_000_000, Decimal("-999999999.9999995")])
def test_no_value_is_larger_than_what_is_kept(value):
    assert "999999999.999999, the" in impossible(Definition("x"), value)
    assert impossible(Definition("x", absolute_range=WatchedRange(Decimal(0), Decimal(5))), value)


def test_digits_that_json_does_not_carry_do_not_count():
    assert impossible(HRV, Decimal("250.50000000000000000001")) == ""
    assert impossible(Definition("x"), float("nan"))
