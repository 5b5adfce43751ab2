"""granian does with what the gateway tells it what the gateway counts on."""

import http.client
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from threading import Thread

import pytest

from faults.servers import answers, spare_port, wait_until

HEAD = "POST /login HTTP/1.1\r\nHost: localhost\r\n"


@contextmanager
def running():
    """A server: its port, and its process."""
    port = spare_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.auren_admin.gateway.tiny_server", str(port)])
    try:
        wait_until(lambda: answers(port), 60, "the server")
        yield port, process
    finally:
        process.terminate()
        process.wait(15)


@pytest.fixture(scope="module")
def port():
    """That of a server for all of these tests."""
    with running() as (port, _):
        yield port


def ask(port, path="/", body=b"hello"):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("POST", path, body)
        answer = connection.getresponse()
        return answer.status, answer.read()


@pytest.mark.parametrize("more", ["Content-Length: 100\r\n\r\nabc", "Content-Length: 100\r\n\r\n"])
def test_a_body_that_does_not_come_is_ended_and_its_thread_is_free(port, more):
    callers = [socket.create_connection(("127.0.0.1", port)) for _ in range(8)]  # more than there are threads
    for caller in callers:
        caller.sendall((HEAD + more).encode())
    for caller in callers:
        caller.settimeout(10)
        assert caller.recv(1000).startswith(b"HTTP/1.1 408")
        caller.close()
    assert ask(port) == (200, b"hello")


def test_an_unwanted_body_does_not_spoil_the_connection(port):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        for _ in range(5):
            connection.request("POST", "/api/v1/observations", b"x" * 300_000)
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (200, b"")
            assert not answer.will_close


def test_what_is_being_answered_when_the_server_is_stopped_is_answered():
    found = []
    with running() as (port, process):
        asking = Thread(target=lambda: found.append(ask(port, "/slow")))
        asking.start()
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        asking.join(15)
    assert found == [(200, b"hello")]
