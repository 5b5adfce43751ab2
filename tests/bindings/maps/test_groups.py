"""Large rosters in groups, drawn so that they fit a screen."""

from collections import Counter
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bindings.maps import Line, Member, group_map, grouped, neighbourhood
from bindings.maps.groups import GROUPS_AT_MOST
from contracts.severity import Severity

NAMES = [f"A_{number}" for number in range(60)]


def lines_of(*pairs: tuple[str, str]) -> list[Line]:
    return [Line(source, target, Severity.WARNING) for source, target in pairs]


@st.composite
def rosters(draw):
    members = [Member(name, tag=draw(st.sampled_from(["", "x", "y"]))) for name in NAMES]
    pairs = draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=120))
    return members, lines_of(*pairs)


@given(rosters())
def test_everybody_is_in_one_group_and_the_picture_fits_a_screen(roster):
    groups = grouped(*roster)
    assert sorted(member.name for group in groups for member in group.members) == sorted(NAMES)
    assert len({group.key for group in groups}) == len(groups) <= GROUPS_AT_MOST
    drawn = group_map(groups, roster[1])
    assert (drawn.width, len(drawn.boxes)) == (960, len(groups))
    assert drawn.height <= 700
    assert grouped(*roster) == groups


@pytest.mark.parametrize("size", [31, 200, 1000])
def test_a_ring_of_any_size_is_a_few_groups_of_neighbours(size):
    names = [f"A_{number}" for number in range(size)]
    groups = grouped([Member(name) for name in names], lines_of(*pairwise([*names, names[0]])))
    assert 2 <= len(groups) <= GROUPS_AT_MOST


def test_those_who_hand_over_to_each_other_most_are_together():
    pairs = [*combinations(NAMES[:6], 2), *combinations(NAMES[6:12], 2), (NAMES[0], NAMES[6])]
    groups = grouped([Member(name) for name in NAMES], lines_of(*pairs))
    found = Counter(len(group.members) for group in groups)
    assert found == {12: 1, 48: 1} or found == {6: 2, 48: 1}
    assert groups[-1].title == "Without hand-offs"


def test_tags_come_before_hand_offs_where_everybody_has_one():
    members = [Member(name, tag="sleep" if number % 2 else "heart") for number, name in enumerate(NAMES)]
    groups = grouped(members, lines_of(*pairwise(NAMES)))
    assert [group.title for group in groups] == ["heart", "sleep"]
    drawn = group_map(groups, lines_of(*pairwise(NAMES)))
    assert len(drawn.edges) == 2
    assert "heart asks sleep: 30 hand-offs" in drawn.edges[0].words


def test_no_two_boxes_meet():
    boxes = group_map(grouped([Member(name) for name in NAMES], lines_of(*pairwise(NAMES))), []).boxes
    places = {(box.x, box.y) for box in boxes}
    assert len(places) == len(boxes)
    assert all(
        abs(one.y - other.y) >= one.height for one, other in combinations(boxes, 2) if one.x == other.x
    )


def test_the_nearest_are_shown_and_the_rest_counted():
    members = [Member(name) for name in NAMES]
    lines = lines_of(*((NAMES[0], name) for name in NAMES[1:41]))
    near = neighbourhood(members, lines, NAMES[0], 1, 30)
    assert (len(near.members), near.more) == (30, 11)
    assert near.members[0].name == NAMES[0]
    assert len(neighbourhood(members, lines, NAMES[5], 1, 30).members) == 2
