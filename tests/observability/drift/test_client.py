"""Reading servers that are broken, slow or lying."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest

from observability.drift import client
from observability.drift.client import CannotLook, MonitoringServer, Refused, in_time
from observability.drift.rules import loaded_groups

SENT = "Bearer hush"


def http(body: bytes, status: str = "200 OK", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode() + body


@contextmanager
def server(answer, seconds: float = 0.0):
    """Whoever connects is sent these bytes, one at a time with a pause where ``seconds`` is given."""
    listening = socket.create_server(("127.0.0.1", 0))
    asked: list[bytes] = []

    def serve():
        while True:
            try:
                sock, _ = listening.accept()
            except OSError:
                return
            with sock:
                try:
                    asked.append(sock.recv(65536))
                    for piece in (
                        [answer] if not seconds else (answer[at : at + 1] for at in range(len(answer)))
                    ):
                        sock.sendall(piece)
                        time.sleep(seconds)
                except OSError:
                    pass

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def groups(url: str, seconds: float = 2.0):
    asked = MonitoringServer("Prometheus", url, SENT, seconds=seconds)
    return in_time(asked, lambda: loaded_groups(asked))


def refused(answer: bytes, pause: float = 0.0, patience: float = 2.0) -> str:
    with server(answer, pause) as (url, _), pytest.raises(CannotLook) as told:
        groups(url, patience)
    assert "s3cret" not in str(told.value)
    return str(told.value)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (http(b"{"), "is no JSON"),
        (http(b"<html>"), "is no JSON"),
        (http(b"[" * 100_000), "is no JSON"),
        (http(b"[]"), "is no list of rules"),
        (http(b'{"status": "success", "data": {"groups": [{"name": 1}]}}'), "is no list of rules"),
        (http(b'{"status": "error", "error": "s3cret"}'), "is no list of rules"),
        (http(b"", "401 Unauthorized"), "see --token-file"),
        (http(b"", "404 Not Found"), "HTTP 404, so this may not be its address."),
        (http(b"", "302 Found", "Location: http://127.0.0.1:1/\r\n"), "is not followed"),
        (http(b"", "500 Oops"), "HTTP 500"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "is no HTTP"),
        (b"", "connection failed"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n{}", "is no HTTP"),
    ],
)
def test_an_answer_that_cannot_be_used_is_one_sentence(answer, said):
    told = refused(answer)
    assert said in told
    assert told.startswith("Prometheus at 127.0.0.1:")
    assert "\n" not in told


def test_a_server_that_trickles_is_given_up():
    began = time.monotonic()
    assert "within 1 seconds" in refused(http(b'{"status": "success"}'), pause=0.3, patience=1)
    assert time.monotonic() - began < 2


def test_a_name_that_is_never_found_is_given_up_as_well(monkeypatch):
    monkeypatch.setattr(socket, "create_connection", lambda *args, **options: time.sleep(5))
    began = time.monotonic()
    with pytest.raises(CannotLook, match="did not answer"):
        groups("http://prometheus.example.org", seconds=0.2)
    assert time.monotonic() - began < 2


def test_of_a_huge_answer_only_so_much_is_read(monkeypatch):
    monkeypatch.setattr(client, "MAX_BYTES", 1024 * 1024)
    assert "larger than 1 MiB" in refused(http(b" " * 2 * 1024 * 1024))


def test_nobody_there_and_no_such_host():
    with pytest.raises(CannotLook, match="connection failed"):
        groups("http://127.0.0.1:9")
    with pytest.raises(CannotLook, match="no host of this name"):
        groups("http://prometheus.invalid")


def test_the_token_is_sent_and_never_told():
    with server(http(b"", "403 Forbidden")) as (url, asked), pytest.raises(Refused) as told:
        groups(f"{url}/prometheus")
    assert b"GET /prometheus/api/v1/rules?" in asked[0]
    assert f"Authorization: {SENT}".encode() in asked[0]
    assert "s3cret" not in str(told.value)


def test_plain_http_to_a_server_with_tls_is_no_answer():
    with server(b"\x15\x03\x01\x00\x02\x02\x46") as (url, _), pytest.raises(CannotLook):
        groups(url.replace("http://", "https://"))


def test_a_name_that_no_host_can_have_is_told_as_such():
    with pytest.raises(CannotLook, match="there is no host of this name"):
        groups("http://a..b")


def test_a_server_that_speaks_no_https_is_told_in_words():
    with server(http(b"{}")) as (url, _), pytest.raises(CannotLook, match="http may be what it speaks"):
        groups(url.replace("http:", "https:"))
