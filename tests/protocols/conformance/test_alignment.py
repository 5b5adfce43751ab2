"""Declared and actual side by side."""

from protocols.conformance import Found, Row, aligned, judge
from protocols.conformance.examples import LOOKED, minutes, run, step


def shown(facts):
    rows: list[Row[Found]] = aligned(facts)
    return [(one.declared, one.actual, one.has_moved) for one in rows]


def test_what_is_not_done_stands_on_one_side():
    facts = run(step(1, "a", 1), step(2, "b"), step(3, "c", state="skipped", finished=minutes(3)))
    assert shown(facts) == [("a", "a", False), ("b", "", False), ("c", "", False)]


def test_what_is_not_declared_stands_where_it_was_done():
    facts = run(
        step(1, "a", 1), step(2, "b", 5), step(3, "x", 3, declared=False), step(4, "y", 0, declared=False)
    )
    assert shown(facts) == [("", "y", False), ("a", "a", False), ("", "x", False), ("b", "b", False)]


def test_what_moved_stands_in_both_places_and_differs_where_it_was_done():
    facts = run(step(1, "a", 9), step(2, "b", 2), step(3, "c", 3))
    rows = aligned(facts, judge(facts, (), LOOKED))
    assert [(one.declared, one.actual) for one in rows] == [("a", ""), ("b", "b"), ("c", "c"), ("", "a")]
    assert [[one.rule for one in row.differs] for row in rows] == [[], [], [], ["RUN004"]]
    assert [one.is_same for one in rows] == [False, True, True, False]


def test_a_run_without_steps_has_no_rows():
    assert aligned(run()) == []
