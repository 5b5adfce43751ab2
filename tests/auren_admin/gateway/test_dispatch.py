"""What is read of a request, who answers it, and what is said where nobody does."""

import json
from io import BytesIO

import pytest

from auren_admin.gateway import dispatch, request_body
from auren_admin.gateway.dispatch import Gateway
from tests.auren_admin.gateway.test_sending import Channel

OBSERVATIONS, LOGIN = "/api/v1/observations", "/admin/login/"
SOON = 10


class Application:
    """Answers with what it was sent."""

    def __init__(self):
        self.environ = None

    def __call__(self, environ, start_response):
        self.environ = environ
        body = environ["wsgi.input"].read()
        start_response("200 OK", [("X-Length", str(len(body)))])
        return [body]


@pytest.fixture
def through():
    """Makes gateways to an application, which end with the test."""
    made = []

    def make(application):
        made.append(Gateway(application, threads=1))
        return made[-1]

    yield make
    for gateway in made:
        gateway.stop()


@pytest.fixture
def gateway(through):
    return through(Application())


def ask(gateway, path, body=None, **environ):
    """Send a request through the gateway; status, headers and body of its answer."""
    channel = Channel()
    told = {} if body is None else {"CONTENT_LENGTH": str(len(body.getvalue()))}
    scope = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "REMOTE_ADDR": "192.0.2.1"}
    gateway(channel, scope | told | {"wsgi.input": body or BytesIO()} | environ)
    assert channel.done.wait(SOON)
    return channel.sent


@pytest.mark.parametrize(
    ("path", "environ"),
    [
        (LOGIN, {}),
        (LOGIN, {"HTTP_COOKIE": "sessionid=one"}),
        (OBSERVATIONS, {"HTTP_AUTHORIZATION": "Bearer aur_some.thing"}),
        (OBSERVATIONS, {"HTTP_COOKIE": "a=b; sessionid=one"}),
    ],
)
def test_a_body_reaches_the_application(gateway, path, environ):
    assert ask(gateway, path, BytesIO(b"hello"), **environ) == (200, {"X-Length": "5"}, b"hello")


CHUNKED = {"HTTP_TRANSFER_ENCODING": "chunked"}


@pytest.mark.parametrize(("path", "more"), [(OBSERVATIONS, {}), (OBSERVATIONS, CHUNKED), (LOGIN, CHUNKED)])
def test_nothing_is_kept_of_a_body_nobody_may_send_and_the_connection_stays_usable(gateway, path, more):
    stream = BytesIO(b"hello")
    told = {} if more else {"CONTENT_LENGTH": "5"}
    status, headers, body = ask(gateway, path, None, **{"wsgi.input": stream}, **told, **more)
    assert (status, body, stream.read()) == (200, b"", b"")
    assert "Connection" not in headers


@pytest.mark.parametrize("more", [{"CONTENT_LENGTH": "999999999"}, CHUNKED])
def test_where_more_would_have_to_be_read_the_connection_is_closed(gateway, monkeypatch, more):
    for module in (dispatch, request_body):
        monkeypatch.setattr(module, "DRAINED", 4)
    status, headers, body = ask(gateway, OBSERVATIONS, None, **{"wsgi.input": BytesIO(b"x" * 99)}, **more)
    assert (status, headers["Connection"], body) == (200, "close", b"")


@pytest.mark.parametrize(("size", "status"), [(64 * 1024, 200), (64 * 1024 + 1, 413)])
def test_who_has_not_signed_in_may_send_only_a_small_form(gateway, size, status):
    answer = ask(gateway, LOGIN, BytesIO(b"x" * size))
    assert answer[0] == status
    if status == 413:
        assert answer[2] == b"The request is larger than 64 KiB. Sign in first.\n"


def test_a_body_over_the_limit_is_left_to_the_application_which_says_so(gateway, settings):
    settings.IMPORT_MAX_BYTES = 4
    token = {"HTTP_AUTHORIZATION": "Bearer aur_some.thing"}
    assert ask(gateway, OBSERVATIONS, BytesIO(b"hello"), **token)[2] == b""


def test_where_too_many_bodies_are_read_a_program_is_told_when_to_come_again(gateway, monkeypatch):
    monkeypatch.setattr(request_body, "PLACES", 0)
    token = {"HTTP_AUTHORIZATION": "Bearer aur_some.thing"}
    status, headers, body = ask(gateway, OBSERVATIONS, BytesIO(b"hello"), **token)
    assert (status, headers["Retry-After"], headers["Connection"]) == (503, "2", "close")
    assert json.loads(body)["code"] == "busy"


def test_a_request_no_thread_comes_to_is_refused(through, monkeypatch):
    monkeypatch.setattr(dispatch, "MOST_PAGES", 0)
    assert ask(through(Application()), "/admin/")[0] == 503


def test_an_application_that_breaks_is_an_answer_too(through, caplog):
    def broken(environ, start_response):
        raise RuntimeError("broken")

    status, _, body = ask(through(broken), "/api/v1/kpis/")
    assert (status, json.loads(body)["code"]) == (500, "error")
    assert "POST /api/v1/kpis/ failed" in caplog.text


def test_memory_of_a_body_is_given_back_once_it_is_answered(gateway):
    ask(gateway, LOGIN, BytesIO(b"hello"))
    ask(gateway, LOGIN, BytesIO(b"hello"))  # by the same thread, which is done with the first by now
    assert gateway._bodies._bytes <= 5


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "found"),
    [
        (False, "203.0.113.9", "192.0.2.1"),
        (True, "spoofed, 203.0.113.9", "203.0.113.9"),
        (True, "", "192.0.2.1"),
    ],
)
def test_the_address_is_the_one_the_proxy_saw(settings, behind_proxy, forwarded, found):
    settings.BEHIND_PROXY = behind_proxy
    environ = {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": forwarded}
    assert dispatch.address(environ) == found
