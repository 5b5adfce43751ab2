"""Which thread answers polls while there are many, and that none waits where it is needed."""

from threading import Thread
from time import monotonic

import pytest

from releases.serving import lane as lanes
from releases.serving.lane import Lane, Parking

BODY = [b"body"]


@pytest.fixture
def lane(monkeypatch):
    """One whose threads would wait for as long as a test may take."""
    monkeypatch.setattr(lanes, "PAUSE", 60)
    monkeypatch.setattr(lanes, "RECENT", 60)
    return Lane()


def elsewhere(function):
    """What the function returns in another thread."""
    found = []
    thread = Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


def test_the_first_thread_to_answer_goes_on(lane):
    assert lane.answer(BODY, monotonic()) is BODY
    assert lane.answer(BODY, monotonic()) is BODY


def test_another_thread_gives_the_same_body_and_waits_behind_it(lane):
    lane.answer(BODY, monotonic())
    answer = elsewhere(lambda: lane.answer(BODY, monotonic()))
    assert isinstance(answer, Parking)
    assert list(answer) == BODY


def test_one_that_waits_goes_on_as_soon_as_there_is_something_else_to_do(lane):
    lane.answer(BODY, monotonic())
    answer = elsewhere(lambda: lane.answer(BODY, monotonic()))
    waiting = Thread(target=answer.close)
    waiting.start()
    while waiting.is_alive():
        lane.open()
        waiting.join(0.01)


def test_nobody_waits_for_a_thread_that_has_something_else_to_do(lane):
    lane.answer(BODY, monotonic())
    late = elsewhere(lambda: lane.answer(BODY, monotonic()))
    lane.open()
    late.close()
    assert elsewhere(lambda: lane.answer(BODY, monotonic())) is BODY


def test_a_thread_that_has_not_answered_for_a_while_is_not_waited_for():
    lane = Lane()
    lane.answer(BODY, monotonic() - 1)
    assert elsewhere(lambda: lane.answer(BODY, monotonic())) is BODY
