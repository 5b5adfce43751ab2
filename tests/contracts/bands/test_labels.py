"""Texts in a row: inside, right or left of a bar, never over another and never out of the picture."""

from decimal import Decimal

import pytest

from contracts.bands.axis import Axis, Stretch
from contracts.bands.labels import bar_labels, lone_label, tick_label

AXIS = Axis(Decimal(0), Decimal(100), 66, 364)


def bar(start, end):
    return Stretch(start, end - start, "closed", "closed")


@pytest.mark.parametrize(
    ("stretch", "hatched", "place", "x"),
    [
        (bar(100, 200), False, "inside", 106),
        (bar(100, 120), False, "right", 124),
        (bar(344, 364), False, "left", 340),
        (bar(66, 300), True, "right", 304),
        (bar(130, 364), True, "left", 126),
        (bar(66, 364), True, "inside", 72),
    ],
)
def test_a_text_stands_inside_right_or_left_of_its_bar(stretch, hatched, place, x):
    (label,) = bar_labels(AXIS, [(stretch, ["< 20"])], hatched=hatched)
    assert (label.place, label.x) == (place, x)
    assert label.anchor == ("end" if place == "left" else "start")


def test_a_text_does_not_stand_on_another_bar_or_text():
    labels = bar_labels(
        AXIS, [(bar(70, 80), ["70..80"]), (bar(90, 100), ["90..100"]), (bar(150, 160), ["150"])]
    )
    assert [(label.text, label.place) for label in labels] == [("150", "right")]
    labels = bar_labels(AXIS, [(bar(140, 150), ["1..2"]), (bar(200, 210), ["3..4"]), (bar(214, 220), ["5"])])
    assert [(label.text, label.place) for label in labels] == [("1..2", "right"), ("5", "right")]


def test_the_first_of_several_texts_that_fits_is_taken():
    (label,) = bar_labels(AXIS, [(bar(66, 300), ["a text that is far too long for this bar", "< 5"])])
    assert (label.text, label.place) == ("< 5", "inside")


@pytest.mark.parametrize(
    ("tick", "bars", "place", "x"),
    [
        (150, [bar(100, 200)], "right", 154),
        (190, [bar(100, 200)], "left", 186),
        (105, [bar(100, 110)], "right", 114),
        (362, [bar(352, 364)], "left", 348),
        (300, [bar(100, 200)], "right", 304),
        (195, [bar(200, 360)], "left", 191),
        (300, [], "right", 304),
    ],
)
def test_the_text_of_a_tick_is_not_crossed_by_the_end_of_a_bar(tick, bars, place, x):
    (label,) = tick_label(AXIS, tick, "50", bars)
    assert (label.place, label.x) == (place, x)


def test_a_tick_without_room_has_no_text():
    assert tick_label(AXIS, 100, "5" * 40, []) == ()


def test_a_text_alone_is_the_first_that_fits_or_the_last():
    assert lone_label(AXIS, "short", "s")[0].text == "short"
    assert lone_label(AXIS, "long " * 20, "s")[0].text == "s"
    assert lone_label(AXIS, "long " * 20)[0].x == 66
