"""Before serving: is the port ours?"""

import socket

import pytest

from auren_admin.server import PortInUse, ensure_port_free


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
