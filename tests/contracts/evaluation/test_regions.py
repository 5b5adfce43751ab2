"""A value's sets are found by floats, exactly as decimals would find them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.evaluation.regions import Regions
from contracts.intervals import IntervalSet
from tests.contracts.strategies import comparisons, conditions, numbers

sets = st.lists(conditions(comparisons()).map(lambda condition: condition.values), max_size=4)
beside = st.floats(allow_nan=False, allow_infinity=False) | st.integers() | st.floats(-300, 300)


@given(sets, st.lists(beside | numbers, max_size=8))
def test_the_mask_has_every_set_that_holds_the_value(some, values):
    regions = Regions(some)
    ends = [number for one in some for number, _ in one.places]
    for value in [*values, *ends, *map(float, ends)]:
        expected = sum(1 << index for index, one in enumerate(some) if value in one)
        assert regions.mask(value) == regions.exact_mask(value) == expected


@given(sets, beside | numbers, st.lists(st.floats(), max_size=8))
def test_between_the_ends_around_a_value_all_floats_are_in_the_same_sets(some, value, others):
    regions = Regions(some)
    low, high = regions.around(value)
    ends = [float(number) for one in some for number, _ in one.places]
    for other in (*others, *ends, *(_next(end, step) for end in ends for step in (-1, 1))):
        if low < other < high:
            assert regions.mask(other) == regions.mask(value)


@given(numbers)
def test_the_floats_next_to_an_end_are_told_apart_from_it(end):
    regions = Regions([IntervalSet.below_number(end)])
    for value in (float(end), _next(float(end), 1), _next(float(end), -1)):
        assert regions.mask(value) == (Decimal(repr(value)) < end)


def _next(value, steps):
    return value + steps * 2.0**-52 * max(abs(value), 2.0**-1000)


def test_without_sets_every_value_is_in_none():
    assert Regions([]).mask(5) == Regions([IntervalSet()]).mask(5.5) == 0


@pytest.mark.parametrize("end", ["0.1234567890123456789", "1e400"])
def test_an_end_that_no_float_holds_is_compared_by_decimals(end):
    regions = Regions([IntervalSet.below_number(Decimal(end))])
    assert regions.mask(0.12345678901234567) == 1
    assert regions.mask(Decimal(end)) == 0


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), Decimal("NaN")])
def test_what_is_not_finite_is_refused(value):
    with pytest.raises(ValueError, match="finite"):
        Regions([IntervalSet.below_number(5)]).mask(value)


def test_an_integer_beyond_every_float_is_a_number_like_any_other():
    assert Regions([IntervalSet.above_number(5)]).mask(10**400) == 1


@pytest.mark.parametrize("value", [True, "5", None])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(TypeError, match="expected a number"):
        Regions([IntervalSet.below_number(5)]).mask(value)
