"""Where the parts of a KPI meet, and where nothing is said."""

import pytest
from hypothesis import given

from contracts.bands.regions import by_worst, overlap, unclassified
from contracts.intervals import EMPTY, EVERYTHING
from tests.contracts.bands.examples import CORTISOL, HRV, WRONG_HRV, kpi, kpis


@pytest.mark.parametrize(
    ("spec", "gaps"),
    [
        (HRV, "empty"),
        (WRONG_HRV, "empty"),
        (CORTISOL, "[20, 38) or (75, 100]"),
        (kpi((0, 100), (70, 100), warning="< 60"), "[60, 70)"),
        (kpi((0, 100), (70, 90), warning="< 60"), "[60, 70)"),
        (kpi((0, 60), (10, 25), warning="26..36", critical="> 36"), "(25, 26)"),
        (kpi((0, 60), (10, 25), warning="26..36"), "(25, 26) or (36, 60]"),
        (kpi((), (0, 2), warning="> 4"), "(2, 4]"),
        (kpi((), (0, 2), warning="3..4"), "(2, 3) or (4, inf)"),
        (kpi((), (), critical="< 20"), "empty"),
        (kpi((0, 100), (40, 60)), "empty"),
        (kpi((0, 100), (40, 60), warning="drop > 5% over 1d"), "empty"),
    ],
)
def test_a_gap_is_what_nothing_is_said_about_on_a_side_with_a_threshold(spec, gaps):
    assert str(unclassified(spec)) == gaps


def test_a_threshold_overlaps_the_normal_range_unless_it_is_only_a_remark():
    critical, warning, _ = WRONG_HRV.triggers
    assert (str(overlap(WRONG_HRV, critical)), overlap(WRONG_HRV, warning)) == ("[30, 100]", EMPTY)
    remark = kpi((1, 250), (30, 100), elevated="> 90")
    assert not overlap(remark, remark.triggers[0])


@given(kpis)
def test_every_number_is_shared_out_once(spec):
    whole = EMPTY
    for _, share in by_worst(spec):
        assert not whole & share
        whole |= share
    assert whole == EVERYTHING
    assert unclassified(spec) <= dict(by_worst(spec))["unclassified"] & spec.possible
