"""Scrapes, answered in front of Django, whose own checks take longer than finding out what changed.

What is answered is what :mod:`telemetry.api.metrics` would, header by header: they are those of an answer of
Django's, which is asked the first time for each format. Whatever is unusual or goes wrong is left to Django.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.db import connection

from jobs.database_clock import database_clock
from releases.serving.front import Application, Environ, StartResponse
from releases.serving.negotiation import gzip_wanted
from releases.serving.pages import Headers
from releases.serving.shelf import Grant
from rest.handling import problem_of
from rest.middleware import HEADER as REQUEST_ID
from rest.outages import outage_of
from rest.problems import Problem, answer
from rest.storage import failure_of
from telemetry.exposition.formats import wants_open_metrics
from telemetry.exposition.keeper import Keeper
from telemetry.exposition.scrape import Scrape, scrape

log = logging.getLogger(__name__)

SCOPE: Final = "metrics:read"
LENGTH: Final = "Content-Length"


def refusal(error: Exception) -> Problem | None:
    """What a caller is told of an outage, a full disk or damage, without asking the database again; else None."""
    if outage_of(error) is None and failure_of(error) is None:
        return None
    log.error("The database: %s", error)
    problem = problem_of(error)
    return problem if isinstance(problem, Problem) else None


class Scrapes:
    """Answers scrapes of callers whose token counts: of KPIs, of the process, or of both."""

    def __init__(
        self, django: Application, keeper: Keeper | None = None, *, kpis: bool = True, process: bool = True
    ) -> None:
        self._django, self._keeper = django, keeper
        self._kpis, self._process = kpis, process
        self._headers: dict[tuple[bool, bool], Headers] = {}

    def __call__(
        self, environ: Environ, start_response: StartResponse, grant: Grant, name: str
    ) -> Iterable[bytes]:
        """All there is at this moment, or Django's answer."""
        if (
            SCOPE not in grant.scopes
            or grant.agent_name
            or environ.get("QUERY_STRING")
            or environ.get("CONTENT_LENGTH")
        ):
            return self._django(environ, start_response)
        is_open = wants_open_metrics(environ.get("HTTP_ACCEPT") or "")
        is_packed = gzip_wanted(environ.get("HTTP_ACCEPT_ENCODING") or "")
        headers = self._headers.get((is_open, is_packed))
        if headers is None:
            return self._django(environ, self._learning((is_open, is_packed), start_response))
        found, problem = None, None
        try:
            found = self._found(is_open=is_open)
        except Exception as error:
            problem = refusal(error)
            if problem is None:
                log.warning("A scrape is left to Django", exc_info=True)
        if problem is not None:
            return answer(problem, start_response, headers, {REQUEST_ID: name})
        if found is None:
            return self._django(environ, start_response)
        if self._keeper and self._kpis and settings.SUBJECT_LABEL != "off":
            self._keeper.scraped()
        own = {LENGTH: str(found.length), REQUEST_ID: name}
        start_response("200 OK", [(key, own.get(key, value)) for key, value in headers])
        return found.packed() if is_packed else found

    def _found(self, *, is_open: bool) -> Scrape:
        """As the view has it; with a connection to the database that is given back, or kept if it is a file."""
        is_well = False
        try:
            now = database_clock.micros()
            found = scrape(now, is_open=is_open, kpis=self._kpis, process=self._process)
            is_well = True
        finally:
            if not connection.in_atomic_block and (not is_well or connection.vendor == "postgresql"):
                connection.close()
        return found

    def _learning(self, kind: tuple[bool, bool], start_response: StartResponse) -> StartResponse:
        """Have Django answer, and remember the headers."""

        def start(status: str, headers: Headers, *more: Any) -> Any:
            if status == "200 OK" and not any(key == "Set-Cookie" for key, _ in headers):
                self._headers[kind] = list(headers)
            return start_response(status, headers, *more)

        return start
