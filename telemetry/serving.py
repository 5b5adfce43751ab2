"""Reports of observations, answered in front of Django: its own checks cost more than storing an observation.

What is answered is what :mod:`telemetry.api.observations` would, header by header: the headers are those of an
answer of Django's, which is asked the first time. Whatever is unusual, and whatever goes wrong unforeseen, is left to
Django, which stores nothing twice: a body that was taken in already is answered as before.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from io import BytesIO
from typing import Any, Final

from django.db import connection

from releases.serving.front import Application, Environ, StartResponse, Taker
from releases.serving.pages import ROOT, Headers
from releases.serving.shelf import Grant
from rest.middleware import HEADER as REQUEST_ID
from rest.patience import at_most_since
from rest.problems import Problem
from rest.problems import answer as answer_problem
from telemetry.bodies import BODY_MAX_BYTES
from telemetry.exposition.keeper import Keeper
from telemetry.ingest import report
from telemetry.scrapes import Scrapes, refusal

log = logging.getLogger(__name__)

SCOPE: Final = "observations:write"
STRICT: Final = {"": False, "strict=false": False, "strict=true": True}
"""The query strings that are understood here."""


def takers(django: Application) -> dict[str, Taker]:
    """What answers, by method and path."""
    reports, keeper = Reports(django), Keeper()
    whole, kpis = Scrapes(django, keeper), Scrapes(django, keeper, process=False)
    process = Scrapes(django, kpis=False)
    known: dict[str, Taker] = {
        f"POST {ROOT}observations": reports,
        "GET /metrics": whole,
        "GET /metrics/kpis": kpis,
        "GET /metrics/process": process,
    }
    return known | {f"{place}/": taker for place, taker in known.items()}


class Reports:
    """Takes reports of callers whose token counts."""

    def __init__(self, django: Application) -> None:
        self._django = django
        self._headers: Headers = []

    def __call__(
        self, environ: Environ, start_response: StartResponse, grant: Grant, name: str
    ) -> Iterable[bytes]:
        """The answer to a report, or Django's."""
        length = environ.get("CONTENT_LENGTH") or ""
        is_strict = STRICT.get(environ.get("QUERY_STRING") or "")
        is_usual = (
            SCOPE in grant.scopes
            and environ.get("CONTENT_TYPE") == "application/json"
            and is_strict is not None
            and length.isascii()
            and length.isdigit()
            and len(length) < 10
            and int(length) <= BODY_MAX_BYTES
        )
        if not is_usual:
            return self._django(environ, start_response)
        if not self._headers:
            return self._django(environ, self._learning(start_response))
        body: bytes = environ["wsgi.input"].read(int(length))
        answer, problem = None, None
        try:
            with at_most_since(environ):
                answer = _reported(body, grant.agent_name, is_strict=bool(is_strict))
        except Exception as error:
            problem = error if isinstance(error, Problem) else refusal(error)
            if problem is None:
                log.warning("A report is left to Django", exc_info=True)
        if problem is not None:
            return answer_problem(problem, start_response, self._headers, {REQUEST_ID: name})
        if answer is None:
            environ["wsgi.input"] = BytesIO(body)
            return self._django(environ, start_response)
        start_response("200 OK", self._with({"Content-Length": str(len(answer)), REQUEST_ID: name}))
        return [answer]

    def _learning(self, start_response: StartResponse) -> StartResponse:
        """Have Django answer, and remember the headers."""

        def start(status: str, headers: Headers, *more: Any) -> Any:
            if status == "200 OK" and not any(name == "Set-Cookie" for name, _ in headers):
                self._headers = list(headers)
            return start_response(status, headers, *more)

        return start

    def _with(self, own: dict[str, str]) -> Headers:
        """The headers with those that differ from answer to answer."""
        return [(key, own.get(key, value)) for key, value in self._headers]


def _reported(body: bytes, agent: str, *, is_strict: bool) -> bytes:
    """Answer as the view does, with a connection to the database that is given back, or kept if it is a file."""
    is_well = False
    try:
        connection.ensure_connection()  # all who wait for the database do at once, and none with a lock in hand
        answer = report(body, agent=agent, strict=is_strict)
        is_well = True
    finally:
        if not connection.in_atomic_block and (not is_well or connection.vendor == "postgresql"):
            connection.close()
    return answer
