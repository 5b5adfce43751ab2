"""Sets of numbers: the laws of set algebra, and the forms that are easy to get wrong."""

from decimal import Decimal

import pytest
from hypothesis import given

from contracts.intervals import EMPTY, EVERYTHING, Interval, IntervalSet, join_words
from tests.contracts.strategies import near, probes, sets

below = IntervalSet.below_number
above = IntervalSet.above_number
between = IntervalSet.between


def members(numbers):
    return [probe for probe in probes if probe in numbers]


def ends(numbers):
    return (numbers.low, numbers.high)


@given(sets, sets)
def test_union_intersection_and_difference_agree_with_membership(a, b):
    assert members(a | b) == [n for n in probes if n in a or n in b]
    assert members(a & b) == [n for n in probes if n in a and n in b]
    assert members(a - b) == [n for n in probes if n in a and n not in b]


@given(sets, sets)
def test_de_morgan(a, b):
    assert ~(a | b) == ~a & ~b
    assert ~(a & b) == ~a | ~b


@given(sets)
def test_the_complement_of_the_complement_is_the_set(a):
    assert ~~a == a
    assert not a & ~a
    assert a | ~a == EVERYTHING


@given(sets, sets)
def test_sets_with_the_same_numbers_are_equal_and_written_alike(a, b):
    assert (members(a) == members(b)) is (a == b)
    if a == b:
        assert (hash(a), str(a), list(a)) == (hash(b), str(b), list(b))


@given(sets, sets, sets)
def test_containment_is_a_partial_order(a, b, c):
    assert a <= a
    if a <= b and b <= a:
        assert a == b
    assert a & b <= a <= a | c
    if a <= b <= c:
        assert a <= c
    assert (a < b) is (a <= b and a != b)


@given(sets)
def test_a_set_is_the_union_of_its_intervals_which_do_not_touch(a):
    assert IntervalSet.of(*a) == a
    for left, right in zip(list(a), list(a)[1:], strict=False):
        assert left.high is not None
        assert right.low is not None
        assert left.high < right.low or not (left.high_closed or right.low_closed)


@given(sets, near)
def test_the_parts_below_and_above_a_number_and_the_number_itself_make_the_set(a, number):
    assert a.below(number) | a.above(number) | (a & between(number, number)) == a


@given(sets)
def test_the_hull_is_one_interval_around_the_set_with_its_ends(a):
    hull = a.hull()
    assert a <= hull
    assert len(list(hull)) == bool(a)
    assert (hull.low, hull.high) == (a.low, a.high)
    assert a.downward() & a.upward() == hull


@pytest.mark.parametrize(
    ("numbers", "written", "words"),
    [
        (below(20), "(-inf, 20)", "below 20 ms"),
        (below(20, closed=True), "(-inf, 20]", "at most 20 ms"),
        (above(100), "(100, inf)", "above 100 ms"),
        (above(100, closed=True), "[100, inf)", "at least 100 ms"),
        (between(80, 89), "[80, 89]", "80 to 89 ms"),
        (between(5, 5), "[5, 5]", "exactly 5 ms"),
        (between(89, 80), "empty", "no value"),
        (~between(5, 5), "(-inf, 5) or (5, inf)", "anything but 5 ms"),
        (below(20) | above(100), "(-inf, 20) or (100, inf)", "below 20 ms or above 100 ms"),
        (below(20) | between(20, 30), "(-inf, 30]", "at most 30 ms"),
        (below(20) | above(20), "(-inf, 20) or (20, inf)", "anything but 20 ms"),
        (between(30, 100) & below(100), "[30, 100)", "30 to below 100 ms"),
        (between(30, 100) - between(30, 30), "(30, 100]", "above 30 to 100 ms"),
        (above(20) & below(30), "(20, 30)", "above 20 and below 30 ms"),
        (EVERYTHING, "(-inf, inf)", "any value"),
        (
            between(1, 2) | between(3, 4) | above(5),
            "[1, 2] or [3, 4] or (5, inf)",
            "1 to 2 ms, 3 to 4 ms or above 5 ms",
        ),
        (between(Decimal("0.80"), Decimal("1E+2")), "[0.8, 100]", "0.8 to 100 ms"),
    ],
)
def test_sets_are_written_and_told(numbers, written, words):
    assert str(numbers) == written
    assert numbers.explain("ms") == words


def test_ends_without_bound_are_none():
    assert ends(below(20)) == (None, 20)
    assert ends(above(20)) == (20, None)
    assert ends(EMPTY) == ends(EVERYTHING) == (None, None)


def test_a_missing_end_leaves_a_range_without_bound():
    assert IntervalSet.within(None, 5) == below(5, closed=True)
    assert IntervalSet.within(5, None) == above(5, closed=True)
    assert IntervalSet.within(1, 2) == between(1, 2)
    assert IntervalSet.within(None, None) == EVERYTHING


def test_a_float_is_the_number_it_shows():
    assert 0.1 in between(Decimal("0.1"), Decimal("0.1"))
    assert 0.1 + 0.2 not in between(Decimal("0.3"), Decimal("0.3"))


@pytest.mark.parametrize(
    "number", [float("nan"), float("inf"), float("-inf"), Decimal("sNaN"), Decimal("-Infinity")]
)
def test_only_finite_numbers_can_be_asked_for(number):
    with pytest.raises(ValueError, match="finite"):
        _ = number in EVERYTHING


@pytest.mark.parametrize("number", [True, "5", None, 5j])
def test_only_numbers_can_be_asked_for(number):
    with pytest.raises(TypeError, match="expected a number"):
        _ = number in EVERYTHING


def test_an_interval_is_told_without_its_unit_too():
    assert Interval(Decimal(80), Decimal(89), True, True).explain() == "80 to 89"


def test_alternatives_are_joined_as_in_a_sentence():
    assert [join_words(["a", "b", "c"][:n]) for n in (1, 2, 3)] == ["a", "a or b", "a, b or c"]
