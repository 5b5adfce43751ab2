"""What happens now, on the map."""

from bindings.maps import Lights, Line, Mark, Member, lit, roster_map
from contracts.severity import Severity

DRAWN = roster_map(
    [Member("A"), Member("B"), Member("C")],
    [Line("A", "B", Severity.CRITICAL), Line("A", "B", Severity.WARNING), Line("A", "C", Severity.CRITICAL)],
)


def test_agents_and_hand_offs_carry_marks_and_say_them():
    lights = Lights(
        {"A": Mark("critical", "2 critical", "Open runs: 2 critical.")},
        {("A", "B"): Mark("offered", "1 waiting", "In the last hour: 1 waiting.")},
    )
    found = lit(DRAWN, lights)
    assert {node.member.name: node.mark and node.mark.label for node in found.nodes} == {
        "A": "2 critical", "B": None, "C": None,
    }  # fmt: skip
    assert [(edge.line.target, edge.mark and edge.mark.label) for edge in found.edges] == [
        ("B", "1 waiting"), ("B", ""), ("C", None),
    ]  # fmt: skip
    assert found.nodes[0].words.endswith("Open runs: 2 critical.")
    assert found.edges[0].words.endswith("In the last hour: 1 waiting.")


def test_what_no_contract_declares_is_said_and_makes_no_circle():
    lines = [Line("A", "B", Severity.CRITICAL), Line("B", "A", None)]
    drawn = roster_map([Member("A"), Member("B")], lines)
    assert not any(node.circular for node in drawn.nodes)
    assert [(edge.label, edge.words) for edge in drawn.edges] == [
        ("critical", "A asks B when anything it watches is critical"),
        ("not declared", "B asks A, though no contract in force declares it"),
    ]


def test_nothing_moves_by_it():
    assert lit(DRAWN, Lights()) == DRAWN
