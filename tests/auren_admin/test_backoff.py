"""How long a process that ended stays away."""

from auren_admin.backoff import Backoff


def waits(*lives):
    backoff = Backoff(soon=1.5, usual=0.0, first=0.5, most=30.0)
    return [backoff.wait(lived) for lived in lives]


def test_a_kill_now_and_then_is_answered_at_once():
    assert waits(2.0, 60.0, 2.0) == [0.0, 0.0, 0.0]


def test_ends_soon_after_the_start_are_answered_ever_later():
    assert waits(*[0.1] * 9) == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]


def test_one_that_lived_begins_anew():
    assert waits(0.1, 0.1, 5.0, 0.1) == [0.5, 1.0, 0.0, 0.5]


def test_a_thousand_ends_are_no_more_than_the_most():
    assert waits(*[0.0] * 5_000)[-1] == 30.0
