"""What comes of two edits of one KPI."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.documents import KpiDocument
from kpis import merge
from kpis.services import as_stored
from tests.kpis.conftest import changed

titles = st.sampled_from(["", "HRV", "Heart"])
highest = st.sampled_from([90, 95, 100])


@st.composite
def versions(draw):
    """A version of one KPI; a few values, so that two of them often agree."""
    ranges = {"min": 30, "max": draw(highest), "optimal": 50}
    document: KpiDocument = changed(title=draw(titles), owner=draw(titles), normal_range=ranges)
    return document


def test_parts_that_one_side_changed_need_no_choice():
    found = merge.parts(base=changed(), mine=changed(title="mine"), theirs=changed(owner="theirs"))
    assert {part.key: part.clashes for part in found} == {"title": False, "owner": False}
    outcome = merge.merged(mine=changed(title="mine"), differing=found, choices={})
    assert outcome == changed(title="mine", owner="theirs")


def test_a_part_that_both_changed_is_chosen():
    mine, theirs = changed(title="mine"), changed(title="theirs")
    found = merge.parts(base=changed(), mine=mine, theirs=theirs)
    assert [part.clashes for part in found] == [True]
    assert merge.merged(mine=mine, differing=found, choices={"title": "theirs"}) == theirs


def test_a_threshold_that_they_took_away_goes():
    theirs = changed(
        risk_thresholds={"critical": {"condition": "< 20", "action": "immediate_rest_recommendation"}}
    )
    found = merge.parts(base=changed(), mine=changed(title="mine"), theirs=theirs)
    outcome = merge.merged(mine=changed(title="mine"), differing=found, choices={})
    assert list(outcome.risk_thresholds) == ["critical"]


@given(versions(), versions(), versions())
def test_all_theirs_is_theirs_and_all_mine_is_mine_where_both_changed(base, mine, theirs):
    found = merge.parts(base=base, mine=mine, theirs=theirs)
    every = {part.key: merge.THEIRS for part in found}
    outcome = merge.flat(as_stored(merge.merged(mine=mine, differing=found, choices=every)))
    for part in found:
        expected = part.mine if part.theirs == part.base else part.theirs
        assert outcome.get(part.path) == expected


@given(versions(), versions())
def test_without_an_edit_of_mine_theirs_comes_out(base, theirs):
    found = merge.parts(base=base, mine=base, theirs=theirs)
    assert merge.merged(mine=base, differing=found, choices={}) == theirs
