"""One POST: where it may go, what it sends, and every way in which it ends."""

import socket
import ssl
import subprocess
import threading
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path

import pytest

from releases.webhooks import sending
from releases.webhooks.sending import NotSent, post


def send(url, seconds=2.0, body=b"{}"):
    return post(url, body=body, headers={"Content-Type": "application/json"}, seconds=seconds)


def read_request(connection):
    """All of it: to hang up on what was not read would throw the answer away too."""
    data = b""
    tls_hello = b"\x16"
    while not data.endswith(b"{}") and not data.startswith(tls_hello) and (more := connection.recv(65536)):
        data += more


@pytest.fixture
def answering():
    """A raw server on this machine that answers every request with some bytes, then does something."""
    servers = []

    def start(answer=b"", then=lambda connection: None):
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)

        def serve():
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                read_request(connection)
                connection.sendall(answer)
                then(connection)

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/"

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def resolves(monkeypatch):
    """Have names mean addresses."""

    def mean(*addresses):
        found = [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                6,
                "",
                (address, 0),
            )
            for address in addresses
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)

    return mean


@pytest.fixture
def no_connection(monkeypatch):
    """Fail when a socket connects anywhere."""

    def refuse(self, address):
        pytest.fail(f"it connected to {address}")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_a_post_arrives_as_it_was_sent(near, listener):
    listener.status, listener.answer = 200, b"  fine\x00\n\xff \xe2\x80\xae "
    answer = send(listener.url, body=b'{"a":1}')
    assert (answer.status, answer.text, answer.is_success) == (200, "fine \ufffd", True)
    path, headers, body = listener.arrived[0]
    assert (path, body) == ("/hook?for=auren", b'{"a":1}')
    assert headers["host"] == f"127.0.0.1:{listener.port}"
    assert headers["connection"] == "close"


@pytest.mark.parametrize(
    "host",
    """
    127.0.0.1 localhost 2130706433 0x7f.1 0177.0.0.1 127.1 [::1] [::ffff:127.0.0.1] [::ffff:10.0.0.1] 169.254.169.254
    100.64.0.1 10.0.0.1 0.0.0.0 [::] [fe80::1] [64:ff9b::7f00:1]
    """.split(),
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_this_machine_and_its_networks_are_refused_when_the_socket_connects(host, scheme, no_connection):
    with pytest.raises(NotSent, match="no public address"):
        send(f"{scheme}://{host}:9/")


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "::ffff:10.0.0.1", "100.64.0.1", "::1"])
def test_a_name_that_means_such_an_address_is_refused(address, resolves, no_connection):
    resolves(address)
    with pytest.raises(NotSent, match="not known here, or it means no public address") as refused:
        send("https://innocent.example/")
    assert address.removeprefix("::ffff:") not in str(refused.value)


def test_a_name_inside_and_one_that_is_none_are_told_the_same(resolves, monkeypatch):
    def unknown(*arguments, **options):
        raise socket.gaierror(-2, "Name or service not known")

    said = []
    resolves("10.0.0.1")
    for names in (socket.getaddrinfo, unknown):
        monkeypatch.setattr(socket, "getaddrinfo", names)
        with pytest.raises(NotSent) as refused:
            send("https://innocent.example/")
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_the_address_that_was_judged_is_the_one_connected_to(near, listener, monkeypatch):
    """A name that means another address at the second question is asked once."""
    asked = []

    def once(host, port, **kwargs):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", once)
    assert send(f"http://moving.example:{listener.port}/").status == 204
    assert asked == ["moving.example"]
    assert listener.arrived[0][1]["host"] == f"moving.example:{listener.port}"


def test_allowing_one_network_allows_no_other(settings, no_connection):
    settings.WEBHOOK_ALLOW = [ip_network("10.1.0.0/16")]
    with pytest.raises(NotSent, match="no public address"):
        send("http://10.2.0.1/")


