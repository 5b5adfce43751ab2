"""When worker processes that ended are started again."""

import pytest
from granian import Granian
from granian.constants import Interfaces

from auren_admin import respawning
from auren_admin.respawning import PatientServer


class Ended:
    """A worker whose process ended this way."""

    def __init__(self, code: int | None, birth: float = 0.0) -> None:
        self.inner = self
        self.exitcode = code
        self.birth = birth


class Clock:
    """Time that goes by only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def starts(monkeypatch):
    """A server of two workers, and when it started which of them anew."""
    clock, found = Clock(), []

    def started(self, workers, *others):
        for index in workers:
            found.append((index, round(clock.now - 100)))
            self.wrks[index] = Ended(-7, clock.now)

    monkeypatch.setattr(respawning, "time", clock)
    monkeypatch.setattr(Granian, "_respawn_workers", started)
    made = PatientServer("none:none", interface=Interfaces.WSGI)
    made.wrks = [Ended(-7, 99.9), Ended(-7, 0.0)]
    return made, found


def test_a_worker_that_ends_at_once_again_and_again_is_started_ever_later(starts):
    made, found = starts
    for _ in range(8):
        made._respawn_workers([0], None, None)
    waits = [late - early for (_, early), (_, late) in zip(found, found[1:], strict=False)]
    assert waits == [1, 2, 4, 8, 16, 30, 30]


def test_a_worker_that_was_killed_now_and_then_comes_back_at_once_though_another_waits(starts):
    made, found = starts
    for _ in range(7):
        made._respawn_workers([0], None, None)
    made.interrupt_children = [1]
    before = found[-1][1]
    made._respawn_workers([0], None, None)
    assert found[-2:] == [(1, before), (0, before + 30)]


def test_a_server_that_is_stopped_waits_for_no_worker(starts):
    made, found = starts
    made.interrupt_signal = True
    made._respawn_workers([0], None, None)
    assert found == []
