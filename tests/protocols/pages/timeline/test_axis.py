"""Where a moment stands: time as it is while something happens, and quiet times made short."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.evaluation import SECOND
from protocols.pages.run.timeline.axis import LETTER, QUIET_WIDTH, axis, quiet_labels, ticks
from tests.protocols.pages.stories import AT, MINUTE

LEFT, RIGHT = 100.0, 740.0
moments = st.lists(st.integers(AT, AT + 40 * 86_400 * SECOND), max_size=60)


def made(*minutes: float):
    """An axis of events at these minutes."""
    at = [AT + round(minute * MINUTE) for minute in minutes]
    return axis(at, min(at), max(at), LEFT, RIGHT)


@given(moments, moments)
def test_what_is_later_never_stands_further_left(found, asked):
    shown = axis(found, min(found, default=AT), max(found, default=AT), LEFT, RIGHT)
    places = [shown.x(at) for at in sorted(asked)]
    assert places == sorted(places)
    assert all(LEFT <= x <= RIGHT for x in places)


@given(moments)
def test_it_has_no_hole_and_fills_its_room(found):
    shown = axis(found, min(found, default=AT), max(found, default=AT), LEFT, RIGHT)
    for one, after in zip(shown.parts, shown.parts[1:], strict=False):
        assert (one.end, one.right) == (after.start, after.left)
        assert one.is_quiet != after.is_quiet
    assert shown.left == LEFT
    assert abs(shown.right - RIGHT) < 0.01


@given(moments)
def test_no_label_runs_into_another(found):
    shown = axis(found, min(found, default=AT), max(found, default=AT), LEFT, RIGHT)
    spans = sorted(
        (one.x - len(one.label) * LETTER / 2, one.x + len(one.label) * LETTER / 2)
        for one in (*ticks(shown), *quiet_labels(shown))
    )
    assert all(end <= begin for (_, end), (begin, _) in zip(spans, spans[1:], strict=False))
    assert all(end <= RIGHT + 0.01 for _, end in spans)


def test_a_long_wait_after_a_burst_is_made_short_and_says_how_long():
    shown = made(0, 0.7, 1.2, 5.2, 138)
    (quiet,) = shown.quiet
    assert (quiet.label, quiet.width) == ("2 h quiet", QUIET_WIDTH)
    assert shown.x(AT + MINUTE) - shown.x(AT) > 90


def test_waits_that_are_alike_stay_as_they_are():
    assert not made(0, 20, 40, 60, 80).quiet


def test_a_short_wait_stays_as_it_is():
    assert not made(0, 0.1, 0.2, 9).quiet


def test_one_moment_is_an_axis_too():
    assert made(0).x(AT) == LEFT


def test_times_are_round():
    labels = [one.label for one in ticks(made(0, 7, 15, 24))]
    assert labels[:3] == ["12:00", "12:05", "12:10"]


def test_another_day_is_said():
    labels = [one.label for one in ticks(made(0, 300, 600, 900, 1200))]
    assert any(label.startswith("25 Nov") for label in labels)
