"""Puts the front together for this process: the headers Django would send, the watcher, its own connection."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Mapping
from functools import partial
from io import BytesIO
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections

from bindings.models.token import PREFIX, digest_of
from releases.models.channel import PRODUCTION
from releases.serving.aside import Aside
from releases.serving.bodies import JSON_TYPE, Body
from releases.serving.front import SHELF, Application, Front, Taker
from releases.serving.holder import holder
from releases.serving.pages import AGE, BINDINGS, CHANNEL, RELEASE, ROOT, Headers, Press
from releases.serving.pulse import Pulse, asked
from releases.serving.shelf import Grant, Pointer, Shelf, Stock
from releases.serving.snapshot import Snapshot
from releases.serving.watcher import Watcher

log = logging.getLogger(__name__)

OWN = frozenset(
    name.lower()
    for name in ("Content-Type", "Content-Length", "Content-Encoding", "ETag", RELEASE, CHANNEL, AGE)
) | {"x-request-id"}
"""Headers that differ from answer to answer."""

ALIAS = "polls"
"""A way to the database that requests cannot use up, and that is quick to give up: the watcher's, and the pulse's."""
POSTGRESQL_OPTIONS: dict[str, Any] = {"connect_timeout": 2, "tcp_user_timeout": 3000, "keepalives_idle": 5}
POOL = {"min_size": 1, "max_size": 2, "num_workers": 1}


class Unlike(Exception):
    """Django does not answer a plain poll as it should."""


def in_front_of(
    django: Application, takers: Mapping[str, Taker] | None = None, aside: Aside | None = None
) -> Application:
    """The application that answers polls from memory; Django's own where polls cannot be learned from it.

    ``takers`` answer some other requests, by method and path; ``aside`` has more to read.
    """
    try:
        press = learn_press(django)
    except Unlike as error:
        log.error("Polls are answered by Django alone: %s", error)
        return django
    alias = watchers_alias()
    if connections[alias].vendor == "postgresql":  # a file is asked at once, and by whoever wants to know
        holder.pulse = Pulse(partial(asked, alias))
    Watcher(holder, using=alias, snapshot=snapshot()).start()
    return Front(
        django,
        holder,
        press,
        hosts=settings.ALLOWED_HOSTS,
        slots=max(settings.THREADS - 2, 1),
        scheme=scheme(),
        takers=takers,
        aside=aside,
    )


def scheme() -> tuple[str, str | None]:
    """Which key of a request's environment tells how it came, and what it must say for a plain answer."""
    if not settings.BEHIND_PROXY:
        return "wsgi.url_scheme", "https" if settings.HTTPS else "http"
    if settings.HTTPS:
        return "HTTP_X_FORWARDED_PROTO", "https"
    # Only with HSTS would the answer depend on it.
    return ("HTTP_X_FORWARDED_PROTO", None) if settings.SECURE_HSTS_SECONDS else ("wsgi.url_scheme", "http")


def snapshot() -> Snapshot:
    """Where this installation keeps what it serves."""
    database = settings.DATABASES["default"]
    return Snapshot(settings.SNAPSHOT_DIR, f"{database['ENGINE']} {database['NAME']}")


def watchers_alias() -> str:
    """Have a second way to the same database; returns its alias."""
    main = connections.settings["default"]
    options = dict(main["OPTIONS"])
    if main["ENGINE"].endswith("postgresql"):
        options |= POSTGRESQL_OPTIONS | {"pool": options["pool"] | POOL}
        options["options"] = f"{options.get('options', '')} -c statement_timeout=5s".strip()
    else:
        options["timeout"] = 2
    connections.settings[ALIAS] = main | {"OPTIONS": options}
    return ALIAS


def database_answers() -> bool:
    """Whether the database can be reached, without waiting for it as long as a request would."""
    connection = connections[watchers_alias()]
    try:
        connection.ensure_connection()
    except (DatabaseError, InterfaceError):
        return False
    finally:
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
        del connections[ALIAS]
        del connections.settings[ALIAS]
    return True


def learn_press(django: Application) -> Press:
    """The headers that Django gives each poll, learned from polls of a made-up release. Raises Unlike."""
    return Press(
        tuple(_always(django, "200 OK", {})), tuple(_always(django, "304 ", {"HTTP_IF_NONE_MATCH": "*"}))
    )


def _always(django: Application, status: str, more: dict[str, str]) -> Headers:
    answers: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, exc_info: Any = None) -> None:
        answers.append((status, headers))

    response: Any = django(sample_request() | more, start_response)
    response.close()
    if not answers or not answers[0][0].startswith(status):
        raise Unlike(f"a sample was answered {answers[0][0] if answers else 'with nothing'}")
    return [(name, value) for name, value in answers[0][1] if name.lower() not in OWN]


def sample_request() -> dict[str, Any]:
    """A poll of an agent that there is not, answered from a shelf made for it."""
    body = Body.of("{}", JSON_TYPE)
    stock = Stock(1, {PRODUCTION: Pointer(1, body)}, {}, {1: {"agents/SAMPLE/bindings": body}}, {1: ""})
    grant = Grant(0, "sample", digest_of("sample"), "", (BINDINGS,), math.inf)
    key, value = scheme()
    return {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": f"{ROOT}agents/SAMPLE/bindings",
        "QUERY_STRING": "",
        "SERVER_NAME": "sample",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": _host(settings.ALLOWED_HOSTS),
        "HTTP_AUTHORIZATION": f"Bearer {PREFIX}sample.sample",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": BytesIO(),
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        SHELF: Shelf(stock, {"sample": grant}),
    } | ({key: value} if value else {})


def _host(allowed: Iterable[str]) -> str:
    """A host name that Django accepts."""
    first = next(iter(allowed), "localhost")
    return "localhost" if first == "*" else first.removeprefix(".")
