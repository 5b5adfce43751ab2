"""Which column each agent stands in, and which hand-offs go in a circle."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bindings.maps.layers import Line, columns_of, in_circle, layered, leading_back
from contracts.severity import Severity

NAMES = [f"AGENT_{number}" for number in range(8)]


def lines_of(*pairs: str) -> list[Line]:
    """``"A>B"`` is a hand-off from A to B."""
    ends = (pair.split(">") for pair in pairs)
    return [Line(source, target, Severity.CRITICAL) for source, target in ends]


@st.composite
def rosters(draw):
    pairs = draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=25))
    return [Line(source, target, Severity.CRITICAL) for source, target in pairs if source != target]


def test_who_is_asked_stands_right_of_who_asks():
    layers = layered(["C", "B", "A"], lines_of("A>B", "B>C", "A>C"))
    assert [[slot.agent for slot in column if slot.agent] for column in layers.columns] == [
        ["A"],
        ["B"],
        ["C"],
    ]


def test_a_long_line_passes_through_a_slot_of_its_own():
    layers = layered(["A", "B", "C"], lines_of("A>B", "B>C", "A>C"))
    assert [slot.line for slot in layers.chains[2]] == [-1, 2, -1]


def test_a_circle_is_told_from_a_hand_off_into_it():
    lines = lines_of("X>A", "A>B", "B>A", "B>Y")
    assert in_circle(lines) == [False, True, True, False]


@given(rosters())
def test_without_the_lines_turned_round_nobody_is_asked_by_anyone_further_right(lines):
    back = leading_back(NAMES, lines)
    ends = [
        (line.target, line.source) if n in back else (line.source, line.target)
        for n, line in enumerate(lines)
    ]
    column = columns_of(NAMES, ends)
    assert all(column[left] < column[right] for left, right in ends)


@given(rosters())
def test_every_line_is_a_chain_from_column_to_column(lines):
    layers = layered(NAMES, lines)
    for chain in layers.chains:
        assert all(b.column == a.column + 1 for a, b in pairwise(chain))
        assert all(slot in layers.columns[slot.column] for slot in chain)


@given(rosters())
def test_only_what_lies_in_a_circle_is_turned_round(lines):
    circles = in_circle(lines)
    assert all(circles[number] for number in leading_back(NAMES, lines))


@given(rosters())
def test_a_line_is_in_a_circle_when_its_end_leads_to_its_beginning(lines):
    def leads(start: str, end: str) -> bool:
        reached, waiting = set(), [start]
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += [line.target for line in lines if line.source == name]
        return end in reached

    assert in_circle(lines) == [leads(line.target, line.source) for line in lines]
