"""The picture of the bands: its rows, bars and texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.bands import Bar, picture
from contracts.bands.axis import text_width
from tests.contracts.bands.examples import CORTISOL, HRV, WRONG_HRV, kpi, kpis


def rows(spec, unit="ms"):
    return {row.name: row for row in picture(spec, unit).rows}


def texts(row):
    return [label.text for label in row.labels]


def test_rows_are_the_normal_range_then_the_worst_severity_first():
    drawn = picture(kpi((1, 250), (30, 100, 50), elevated="> 100", warning="< 30", critical="< 20"), "ms")
    assert [(row.kind, row.name) for row in drawn.rows] == [
        ("normal", "normal"),
        ("critical", "critical"),
        ("warning", "warning"),
        ("info", "elevated"),
    ]
    assert [row.y for row in drawn.rows] == [8, 38, 68, 98]
    assert (drawn.width, drawn.height, drawn.axis_y, drawn.ticks_y) == (364, 150, 128, 145)
    assert drawn.rows[0].text_y == 22


def test_bars_run_from_end_to_end_on_the_axis():
    drawn = rows(HRV)
    assert drawn["normal"].bars == (Bar("normal", 100.71, 83.77, "closed", "closed"),)
    assert drawn["critical"].bars == (Bar("critical", 66, 22.74, "edge", "open"),)
    assert drawn["elevated"].bars == (Bar("info", 184.48, 179.52, "open", "edge"),)


def test_texts_are_the_conditions_and_the_best_value():
    drawn = rows(HRV)
    assert [texts(row) for row in drawn.values()] == [["30 to 100, best 50"], ["< 20"], ["< 30"], ["> 100"]]
    assert drawn["normal"].tick == 124.64
    assert drawn["critical"].words == "Critical below 20 ms."


def test_the_normal_range_is_written_and_not_only_its_best_value():
    debt = kpi((0, 168), (0, 2, 0), warning="> 4", critical="> 8")
    assert texts(rows(debt)["normal"]) == ["0 to 2, best 0"]


def test_without_a_best_value_the_normal_range_is_written():
    assert texts(rows(CORTISOL)["normal"]) == ["38 to 75"]


def test_where_critical_overlaps_normal_it_is_hatched_and_the_text_stands_beside():
    critical = rows(WRONG_HRV)["critical"]
    assert critical.overlaps == (Bar("overlap", 100.71, 83.77, "closed", "closed"),)
    assert [(label.text, label.place) for label in critical.labels] == [("< 120", "right")]
    assert critical.words == "Critical below 120 ms. 30 to 100 ms is normal as well."


def test_what_nothing_is_said_about_has_a_row_of_its_own():
    gap = picture(CORTISOL, "%").rows[-1]
    assert (gap.kind, gap.name, gap.words) == ("gap", "no rule", "No rule for 20 to 38 % or 75 to 100 %.")
    assert [(bar.kind, bar.starts, bar.ends) for bar in gap.bars] == [
        ("gap", "closed", "open"),
        ("gap", "open", "closed"),
    ]


def test_a_condition_of_two_sides_has_two_bars_with_their_own_texts():
    warning = rows(CORTISOL)["warning"]
    assert (len(warning.bars), texts(warning)) == (2, ["< 20", "> 100"])


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (kpi((0, 9), (), warning="drop >= 10% over 7d"), "a drop of at least 10 % over 7 days"),
        (kpi((0, 9), (), warning="< abc"), "cannot be read"),
        (kpi((0, 9), (), warning=""), "has no condition yet"),
        (kpi((0, 9), (), warning="> 9"), "> 9 is never possible"),
    ],
)
def test_a_threshold_that_cannot_be_drawn_is_told_in_its_row(spec, text):
    warning = rows(spec)["warning"]
    assert (warning.bars, texts(warning)) == ((), [text])


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (kpi((0, 9)), "not given"),
        (kpi((0, 9), (5, 1)), "out of order"),
        (kpi((0, 9), (20, 30)), "never possible"),
    ],
)
def test_a_normal_range_that_cannot_be_drawn_is_told_in_its_row(spec, text):
    assert texts(rows(spec)["normal"]) == [text]


def test_a_drop_is_told_beside_the_bar_where_there_is_room():
    assert texts(rows(kpi((0, 100), (), warning="< 20 or drop > 5% over 1d"))["warning"]) == [
        "< 20 or drop > 5% over 1d"
    ]
    assert texts(rows(kpi((0, 100), (), warning="< 55 or drop > 5% over 1d"))["warning"]) == ["< 55"]


@pytest.mark.parametrize(
    ("spec", "tick"), [(kpi((0, 100), (40, 60, 90)), 334.2), (kpi((0, 100), (40, 60, 101)), None)]
)
def test_a_best_value_outside_the_normal_range_is_shown_if_it_is_on_the_axis(spec, tick):
    assert rows(spec)["normal"].tick == tick


def test_as_long_as_there_is_no_number_there_is_only_a_sentence():
    drawn = picture(kpi((), (), warning="rise > 5% over 1h"), "ms")
    assert (drawn.axis, drawn.rows, drawn.ticks) == (None, (), ())
    assert drawn.sentence == "Warning at a rise of more than 5 % over 1 hour."


@given(kpis, st.sampled_from(["", "ms", "mL/kg/min"]), st.sampled_from([240, 364, 700]))
def test_nothing_collides_or_leaves_the_picture(spec, unit, width):
    drawn = picture(spec, unit, width)
    assert drawn.sentence
    for row in drawn.rows:
        for bar in (*row.bars, *row.overlaps):
            assert bar.x >= 66
            assert bar.x + bar.width <= width
            assert bar.width >= 3
        assert_apart([label.span for label in row.labels])
        for label in row.labels:
            assert label.place == "alone" or (label.span[0] >= 66 and label.span[1] <= width)
            if row.kind != "normal" and label.place in ("left", "right"):
                assert_apart([label.span, *((bar.x, bar.x + bar.width) for bar in row.bars)], only=label.span)
    assert_apart([text_span(tick) for tick in drawn.ticks])
    assert all(text_span(tick)[0] >= 0 and text_span(tick)[1] <= width for tick in drawn.ticks)


def assert_apart(spans, only=None):
    for index, (start, end) in enumerate(spans):
        for other in spans[index + 1 :]:
            if only is None or only in ((start, end), other):
                assert end <= other[0] or other[1] <= start


def text_span(tick):
    wide = text_width(tick.text)
    start = tick.text_x - {"start": 0, "middle": wide / 2, "end": wide}[tick.anchor]
    return (start, start + wide)
