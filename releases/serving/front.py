"""The WSGI callable in front of Django: answers agents' polls from memory, hands everything else on.

What it answers is what `releases.api.polling` would, byte for byte. Whatever is unusual about a request goes to
Django; while the database is away, Django is told to answer polls from the shelf as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from itertools import count
from secrets import token_hex
from threading import BoundedSemaphore
from time import monotonic
from typing import Any

from django.http.request import split_domain_port, validate_host

from jobs.database_clock import database_clock
from releases.serving.aside import Aside
from releases.serving.holder import Holder
from releases.serving.negotiation import gzip_wanted, is_known
from releases.serving.pages import AGE, BINDINGS, REGISTRY, Ask, Page, Press
from releases.serving.shelf import Grant, Shelf
from rest.middleware import GIVEN_ID
from rest.middleware import HEADER as REQUEST_ID

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
Taker = Callable[[Environ, StartResponse, Grant, str], Iterable[bytes]]
"""Answers a usual POST of a caller whose token counts; the last argument names the request."""

SHELF, REFUSED = "auren.shelf", "auren.refused"
"""Keys of the environment by which Django is told to answer from a shelf, or not at all."""

POLLS = re.compile(r"/api/v1/(?:agents/[^/]+/bindings(?:\.yaml)?|registry(?:\.yaml)?|channels/[^/]+)/?\Z")
REMEMBERED = 20_000
"""Tokens, hosts and encodings; whoever sends more different ones only makes us forget."""

READING = frozenset({"GET", "HEAD"})
READS = frozenset({BINDINGS, REGISTRY})

NOTHING: list[bytes] = [b""]
FRESH = (AGE, "0")


class Seat:
    """A caller whose token was checked: what it reads by path, and until when, by `time.monotonic()`."""

    __slots__ = ("ask", "expires", "grant", "is_used", "pages", "pk")

    def __init__(self, grant: Grant, expires: float, ask: Ask, pages: Any) -> None:
        self.pk, self.grant, self.expires, self.ask, self.pages = grant.pk, grant, expires, ask, pages
        self.is_used = True


class Front:
    """Polls from the holder's shelf, the rest by ``django``.

    ``slots`` is how many requests Django may be busy with while the database is away: each may hang until its
    time is over, and polls need a thread too. ``scheme`` is a header that tells HTTPS, and what it must say.
    ``takers`` answer some other requests, by method and path: `POST /api/v1/observations`. ``aside`` has more to read.
    """

    def __init__(
        self,
        django: Application,
        holder: Holder,
        press: Press,
        *,
        hosts: list[str],
        slots: int,
        scheme: tuple[str, str | None] = ("wsgi.url_scheme", "http"),
        takers: Mapping[str, Taker] | None = None,
        aside: Aside | None = None,
    ) -> None:
        self._aside = aside
        self._django = django
        self._holder = holder
        self._press = press
        self._allowed_hosts = hosts
        self._slots = BoundedSemaphore(slots)
        self._takers = takers or {}
        self._scheme_header, self._scheme = scheme
        self._hosts: set[str | None] = set()
        self._packs: dict[str | None, bool] = {None: False}
        self._process, self._numbers = token_hex(10), count()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a poll, or have Django answer."""
        answer = self.at_once(environ, start_response)
        return self.otherwise(environ, start_response) if answer is None else answer

    def at_once(self, environ: Environ, start_response: StartResponse) -> list[bytes] | None:
        """The answer to a poll, where memory has it; nothing is waited for."""
        shelf = self._holder.shelf
        if shelf is None:
            return None
        try:
            seat = shelf.seats[blake2b(environ["HTTP_AUTHORIZATION"].encode()).digest()]
        except KeyError:
            # Nothing is done in here: whatever failed then would be told with this error before it.
            seat = None
        now = monotonic()
        if seat is None or environ.get("QUERY_STRING") or seat.expires <= now or not self._is_usual(environ):
            return self._first_time(shelf, environ, start_response)
        page = self._page(seat, environ["PATH_INFO"], now)
        if page is None:
            return self._first_time(shelf, environ, start_response)
        seat.is_used = True
        return self._answer(page, now, environ, start_response)

    def _page(self, seat: Seat, path: str, now: float) -> Page | None:
        """What a caller reads at an address."""
        page: Page | None = seat.pages.get(path)
        if page is None and self._aside is not None:
            return self._aside.page(seat.grant, path, now)
        return page

    def _is_aside(self, environ: Environ) -> bool:
        """Whether this asks for what is read from memory and is no release's."""
        return (
            self._aside is not None
            and environ["REQUEST_METHOD"] in READING
            and self._aside.is_about(environ["PATH_INFO"])
        )

    def is_poll(self, environ: Environ) -> bool:
        """Whether this asks for what agents poll."""
        return environ["REQUEST_METHOD"] in READING and POLLS.match(environ["PATH_INFO"]) is not None

    def is_poll_away(self, environ: Environ) -> bool:
        """Whether this is a poll that Django answers from memory, because the database is away."""
        return self._holder.is_away and self._holder.shelf is not None and self.is_poll(environ)

    def is_taken(self, environ: Environ) -> bool:
        """Whether one of the takers answers this."""
        return f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}" in self._takers

    def grant(self, environ: Environ) -> Grant | None:
        """What the caller's token is good for, as far as memory knows."""
        shelf = self._holder.shelf
        seat = self._seat(shelf, environ) if shelf and "HTTP_AUTHORIZATION" in environ else None
        return seat.grant if seat else None

    def _is_usual(self, environ: Environ) -> bool:
        """Whether Django would have nothing to say about this request but the answer itself."""
        return (
            environ.get("HTTP_HOST") in self._hosts
            and environ["REQUEST_METHOD"] in READING
            and "HTTP_COOKIE" not in environ
            and "CONTENT_LENGTH" not in environ
            and "HTTP_TRANSFER_ENCODING" not in environ
            and "HTTP_CONTENT_ENCODING" not in environ
            and environ.get(self._scheme_header) == self._scheme
        )

    def _answer(self, page: Page, now: float, environ: Environ, start_response: StartResponse) -> list[bytes]:
        """The page, or that the caller has it."""
        get = environ.get
        more = [(REQUEST_ID, self._name(environ))]
        if page.has_age:
            age = now - self._holder.confirmed
            more.insert(0, FRESH if age < 1 else (AGE, str(int(age))))
        encoding = get("HTTP_ACCEPT_ENCODING")
        is_packed = self._packs.get(encoding)
        if is_packed is None:
            is_packed = self._learn_encoding(encoding)
        sheet = page.packed if is_packed else page.plain
        known = get("HTTP_IF_NONE_MATCH")
        if known is not None and (known == sheet.etag or is_known(known, sheet.etag)):
            start_response("304 Not Modified", [*sheet.headers_unchanged, *more])
            return NOTHING
        start_response("200 OK", [*sheet.headers, *more])
        return NOTHING if environ["REQUEST_METHOD"] == "HEAD" else sheet.body

    def _name(self, environ: Environ) -> str:
        """What the request is called: as its caller says, or by a number."""
        given = environ.get("HTTP_X_REQUEST_ID")
        if given is None or not GIVEN_ID.fullmatch(given):
            return f"{self._process}-{next(self._numbers)}"
        return str(given)

    def _learn_encoding(self, header: str | None) -> bool:
        if len(self._packs) > REMEMBERED:
            self._packs = {None: False}
        self._packs[header] = found = gzip_wanted(header or "")
        return found

    def _first_time(
        self, shelf: Shelf, environ: Environ, start_response: StartResponse
    ) -> list[bytes] | None:
        """A poll that is not answered at first sight: of a caller not seen yet, or of a chosen release."""
        if not self.is_poll(environ) and not self._is_aside(environ):
            return None
        self._learn_host(environ.get("HTTP_HOST"))
        if not self._is_usual(environ) or not (seat := self._seat(shelf, environ)):
            return None
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING")
        now = monotonic()
        page = self._chosen(shelf, seat, query).get(path) if query else self._page(seat, path, now)
        if page is None:
            return None
        seat.is_used = True
        return self._answer(page, now, environ, start_response)

    def otherwise(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """What is not answered at once: by a taker, or by Django, which may wait for the database."""
        shelf = self._holder.shelf
        if shelf is None:
            return self._django(environ, start_response)
        if self.is_taken(environ):
            return self._taken(shelf, environ, start_response)
        if self.is_poll_away(environ):
            environ[SHELF] = shelf
            return self._django(environ, start_response)
        if self._aside is not None and self._is_aside(environ):
            if self._holder.is_away:
                environ[REFUSED] = True  # what is to be done now is not known, and waiting would not help
            return self._django(environ, self._aside.learning(start_response))
        return self._hand_on(environ, start_response)

    def _taken(self, shelf: Shelf, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Answered by its taker, where Django would have nothing to say but the answer itself."""
        if self._holder.is_away:
            environ[REFUSED] = True  # it could be neither read nor stored, and waiting would not help
            return self._django(environ, start_response)
        self._learn_host(environ.get("HTTP_HOST"))
        is_usual = (
            environ.get("HTTP_HOST") in self._hosts
            and "HTTP_COOKIE" not in environ
            and "HTTP_TRANSFER_ENCODING" not in environ
            and "HTTP_CONTENT_ENCODING" not in environ
            and environ.get(self._scheme_header) == self._scheme
        )
        seat = self._seat(shelf, environ) if is_usual else None
        if seat is None:
            return self._django(environ, start_response)
        seat.is_used = True
        taker = self._takers[f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"]
        return taker(environ, start_response, seat.grant, self._name(environ))

    def _seat(self, shelf: Shelf, environ: Environ) -> Seat | None:
        """The caller, if the token counts: by the shelf's tokens, or as seen before."""
        header = environ.get("HTTP_AUTHORIZATION", "")
        name = blake2b(header.encode()).digest()
        now = monotonic()
        if seat := shelf.seats.get(name):
            found: Seat = seat
            return found if found.expires > now else None
        grant = shelf.grant(header, database_clock.time())
        if grant is None:
            return None
        own = shelf.stock.followed(grant.agent_name) if grant.agent_name else ""
        ask = Ask(frozenset(grant.scopes) & READS, own)
        seat = Seat(
            grant, now + grant.expires - database_clock.time(), ask, self._press.pages(shelf.stock, ask)
        )
        if len(shelf.seats) > REMEMBERED:
            shelf.seats.clear()
        shelf.seats[name] = seat
        return seat

    def _chosen(self, shelf: Shelf, seat: Seat, query: str) -> Any:
        """What a caller reads by `?channel=` or `?release=`, where that is on the shelf; else nothing."""
        name, _, value = query.partition("=")
        if name == "channel" and value in shelf.stock.pointers:
            return self._press.pages(shelf.stock, Ask(seat.ask.scopes, channel=value, is_chosen=True))
        if name == "release" and value.isascii() and value.isdigit() and len(value) < 10 and value[0] != "0":
            self._holder.wanted[int(value)] = monotonic()
            if shelf.stock.has(int(value)):
                return self._press.pages(
                    shelf.stock, Ask(seat.ask.scopes, release=int(value), is_chosen=True)
                )
        return {}

    def _learn_host(self, host: str | None) -> None:
        """Remember a host that Django accepts."""
        if host is None or host in self._hosts:
            return
        domain, port = split_domain_port(host)
        if domain and validate_host(domain, self._allowed_hosts):
            if len(self._hosts) > REMEMBERED:
                self._hosts = set()
            self._hosts.add(host)

    def _hand_on(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Django's; while the database is away, only as many at a time as leave threads for polls."""
        if not self._holder.is_away:
            return self._django(environ, start_response)
        if not self._slots.acquire(blocking=False):
            environ[REFUSED] = True
            return self._django(environ, start_response)
        try:
            return self._django(environ, start_response)
        finally:
            self._slots.release()
