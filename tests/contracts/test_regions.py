"""The quick answers are those of the algebra."""

from hypothesis import given

from contracts.regions import covers, has, meets
from tests.contracts.strategies import near, sets


@given(sets, near)
def test_having_a_number(values, number):
    assert has(values, number) == (number in values)


@given(sets, sets)
def test_sharing_a_number(values, others):
    assert meets(values, others) == bool(values & others)


@given(sets, sets)
def test_covering_a_set(values, others):
    assert covers(values, others) == (others <= values)
