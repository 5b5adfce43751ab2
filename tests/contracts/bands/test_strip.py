"""The line of a list: segments with the worst that is said about each value."""

from decimal import Decimal

import pytest
from hypothesis import given

from contracts.bands import Segment, strip
from contracts.bands.axis import axis_of
from contracts.bands.regions import by_worst
from tests.contracts.bands.examples import CORTISOL, HRV, WRONG_HRV, kpi, kpis


def kinds(spec):
    return [segment.kind for segment in strip(spec).segments]


def test_segments_follow_each_other_with_the_worst_severity_of_each():
    assert strip(kpi((0, 100), (50, 100, 75), warning="< 40", critical="< 20"), "", 200).segments == (
        Segment("critical", 0, 40),
        Segment("warning", 40, 40),
        Segment("unclassified", 80, 20),
        Segment("normal", 100, 100),
    )


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        (HRV, ["critical", "warning", "normal", "info"]),
        (WRONG_HRV, ["critical", "info"]),
        (CORTISOL, ["warning", "unclassified", "normal", "unclassified", "warning"]),
        (
            kpi((0, 100), (90, None), warning="80..89", critical="< 80"),
            ["critical", "warning", "unclassified", "normal"],
        ),
        (kpi((0, 100), (40, 60), warning="< abc"), ["unclassified", "normal", "unclassified"]),
        (kpi((0, 9), (), warning="drop > 5% over 1d"), ["unclassified"]),
        (kpi(), []),
    ],
)
def test_kinds_of_segments(spec, found):
    assert kinds(spec) == found


def test_a_severity_of_a_single_number_can_still_be_seen():
    segments = strip(kpi((0, 100), (0, 100), critical="== 0 or == 50 or == 100"), "", 100).segments
    assert [(s.kind, s.x, s.width) for s in segments] == [
        ("critical", 0, 2),
        ("normal", 2, 46),
        ("critical", 48, 2),
        ("normal", 50, 48),
        ("critical", 98, 2),
    ]


def test_the_best_value_and_the_sentence_go_with_the_line():
    drawn = strip(HRV, "ms")
    assert (drawn.width, drawn.tick) == (160, 31.49)
    assert drawn.sentence.startswith("Normal 30 to 100 ms, best 50.")
    assert strip(kpi((0, 9), (1, 2, 10))).tick is None


@given(kpis)
def test_segments_fill_the_line_without_gap_or_overlap(spec):
    end, before = 0.0, ""
    for segment in strip(spec).segments:
        assert segment.x == pytest.approx(end, abs=0.02)
        assert segment.width > 0
        assert segment.kind != before
        end, before = segment.x + segment.width, segment.kind
    assert end == pytest.approx(160 if axis_of(spec, 0, 160) else 0, abs=0.02)


@given(kpis)
def test_the_middle_of_a_wide_segment_is_of_its_kind(spec):
    axis, shares = axis_of(spec, 0, 160), dict(by_worst(spec))
    for segment in strip(spec).segments:
        if segment.width > 30 and axis:
            middle = axis.low + (axis.high - axis.low) * Decimal((segment.x + segment.width / 2) / 160)
            near = [middle + (axis.high - axis.low) * step / 1000 for step in range(-90, 91)]
            assert any(number in shares[segment.kind] for number in near)
