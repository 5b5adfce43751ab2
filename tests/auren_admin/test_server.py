"""Before serving: is the port ours?"""

import resource
import socket

import pytest
from granian import Granian
from granian.constants import Interfaces

from auren_admin import server
from auren_admin.server import PortInUse, Respawned, Server, allow_open_files, ensure_port_free


@pytest.fixture
def taken():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_port_someone_listens_on_is_refused(taken):
    with pytest.raises(PortInUse):
        ensure_port_free("127.0.0.1", taken)


def test_a_free_port_is_fine(taken):
    ensure_port_free("127.0.0.1", 0)


def test_a_host_that_is_not_this_machine_is_refused():
    with pytest.raises(OSError, match=r"."):
        ensure_port_free("192.0.2.1", 0)


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

    monkeypatch.setattr(server, "time", clock)
    monkeypatch.setattr(Granian, "_respawn_workers", started)
    made = Server("none:none", interface=Interfaces.WSGI)
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


@pytest.mark.parametrize(("code", "time"), [(-9, 0), (-15, 0), (1, 7.5), (None, 7.5)])
def test_a_worker_that_was_killed_is_started_again_however_soon(code, time):
    started = Respawned([Ended(code)])
    started[0] = 7.5
    assert started.get(0, 0) == time


@pytest.mark.parametrize(
    ("limits", "raised"),
    [
        ((1024, 4096), (4096, 4096)),
        ((1024, 20_000), (10_200, 20_000)),
        ((1024, resource.RLIM_INFINITY), (10_200, resource.RLIM_INFINITY)),
        ((20_000, 20_000), None),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), None),
    ],
)
def test_each_connection_may_be_a_file_as_far_as_the_system_lets_it(monkeypatch, limits, raised):
    given = []
    monkeypatch.setattr(resource, "getrlimit", lambda which: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda which, wanted: given.append(wanted))
    allow_open_files(10_200)
    assert given == ([raised] if raised else [])
