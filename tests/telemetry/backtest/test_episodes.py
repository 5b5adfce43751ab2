"""What a person's transitions come to."""

from hypothesis import given
from hypothesis import strategies as st

from contracts.evaluation import State, Transition
from telemetry.backtest.episodes import SEVERITIES, course

UNTIL = 1000
SHORT = {"?": State.UNKNOWN, "n": State.NORMAL, "i": State.INFO, "w": State.WARNING, "c": State.CRITICAL}


def transitions(*steps: tuple[int, str]) -> list[Transition]:
    before, found = State.UNKNOWN, []
    for at, word in steps:
        found.append(Transition(at, before, SHORT[word], "value", ""))
        before = SHORT[word]
    return found


def test_a_worse_severity_is_within_the_episode_of_the_lesser_one():
    found = course(transitions((0, "w"), (10, "c"), (20, "w"), (50, "n")), 0, UNTIL)
    warning, critical = found.reached["warning"], found.reached["critical"]
    assert (warning.episodes, warning.time, critical.episodes, critical.time) == (1, 50, 1, 10)
    assert found.times == {"critical": 10, "warning": 40, "info": 0, "normal": 950, "unknown": 0}


def test_silence_ends_no_episode_and_is_no_time_at_it():
    found = course(transitions((0, "c"), (100, "?"), (300, "c"), (400, "n"), (500, "c")), 0, UNTIL)
    critical = found.reached["critical"]
    assert (critical.episodes, critical.time, found.times["unknown"]) == (2, 700, 200)
    assert (critical.first, critical.last) == (0, 500)


def test_nobody_is_affected_by_what_never_acts():
    assert not course(transitions((0, "n")), 0, UNTIL).is_affected


@given(st.lists(st.tuples(st.integers(0, UNTIL), st.sampled_from("?niwc")), max_size=20).map(sorted))
def test_every_moment_is_in_one_state_and_a_lesser_severity_is_never_less(steps):
    found = course(transitions(*steps), 0, UNTIL)
    assert sum(found.times.values()) == UNTIL
    times = [found.reached[word].time for word in SEVERITIES]
    assert times == sorted(times)
    assert [bool(found.reached[word].episodes) for word in SEVERITIES] == sorted(
        bool(found.reached[word].episodes) for word in SEVERITIES
    )
