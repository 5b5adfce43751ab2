"""States over time as one line."""

from contracts.evaluation import SECOND
from telemetry.models import Transition
from telemetry.pages.span import Span
from telemetry.pages.strips import shares, strip

SPAN = Span(0, 600)


def changed(at: int, before: int, after: int) -> Transition:
    return Transition(at=at * SECOND, before=before, after=after)


def drawn(*transitions: Transition, state: int = 0) -> list[tuple[str, float, float]]:
    return [(one.kind, one.x, one.width) for one in strip(transitions, state, SPAN)]


def test_without_a_change_it_is_one_state_all_the_time():
    assert drawn(state=2) == [("warning", 0, 600)]


def test_each_change_begins_another_segment():
    assert drawn(changed(100, 0, 3), changed(300, 3, 0)) == [
        ("normal", 0, 100),
        ("critical", 100, 200),
        ("normal", 300, 300),
    ]


def test_a_change_at_the_very_beginning_leaves_nothing_before_it():
    assert drawn(changed(0, 0, 3)) == [("critical", 0, 600)]


def test_several_changes_at_one_moment_are_the_last_of_them():
    assert drawn(changed(100, -1, 0), changed(100, 0, 3)) == [("unknown", 0, 100), ("critical", 100, 500)]


def test_a_short_one_can_be_seen():
    span = Span(0, 2_592_000)
    (_, short, _) = strip([changed(1000, 0, 3), changed(1060, 3, 0)], 0, span)
    assert (short.kind, short.width) == ("critical", 1.5)


def test_all_of_it_is_told_in_a_sentence():
    said = shares(strip([changed(150, 0, 3)], 3, SPAN))
    assert said == "critical 75% of the time, normal 25% of the time"
