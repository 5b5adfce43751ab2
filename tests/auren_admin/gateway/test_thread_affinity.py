"""Which thread answers polls while there are many, and that none waits where it is needed."""

from threading import Thread
from time import monotonic

import pytest

from auren_admin.gateway import thread_affinity
from auren_admin.gateway.thread_affinity import ThreadAffinity


@pytest.fixture
def affinity(monkeypatch):
    """One whose threads would wait for as long as a test may take."""
    monkeypatch.setattr(thread_affinity, "PAUSE", 60)
    monkeypatch.setattr(thread_affinity, "RECENT", 60)
    return ThreadAffinity()


def another(affinity):
    """A second thread that has just answered."""
    thread = Thread(target=affinity.answered, daemon=True)
    thread.start()
    return thread


def test_the_first_thread_to_answer_goes_on(affinity):
    affinity.answered()
    affinity.answered()


def test_another_thread_waits_behind_it_until_it_has_something_else_to_do(affinity):
    affinity.answered()
    waiting = another(affinity)
    waiting.join(0.05)
    assert waiting.is_alive()
    while waiting.is_alive():
        affinity.answered()  # it is the one that answers again, whatever came between
        affinity.release()
        waiting.join(0.01)


def test_only_one_of_those_that_wait_takes_over(affinity):
    affinity.answered()
    waiting = [another(affinity) for _ in range(3)]
    while len(affinity._parked) < 3:
        waiting[0].join(0.01)
    affinity.release()
    for thread in waiting:
        thread.join(0.1)
    assert [thread.is_alive() for thread in waiting].count(True) == 2


def test_nobody_waits_for_a_thread_that_has_something_else_to_do(affinity):
    affinity.answered()
    affinity.release()
    late = another(affinity)
    late.join(5)
    assert not late.is_alive()


def test_a_thread_that_has_not_answered_for_a_while_is_not_waited_for(monkeypatch):
    affinity = ThreadAffinity()
    affinity.answered()
    affinity._last = monotonic() - 1
    late = another(affinity)
    late.join(5)
    assert not late.is_alive()
