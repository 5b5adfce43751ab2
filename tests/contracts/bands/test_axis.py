"""The axis: which numbers it spans, where a number stands, which are written under it."""

from decimal import Decimal

import pytest

from contracts.bands.axis import Axis, axis_of, text_width
from contracts.intervals import EVERYTHING, IntervalSet
from tests.contracts.bands.examples import kpi


def spans(spec):
    axis = axis_of(spec, 0, 100)
    assert axis is not None
    return (axis.low, axis.high)


@pytest.mark.parametrize(
    ("spec", "low", "high"),
    [
        (kpi((1, 250), (30, 100)), 1, 250),
        (kpi((1, 250), critical="> 900"), 1, 250),
        (kpi((), (0, 2, 0), warning="> 4", critical="> 8"), 0, "9.6"),
        (kpi((), (0, 2), warning="< 0"), "-0.4", "2.4"),
        (kpi((), (), critical="< 20"), 10, 30),
        (kpi((), (), critical="< 0"), -1, 1),
        (kpi((), (), critical="> 0"), 0, 1),
        (kpi((), (-10, 10)), -14, 14),
        (kpi((0, None), (), critical="> 80"), 0, 96),
        (kpi((None, 100), (90, None)), 88, 100),
        (kpi((5, 5)), 5, "7.5"),
        (kpi((250, 1), (30, 100)), 16, 114),
        (kpi((), (None, None, 85)), "42.5", "127.5"),
    ],
)
def test_the_axis_is_the_absolute_range_or_has_room_around_every_number(spec, low, high):
    assert spans(spec) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize("spec", [kpi(), kpi((), (), warning="drop > 5% over 1d"), kpi((), (), warning="?")])
def test_without_a_number_there_is_no_axis(spec):
    assert axis_of(spec, 0, 100) is None


AXIS = Axis(Decimal(0), Decimal(100), 50, 250)


def test_a_number_stands_where_its_share_of_the_axis_is():
    assert [AXIS.x(Decimal(n)) for n in ("0", "25", "33.333", "100")] == [50, 100, 116.67, 250]


@pytest.mark.parametrize(
    ("numbers", "stretch"),
    [
        (IntervalSet.between(25, 50), (100, 50, "closed", "closed")),
        (IntervalSet.below_number(25), (50, 50, "edge", "open")),
        (IntervalSet.above_number(75, closed=True), (200, 50, "closed", "edge")),
        (IntervalSet.between(-5, 105), (50, 200, "edge", "edge")),
        (IntervalSet.between(0, 100), (50, 200, "closed", "closed")),
        (IntervalSet.between(50, 50), (148.5, 3, "closed", "closed")),
        (IntervalSet.between(0, 0), (50, 3, "closed", "closed")),
        (IntervalSet.above_number(100, closed=True), (247, 3, "closed", "edge")),
        (IntervalSet.above_number(100), None),
        (IntervalSet.between(-9, -1), None),
        (EVERYTHING, (50, 200, "edge", "edge")),
    ],
)
def test_an_interval_lies_on_the_axis_as_far_as_it_can_be_seen(numbers, stretch):
    (interval,) = numbers
    assert AXIS.stretch(interval) == stretch


def ticks(numbers, unit=""):
    return [tick.text for tick in AXIS.ticks(map(Decimal, numbers), unit)]


def test_numbers_that_would_collide_are_left_out_the_less_important_first():
    assert ticks([0, 100, 30, 33, 96, 31]) == ["0", "30", "100"]
    assert ticks([0, 100, 33, 30]) == ["0", "33", "100"]


def test_the_rightmost_number_carries_the_unit_unless_that_is_too_long():
    assert ticks([50, 20], "ms") == ["20", "50 ms"]
    assert ticks([50, 20], "mL/kg/min") == ["20", "50"]


def test_numbers_outside_the_axis_are_not_written():
    assert ticks([-1, 101]) == []


def test_ticks_stay_in_the_picture():
    first, last = AXIS.ticks([Decimal(0), Decimal(100)], "ms")
    assert (first.anchor, first.text_x, last.anchor, last.text_x) == ("middle", 50, "end", 250)
    wide = Axis(Decimal(100_000), Decimal(200_000), 0, 300).ticks([Decimal(100_000)], "")
    assert (wide[0].anchor, wide[0].text_x, wide[0].x) == ("start", 0, 0)


def test_bold_text_is_wider():
    assert text_width("< 20", strong=True) > text_width("< 20") > 0
