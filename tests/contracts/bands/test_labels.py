"""Texts in a row: inside, right or left of a bar, never over another and never out of the picture."""

from decimal import Decimal

import pytest

from contracts.bands.axis import Axis, Stretch
from contracts.bands.labels import bar_labels, lone_label, marked_label, tick_label

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
    ("tick", "stretch", "text", "place", "x"),
    [
        (190, bar(100, 360), "30 to 100, best 50", "inside", 196),
        (300, bar(100, 360), "30 to 100, best 50", "inside", 106),
        (100, bar(100, 300), "0 to 2, best 0", "inside", 106),
        (150, bar(100, 200), "30 to 100, best 50", "right", 204),
        (350, bar(344, 364), "90 to 100, best 95", "left", 340),
        (205, bar(100, 200), "30 to 100", "inside", 106),
        (230, bar(200, 260), "30 to 100", "right", 264),
    ],
)
def test_a_range_is_written_where_the_mark_of_its_best_value_does_not_run_through_it(
    tick, stretch, text, place, x
):
    (label,) = marked_label(AXIS, tick, stretch, [text])
    assert (label.text, label.place, label.x) == (text, place, x)


def test_a_range_without_room_for_its_best_value_is_written_without():
    (label,) = marked_label(AXIS, 150, bar(70, 240), ["30 to 100, best 50", "30 to 100"])
    assert label.text == "30 to 100"
    assert marked_label(AXIS, 150, bar(70, 360), ["5" * 40]) == ()


@pytest.mark.parametrize(("tick", "place", "x"), [(150, "right", 154), (340, "left", 336)])
def test_a_mark_alone_has_its_text_beside_it(tick, place, x):
    (label,) = tick_label(AXIS, tick, "best 50")
    assert (label.place, label.x) == (place, x)
    assert tick_label(AXIS, 100, "5" * 40) == ()


def test_a_text_alone_is_the_first_that_fits_or_the_last():
    assert lone_label(AXIS, "short", "s")[0].text == "short"
    assert lone_label(AXIS, "long " * 20, "s")[0].text == "s"
    assert lone_label(AXIS, "long " * 20)[0].x == 66
