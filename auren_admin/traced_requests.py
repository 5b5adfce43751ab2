"""Requests as spans: what Django answers by a middleware, what is answered in front of it around its taker.

Neither is there while tracing is off. Polls answered from memory, probes and static files have no span: a poll takes
less time than the making of one, and django-prometheus counts the rest.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from django.conf import settings
from django.contrib.admindocs.views import simplify_regex
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from releases.serving.front import SHELF, Environ, StartResponse, Taker
from releases.serving.shelf import Grant
from rest.patience import SINCE
from tracing import names, spans

SPAN, ERROR = "auren.span", "auren.error"
"""Keys of a request's environment: the span that it has already, and the class of what a view raised."""
CONVERTER: Final = re.compile(r"<(?:[^:>]+:)?([^>]+)>")
PROBES: Final = frozenset({"/livez", "/readyz"})


def traced(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Any:
    """Django's middleware: a span for each request that has none yet."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        environ = request.META
        if SPAN in environ or SHELF in environ or _is_left_out(request.path_info):
            return get_response(request)
        with _span(environ, "", {}) as span:
            environ[SPAN] = span
            response = get_response(request)
            if match := request.resolver_match:
                route = template(match.route)
                span.rename(names.request_span(environ["REQUEST_METHOD"], route))
                span.note({names.ROUTE: route})
            _answered(span, response.status_code, environ.get(ERROR, ""))
        return response

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        request.META[ERROR] = type(error).__name__
        return None

    answer.process_exception = process_exception  # type: ignore[attr-defined]  # where Django looks for it
    return answer


def traced_takers(takers: Mapping[str, Taker]) -> dict[str, Taker]:
    """Takers by method and path, each of which answers within a span."""
    return {place: _traced(taker, place.partition(" ")[2].rstrip("/")) for place, taker in takers.items()}


def _traced(taker: Taker, route: str) -> Taker:
    def take(environ: Environ, start_response: StartResponse, grant: Grant, name: str) -> Iterable[bytes]:
        about = {names.ROUTE: route}
        if grant.agent_name:
            about[names.AGENT] = grant.agent_name
        with _span(environ, route, about) as span:
            environ[SPAN] = span  # what is left to Django has no other

            def start(status: str, *more: Any) -> Any:
                _answered(span, int(status[:3]))
                return start_response(status, *more)

            return taker(environ, start, grant, name)

    return take


@lru_cache(maxsize=1000)
def template(pattern: str) -> str:
    """A pattern of Django's addresses as people write it: `/api/v1/agents/{agent}/bindings`."""
    text = simplify_regex(pattern.removesuffix("/?$")).replace("\\", "")
    return CONVERTER.sub(r"{\1}", text)


def _is_left_out(path: str) -> bool:
    return path in PROBES or path.startswith(settings.STATIC_URL)


def _span(environ: Environ, route: str, more: Mapping[str, str]) -> Any:
    """A request's span, which began when the request came: it may have waited for a thread."""
    method = environ["REQUEST_METHOD"]
    about = {
        names.REQUEST_METHOD: names.request_method(method),
        names.SCHEME: environ["wsgi.url_scheme"],
        **more,
    }
    since = environ.get(SINCE)
    return spans.tracer().span(
        names.request_span(method, route),
        spans.Kind.SERVER,
        about,
        parent=environ.get("HTTP_TRACEPARENT", "") if _takes_parents() else "",
        waited=time.monotonic() - since if since else 0.0,
    )


def _takes_parents() -> bool:
    return settings.TRACING is not None and settings.TRACING.take_parents


def _answered(span: spans.Span, status: int, error: str = "") -> None:
    span.note({names.STATUS_CODE: status})
    if status >= 500:
        span.fail(error or str(status))