def test_plain_http_is_not_for_the_internet(resolves, no_connection):
    resolves("93.184.216.34")
    with pytest.raises(NotSent, match="use https"):
        send("http://example.org/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(near, listener, status):
    listener.status, listener.headers = status, {"Location": listener.url}
    answer = send(listener.url)
    assert (answer.status, answer.is_success) == (status, False)
    assert len(listener.arrived) == 1


def test_a_proxy_of_the_environment_is_not_used(near, listener, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    assert send(listener.url).status == 204


def test_of_a_long_answer_the_beginning_is_read(near, answering):
    def on_and_on(connection):
        with suppress(OSError):  # the other side hangs up
            while True:
                connection.sendall(b"x" * 65536)

    answer = send(answering(b"HTTP/1.1 500 Oh\r\n\r\n", on_and_on))
    assert (answer.status, answer.text) == (500, "x" * 300)


@pytest.mark.parametrize(
    "answer", [b"", b"HTTP/1.1 200 OK\r\nA: 1\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1"]
)
def test_a_server_that_falls_silent_is_left_at_the_deadline(near, answering, answer):
    silence = threading.Event()
    with pytest.raises(NotSent, match=r"No answer within 0.05 seconds"):
        send(answering(answer, lambda connection: silence.wait(1)), seconds=0.05)
    silence.set()


def test_a_server_that_sends_a_byte_now_and_then_is_left_at_the_deadline(near, answering):
    over = threading.Event()

    def trickle(connection):
        while not over.wait(0.01):
            connection.sendall(b"x")

    with pytest.raises(NotSent, match="No answer within"):
        send(answering(b"HTTP/1.1 200 OK\r\nX: ", trickle), seconds=0.1)
    over.set()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"", "The connection failed|The answer is no HTTP"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no HTTP"),
        (b"HTTP/1.1 abc\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"x" * 70_000, "no HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200, "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "no HTTP"),
    ],
)
def test_an_answer_that_is_no_http_is_told(near, answering, answer, said):
    with pytest.raises(NotSent, match=said):
        send(answering(answer))


def test_nobody_listening_is_told(near):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(NotSent, match="The connection failed: Connection refused"):
        send(f"http://127.0.0.1:{port}/")


def test_an_unknown_name_is_told(monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotSent, match="The host’s name is not known here"):
        send("https://nowhere.example/")


@pytest.mark.parametrize(
    "url", [f"https://{'a' * 64}.example/", "https://a..example/", "https://exa_mple.org:99999/"]
)
def test_a_name_that_cannot_be_one_is_told(url):
    with pytest.raises(NotSent, match=r"cannot be used|not known"):
        send(url)


@pytest.fixture
def certificate(tmp_path) -> tuple[Path, Path]:
    """A certificate for hooks.example, which nobody signed but itself, and its key."""
    made, key = tmp_path / "made.pem", tmp_path / "key.pem"
    request = (
        f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout {key} -out {made} -days 2"
    )
    names = ["-subj", "/CN=hooks.example", "-addext", "subjectAltName=DNS:hooks.example"]
    try:
        subprocess.run(["openssl", *request.split(), *names], check=True, capture_output=True)  # noqa: S607
    except FileNotFoundError:
        pytest.skip("there is no openssl to make a certificate")
    return made, key


@pytest.fixture
def secure(near, certificate, monkeypatch):
    """A server with that certificate: its port. Every name means this machine."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server = socket.create_server(("127.0.0.1", 0))
    port = server.getsockname()[1]

    def serve():
        try:
            plain, _ = server.accept()
            with context.wrap_socket(plain, server_side=True) as connection:
                read_request(connection)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        except OSError:
            return

    threading.Thread(target=serve, daemon=True).start()
    here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: here)
    yield port
    server.close()


def trust(monkeypatch, certificate):
    context = ssl.create_default_context(cafile=str(certificate[0]))
    monkeypatch.setattr(sending, "tls", lambda: context)


def test_a_trusted_certificate_of_that_name_is_accepted(secure, certificate, monkeypatch):
    trust(monkeypatch, certificate)
    assert send(f"https://hooks.example:{secure}/").text == "ok"


def test_a_certificate_of_another_name_is_refused(secure, certificate, monkeypatch):
    trust(monkeypatch, certificate)
    with pytest.raises(NotSent, match=r"certificate is not trusted: Hostname mismatch"):
        send(f"https://other.example:{secure}/")


def test_a_certificate_that_nobody_vouches_for_is_refused(secure):
    with pytest.raises(NotSent, match="certificate is not trusted: self-signed certificate"):
        send(f"https://hooks.example:{secure}/")


def test_a_server_without_tls_is_told(near, answering):
    url = answering(b"HTTP/1.1 200 OK\r\n\r\n").replace("http:", "https:")
    with pytest.raises(NotSent, match=r"^No TLS could be agreed on: wrong version number\.$"):
        send(url)
