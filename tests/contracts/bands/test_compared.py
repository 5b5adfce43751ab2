"""Two versions of a KPI on one axis."""

from decimal import Decimal

from hypothesis import given

from contracts.bands import compared_picture, shifts
from tests.contracts.bands.examples import HRV, kpi, kpis

STRICTER = kpi((1, 250), (30, 100, 50), critical="< 25", warning="< 30", elevated="> 100")


def ages(before, after) -> list[tuple[str, str]]:
    return [(line.row.kind, line.age) for line in compared_picture(before, after, "ms").lines]


def told(before, after) -> list[str]:
    return [shift.told("ms") for shift in shifts(before, after)]


def test_what_changed_has_two_lines_and_what_did_not_has_one():
    assert ages(HRV, STRICTER) == [
        ("normal", ""),
        ("critical", "was"),
        ("critical", "now"),
        ("warning", ""),
        ("info", ""),
    ]


def test_both_versions_stand_on_the_same_axis():
    wide = kpi((), (30, 300, 50), critical="< 20")
    drawn = compared_picture(HRV, wide, "ms")
    assert drawn.axis
    assert drawn.axis.low <= 1
    assert drawn.axis.high >= 300
    was, now = (line.row.bars[0] for line in drawn.lines[:2])
    assert was.x == now.x
    assert was.width < now.width


def test_the_shift_says_which_values_become_what():
    assert told(HRV, STRICTER) == ["20 to below 25 ms was warning and becomes critical"]
    assert told(STRICTER, HRV) == ["20 to below 25 ms was critical and becomes warning"]


def test_values_that_nobody_speaks_of_any_more_are_told():
    assert told(HRV, kpi((1, 250), (30, 100, 50), critical="< 20", warning="< 30")) == [
        "above 100 to 250 ms was elevated and has no rule any more"
    ]


def test_what_is_impossible_changes_no_side():
    assert told(kpi((10, 250), (30, 100), critical="< 5"), kpi((10, 250), (30, 100), critical="< 8")) == []


def test_of_an_agent_it_is_told_whether_it_acts():
    assert [shift.told_of("NEUROS", "ms") for shift in shifts(HRV, STRICTER)] == [
        "20 to below 25 ms: NEUROS acts as critical, no longer as warning"
    ]
    wider = kpi((1, 250), (30, 110, 50), critical="< 20", warning="< 30")
    told_of = [(shift.told_of("NEUROS", "ms"), shift.concerns_agents) for shift in shifts(HRV, wider)]
    assert told_of == [
        ("above 100 to 110 ms: NEUROS no longer acts (was elevated)", True),
        ("above 110 to 250 ms: NEUROS no longer acts (was elevated)", True),
    ]
    assert [shift.concerns_agents for shift in shifts(kpi((1, 9), (2, 3)), kpi((1, 9), (2, 4)))] == [False]


def test_a_severity_that_comes_or_goes_is_none_on_the_other_side():
    without = kpi((1, 250), (30, 100, 50), critical="< 20", warning="< 30")
    lines = [line for line in compared_picture(HRV, without).lines if line.row.kind == "info"]
    assert [(line.age, line.row.labels[0].text) for line in lines] == [("was", "> 100"), ("now", "none")]


def test_a_change_over_time_is_told_in_words():
    was, now = kpi((1, 9), warning="drop >= 10% over 7d"), kpi((1, 9), warning="> 8")
    lines = compared_picture(was, now, width=600).lines
    texts = [line.row.labels[0].text for line in lines if line.row.kind == "warning"]
    assert texts == ["a drop of at least 10 % over 7 days", "> 8"]


def test_without_any_number_the_sentence_is_all_there_is():
    drawn = compared_picture(kpi(), kpi())
    assert (drawn.axis, drawn.lines) == (None, ())
    assert drawn.sentence.startswith("Before: ")


@given(kpis, kpis)
def test_lines_stand_below_each_other_and_inside_the_picture(before, after):
    drawn = compared_picture(before, after, "ms")
    tops = [line.row.y for line in drawn.lines]
    assert tops == sorted(set(tops))
    assert all(top + drawn.bar_height <= drawn.axis_y for top in tops)
    for line in drawn.lines:
        for bar in line.row.bars:
            assert drawn.axis
            assert drawn.axis.left <= bar.x
            assert bar.x + bar.width <= drawn.axis.right + 0.02


@given(kpis, kpis)
def test_shifts_never_overlap_and_nothing_shifts_to_what_it_was(before, after):
    found = shifts(before, after)
    for number, one in enumerate(found):
        assert one.was != one.becomes
        assert all(not one.values & other.values for other in found[number + 1 :])
    assert not [shift for shift in shifts(before, before) if Decimal(0) in shift.values]
