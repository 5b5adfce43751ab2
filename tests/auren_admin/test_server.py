"""Before serving: is the port ours?"""

import resource
import socket

import pytest

from auren_admin.server import PortInUse, Respawned, allow_open_files, ensure_port_free


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

    def __init__(self, code: int | None) -> None:
        self.inner = self
        self.exitcode = code


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
