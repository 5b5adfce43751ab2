"""What granian calls for each request, in place of its own way to a WSGI application."""

from __future__ import annotations

import logging
import sys
import time
from io import BytesIO
from threading import Event, Thread
from typing import Any

from django.conf import settings

from auren_admin.gateway import refusals
from auren_admin.gateway.request_body import DRAINED, BodyReader, Full, Incomplete, Stream, TooSlow
from auren_admin.gateway.sending import Channel, Headers, Sender, Start, break_off
from auren_admin.gateway.thread_affinity import ThreadAffinity
from auren_admin.gateway.worker_pool import WorkerPool
from releases.serving.front import Application, Front
from rest.patience import SINCE

log = logging.getLogger(__name__)

Environ = dict[str, Any]
BASE: Environ = {
    "GATEWAY_INTERFACE": "CGI/1.1",
    "SCRIPT_NAME": "",
    "SERVER_SOFTWARE": "Granian",
    "wsgi.errors": sys.stderr,
    "wsgi.multiprocess": True,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}
"""What is the same for every request (PEP 3333). granian copies this process's environment into it as well."""

BODY = "wsgi.input"
CLOSE = ("Connection", "close")
LIVEZ, READYZ = "/livez", "/readyz"
TICK = 0.1
"""Seconds between two looks at what is too slow."""
SMALL = 64 * 1024
"""Bytes of a body that somebody may send who has not signed in: the form to sign in is one."""
PATIENCE = 1.25
"""Seconds that a report or a scrape waits for a thread; a page waits `PAGES_PATIENCE`. A report that gets one has
what is left of two seconds to wait for the database, but half a second in any case."""
PAGES_PATIENCE = 10.0
MOST_REPORTS, MOST_PAGES = 1000, 200
"""Requests that wait for a thread."""


UNREAD = "auren.unread"
"""Key of the environment: the body was left unread, and the connection cannot be used again."""


