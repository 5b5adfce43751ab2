"""Tasks run once, or are refused once, and none waits for longer than it may."""

from threading import Event

import pytest

from auren_admin.gateway.worker_pool import WorkerPool

SOON = 10


@pytest.fixture
def busy():
    """A pool of one thread, which is held up; and what lets it go."""
    pool, gate = WorkerPool("test", 1, patience=0, most=2), Event()
    started = Event()

    def hold():
        started.set()
        gate.wait(SOON)

    pool.submit(hold, lambda: None)
    assert started.wait(SOON)
    yield pool, gate
    gate.set()


def test_what_is_submitted_runs():
    done = Event()
    WorkerPool("test", 2, patience=10, most=1).submit(done.set, lambda: None)
    assert done.wait(SOON)


def test_what_waits_for_too_long_is_refused_and_never_runs(busy):
    pool, gate = busy
    ran, refused, after = Event(), Event(), Event()
    pool.submit(ran.set, refused.set)
    pool.expire()
    assert refused.is_set()
    pool.submit(after.set, lambda: None)
    gate.set()
    assert after.wait(SOON)
    assert not ran.is_set()


def test_what_runs_already_is_not_refused(busy):
    pool, _ = busy
    refused = Event()
    patient = WorkerPool("patient", 1, patience=10, most=1)
    patient.submit(lambda: None, refused.set)
    patient.expire()
    pool.expire()
    assert not refused.is_set()


def test_one_more_than_may_wait_is_refused_at_once(busy):
    pool, _ = busy
    refused = []
    for number in range(3):
        pool.submit(lambda: None, lambda number=number: refused.append(number))
    assert refused == [2]
