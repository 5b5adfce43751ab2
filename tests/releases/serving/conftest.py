"""A front over the test database: its watcher looks when told to, in the test's own thread."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connections

from bindings.identities import identity_of
from bindings.models import Agent, ApiToken
from releases.models import Release
from releases.serving.assembly import learn_press
from releases.serving.front import Front
from releases.serving.holder import Holder
from releases.serving.snapshot import Snapshot
from releases.serving.watcher import Watcher
from tests.bindings.conftest import kpis, neuros, somnos
from tests.kpis.conftest import hrv, registry
from tests.releases.conftest import copy, first

__all__ = ["copy", "first", "hrv", "kpis", "neuros", "registry", "somnos"]

BINDINGS = "/api/v1/agents/NEUROS/bindings"
Environ = dict[str, Any]


@pytest.fixture(autouse=True)
def connections_stay():
    """Neither a request nor a watcher closes the test's connection, whose transaction would be gone."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections["default"], "close", lambda: None)
        yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@dataclass
class Answer:
    """What a WSGI application answered."""

    status: str
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> int:
        return int(self.status.split(" ")[0])


def ask(application: Any, path: str, token: str = "", **environ: str) -> Answer:
    """One request; ``query`` is what stands behind the question mark."""
    told: list[Any] = []
    request = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": environ.pop("query", ""),
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "testserver",
        "HTTP_X_REQUEST_ID": "a-known-name",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
    }
    if token:
        request["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    response = application(
        request | environ, lambda status, headers, exc_info=None: told.append((status, headers))
    )
    body = b"".join(response)
    if hasattr(response, "close"):
        response.close()
    [(status, headers)] = told
    assert len(headers) == len(dict(headers)), "a header twice"
    return Answer(status, dict(headers), body)


def token(*scopes: str, agent: str = "") -> tuple[ApiToken, str]:
    """A new token and its secret."""
    made = ApiToken(name="test", scopes=list(scopes) or ["bindings:read", "registry:read"])
    made.agent = identity_of(Agent.objects.get(name=agent)) if agent else None
    secret = made.new_secret()
    made.save()
    return made, secret


class Counted:
    """Django, and how often it was asked."""

    def __init__(self) -> None:
        self.django = get_wsgi_application()
        self.times = 0
        self.last: Environ = {}

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Any:
        self.times += 1
        self.last = environ
        return self.django(environ, start_response)


@dataclass
class Site:
    """A front, what it serves from, and Django behind it."""

    django: Counted
    holder: Holder
    watcher: Watcher
    front: Front
    snapshot: Snapshot

    def look(self) -> None:
        """Have the watcher look at everything."""
        self.watcher._whole_due = 0
        self.watcher.look()

    def token(self, *scopes: str, agent: str = "") -> str:
        """The secret of a new token that the front knows."""
        secret = token(*scopes, agent=agent)[1]
        self.look()
        return secret

    def both(self, path: str, token: str = "", **environ: str) -> tuple[Answer, Answer]:
        """The front's answer, for which Django was not asked, and Django's."""
        before = self.django.times
        fast = ask(self.front, path, token, **environ)
        assert self.django.times == before, "the front asked Django"
        return fast, ask(self.django, path, token, **environ)


@pytest.fixture
def site(first: Release, tmp_path: Path, settings: Any) -> Site:
    """Release 1 is served."""
    return make_site(tmp_path)


def make_site(folder: Path, using: str = "default") -> Site:
    django, holder, snapshot = Counted(), Holder(), Snapshot(folder / "snapshots", "test")
    watcher = Watcher(holder, using=using, snapshot=snapshot)
    front = Front(django, holder, learn_press(django), hosts=["testserver"], slots=1)
    watcher.look()
    return Site(django, holder, watcher, front, snapshot)