class Gateway:
    """Has requests answered by a WSGI application, each on a thread that it may hold up.

    ``threads`` answer reports and scrapes, as many others answer pages and the rest of the API. What the front has in
    memory, and whether the process lives, is answered on the server's own threads.
    """

    def __init__(self, application: Application, *, threads: int) -> None:
        self._front = application if isinstance(application, Front) else None
        self._otherwise = self._front.otherwise if self._front else application
        self._affinity, self._bodies, self._sender = ThreadAffinity(), BodyReader(), Sender()
        self._reports = WorkerPool("reports", threads, patience=PATIENCE, most=MOST_REPORTS)
        self._pages = WorkerPool("pages", threads, patience=PAGES_PATIENCE, most=MOST_PAGES)
        self._spare = WorkerPool("spare", 1, patience=PATIENCE, most=MOST_PAGES)
        self._stopped = Event()
        Thread(target=self._expire, name="deadlines", daemon=True).start()

    def __call__(self, channel: Channel, scope: Environ) -> None:
        """Answer a request, or have it answered."""
        environ = BASE | scope
        if self._front is not None:
            start = Start()
            answer = self._front.at_once(environ, start)
            if answer is not None:
                channel.response_bytes(start.status, start.headers, answer[0])
                self._affinity.answered()
                return
        self._affinity.release()
        if environ["PATH_INFO"] == LIVEZ:
            environ[BODY] = BytesIO()
            self._run(channel, environ, 0)
            return
        size = self._read_body(channel, environ)
        if size is not None:
            environ[SINCE] = time.monotonic()
            self._pool(environ).submit(
                lambda: self._run(channel, environ, size), lambda: self._refuse(channel, environ, size)
            )

    def _pool(self, environ: Environ) -> WorkerPool:
        """The threads that answer this."""
        if self._front is not None and self._front.is_taken(environ):
            return self._reports
        # Neither waits for the database, and so neither may wait behind what does.
        if environ["PATH_INFO"] == READYZ or (self._front is not None and self._front.is_poll_away(environ)):
            return self._spare
        return self._pages

    def _run(self, channel: Channel, environ: Environ, size: int) -> None:
        """Have the application answer on this thread, and give the body's memory back."""
        start = Start()
        try:
            result = self._otherwise(environ, start)
            try:
                if environ.get(UNREAD):
                    start.headers = [*start.headers, CLOSE]
                self._sender.send(channel, start, result, lambda: answer(channel, refusals.busy(environ)))
            finally:
                if hasattr(result, "close"):
                    result.close()
        except Exception:
            log.exception("%s %s failed", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            answer(channel, refusals.failed(environ))
        finally:
            self._bodies.release(size)

    def _refuse(self, channel: Channel, environ: Environ, size: int) -> None:
        """No thread came to it in time."""
        self._bodies.release(size)
        answer(channel, refusals.busy(environ))

    def _read_body(self, channel: Channel, environ: Environ) -> int | None:
        """Have the body in memory, on this thread; returns its size, or None where the caller has an answer."""
        stream, environ[BODY] = environ[BODY], BytesIO()
        told, most = length(environ), allowance(environ)
        if told == 0:
            return 0
        grant = self._front.grant(environ) if self._front is not None else None
        about: dict[str, Any] = {
            "caller": f"token {grant.pk}" if grant else f"address {address(environ)}",
            "is_known": grant is not None,
            "abort": lambda: break_off(channel, *refusals.too_slow(environ)[:2]),
        }
        try:
            if not most or (told or 0) > most:
                return self._leave_body(channel, environ, stream, told, about)
            body = self._bodies.read(stream, told, most, **about)
        except Full:
            answer(channel, refusals.busy(environ), CLOSE)
        except TooSlow:
            pass
        except Incomplete:  # nobody is there to read it
            answer(channel, refusals.too_slow(environ), CLOSE)
        else:
            environ[BODY] = BytesIO(body)
            return len(body)
        return None

    def _leave_body(
        self, channel: Channel, environ: Environ, stream: Stream, told: int | None, about: dict[str, Any]
    ) -> int | None:
        """Have the application answer without the body, or refuse it here. Raises TooSlow."""
        is_drained = (told or 0) <= DRAINED and self._bodies.drain(stream, **about)
        if told is None or refusals.is_api(environ) or told > settings.REQUEST_MAX_BYTES:
            environ[UNREAD] = not is_drained  # it says what is wrong
            return 0
        answer(channel, refusals.too_large(environ, SMALL), *([] if is_drained else [CLOSE]))
        return None

    def stop(self) -> None:
        """Look for what is too slow no longer: the process ends, or a test does."""
        self._stopped.set()

    def _expire(self) -> None:
        while not self._stopped.wait(TICK):
            for part in (self._bodies, self._reports, self._pages, self._spare):
                try:
                    part.expire()
                except Exception:
                    log.exception("Looking for what is too slow failed")


def answer(channel: Channel, refusal: tuple[int, Headers, bytes], *more: tuple[str, str]) -> None:
    """Send an answer that is none of the application's."""
    status, headers, body = refusal
    channel.response_bytes(status, [*headers, *more], body)


def length(environ: Environ) -> int | None:
    """Bytes of the body; None where that is not told."""
    told = environ.get("CONTENT_LENGTH") or ""
    if told.isascii() and told.isdigit():
        return int(told[:18])
    return None if "HTTP_TRANSFER_ENCODING" in environ else 0


def allowance(environ: Environ) -> int:
    """Bytes of a body that are kept for this caller, before anybody has looked at who it is.

    None of a program without a token, and none of unknown length of a page's: Django knows no such.
    """
    is_signed_in = f"{settings.SESSION_COOKIE_NAME}=" in environ.get("HTTP_COOKIE", "")
    if refusals.is_api(environ):
        return settings.IMPORT_MAX_BYTES if is_signed_in or "HTTP_AUTHORIZATION" in environ else 0
    if "HTTP_TRANSFER_ENCODING" in environ:
        return 0
    return settings.REQUEST_MAX_BYTES if is_signed_in else SMALL


def address(environ: Environ) -> str:
    """Where the caller is, as the proxy tells it where there is one."""
    told = environ.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    return told.rpartition(",")[2].strip() or str(environ.get("REMOTE_ADDR", ""))
