"""The bands in words, for people who do not see the picture."""

import pytest

from contracts.bands.words import short, whole_sentence, written
from contracts.intervals import EVERYTHING, IntervalSet
from tests.contracts.bands.examples import CORTISOL, HRV, WRONG_HRV, kpi


@pytest.mark.parametrize(
    ("spec", "unit", "sentence"),
    [
        (
            HRV,
            "ms",
            "Normal 30 to 100 ms, best 50. Critical below 20 ms. Warning below 30 ms. Elevated above 100 ms. "
            "Only 1 to 250 ms is possible.",
        ),
        (
            WRONG_HRV,
            "ms",
            "Normal 30 to 100 ms, best 50. Critical below 120 ms. 30 to 100 ms is normal as well. "
            "Warning below 30 ms. Elevated above 100 ms. Only 1 to 250 ms is possible.",
        ),
        (
            CORTISOL,
            "%",
            "Normal 38 to 75 %. Warning below 20 % or above 100 %. No rule for 20 to 38 % or 75 to 100 %. "
            "Only -50 to 150 % is possible.",
        ),
        (kpi(), "ms", "No ranges and no thresholds yet."),
        (kpi((), (), critical="< 20"), "", "Critical below 20."),
        (kpi((), (None, None, 85)), "ms", "Normal range not given, best 85."),
        (kpi((), (60, 40)), "ms", "Normal range out of order."),
        (kpi((), (90, None)), "%", "Normal at least 90 %."),
        (
            kpi((0, 9), (), critical="> 9"),
            "",
            "Critical above 9. That is never possible. Only 0 to 9 is possible.",
        ),
        (kpi((), (), warning="drop >= 10% over 7d"), "ms", "Warning at a drop of at least 10 % over 7 days."),
        (
            kpi((), (), critical="< abc", warning=" "),
            "",
            "Critical cannot be read. Warning has no condition yet.",
        ),
        (
            kpi((), (0, 2), warning="3..4"),
            "h",
            "Normal 0 to 2 h. Warning 3 to 4 h. No rule for 2 to 3 h or above 4 h.",
        ),
    ],
)
def test_the_picture_is_told_in_sentences(spec, unit, sentence):
    assert whole_sentence(spec, unit) == sentence


@pytest.mark.parametrize(
    ("numbers", "as_label", "as_typed"),
    [
        (IntervalSet.below_number(20), "< 20", "< 20"),
        (IntervalSet.below_number(20, closed=True), "<= 20", "<= 20"),
        (IntervalSet.above_number(20), "> 20", "> 20"),
        (IntervalSet.above_number(20, closed=True), ">= 20", ">= 20"),
        (IntervalSet.between(30, 100), "30 to 100", "30..100"),
        (IntervalSet.between(5, 5), "5", "== 5"),
        (EVERYTHING, "any", "any"),
    ],
)
def test_an_interval_is_written_shortly(numbers, as_label, as_typed):
    (interval,) = numbers
    assert (short(interval), written(interval)) == (as_label, as_typed)
