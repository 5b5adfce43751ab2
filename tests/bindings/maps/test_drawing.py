"""The roster map: nothing on it meets anything else, at any size."""

from itertools import combinations
from time import process_time

import pytest

from bindings.maps import Line, Member, roster_map
from contracts.bands.axis import text_width
from contracts.severity import Severity

SEVERITIES = list(Severity)


def roster(size: int, asked: int = 2):
    """So many agents, each asking some others; every seventh hand-off goes back."""
    members = [Member(f"AGENT_{n}", kpis=tuple(f"kpi_{k}" for k in range(n % 7))) for n in range(size)]
    lines = []
    for n in range(size * 2 // 3):
        for step in range(asked):
            target = (n - 3) % size if (n + step) % 7 == 6 else (n * 3 + step * 5 + 1) % size
            if target != n:
                lines.append(Line(f"AGENT_{n}", f"AGENT_{target}", SEVERITIES[(n + step) % 3], "a reason"))
    return members, lines


def meet(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("size", [1, 2, 9, 40, 106])
def test_no_two_boxes_and_no_two_words_meet(size):
    drawn = roster_map(*roster(size))
    boxes = [(n.x, n.y, n.x + n.width, n.y + n.height) for n in drawn.nodes]
    words = [(e.label_x, e.label_y - 11, e.label_x + e.label_width, e.label_y + 3) for e in drawn.edges]
    assert len(boxes) == size
    assert not any(meet(one, other) for one, other in combinations([*boxes, *words], 2))
    assert all(
        x >= 0 and y >= 0 and right <= drawn.width and low <= drawn.height for x, y, right, low in boxes
    )


@pytest.mark.parametrize("size", [9, 106])
def test_the_same_roster_is_drawn_the_same(size):
    assert roster_map(*roster(size)) == roster_map(*roster(size))


def test_a_roster_of_a_hundred_is_drawn_while_one_waits():
    members, lines = roster(106)
    started = process_time()
    roster_map(members, lines)
    assert process_time() - started < 1


def test_a_circle_stands_out_on_its_agents_and_its_lines():
    lines = [
        Line("A", "B", Severity.CRITICAL),
        Line("B", "A", Severity.WARNING),
        Line("B", "C", Severity.INFO),
    ]
    drawn = roster_map([Member("A"), Member("B"), Member("C")], lines)
    assert [edge.circular for edge in drawn.edges] == [True, True, False]
    assert {node.member.name for node in drawn.nodes if node.circular} == {"A", "B"}
    assert "in a circle" in drawn.edges[0].words


def test_agents_without_hand_offs_stand_below_the_others():
    drawn = roster_map([Member("ALONE"), Member("A"), Member("B")], [Line("A", "B", Severity.CRITICAL)])
    by_name = {node.member.name: node for node in drawn.nodes}
    assert by_name["ALONE"].y > by_name["A"].y + by_name["A"].height


def test_a_name_without_end_is_shortened_and_its_words_are_whole():
    (node,) = roster_map([Member("N" * 90, kpis=("k" * 90,))], []).nodes
    assert text_width(node.label, strong=True) <= node.width
    assert text_width(node.kpis[0].text) <= node.width
    assert "N" * 90 in node.words


def test_of_many_kpis_a_few_are_named_and_the_rest_counted():
    (node,) = roster_map([Member("A", kpis=tuple("abcdefgh"))], []).nodes
    assert [text.text for text in node.kpis] == ["a", "b", "c", "d", "and 4 more"]


def test_an_empty_roster_has_no_nodes():
    assert roster_map([], []).nodes == ()


def test_a_hand_off_that_no_contract_declares_moves_nothing():
    members, lines = roster(40)
    beside = [
        Line("AGENT_3", "AGENT_20", None),
        Line("AGENT_39", "AGENT_38", None),
        Line("AGENT_20", "AGENT_3", None),
    ]
    before, after = roster_map(members, lines), roster_map(members, [*lines, *beside])
    assert after.nodes == before.nodes
    assert after.edges[: len(before.edges)] == before.edges
    drawn = after.edges[len(before.edges) :]
    assert [(edge.line.source, edge.line.target, edge.label) for edge in drawn] == [
        (line.source, line.target, "not declared") for line in beside
    ]


def test_a_circle_through_agents_that_are_not_shown_is_one():
    lines = [Line("A", "B", Severity.CRITICAL), Line("B", "C", Severity.INFO), Line("C", "A", Severity.INFO)]
    (edge,) = roster_map([Member("A"), Member("B")], lines).edges
    assert edge.circular
