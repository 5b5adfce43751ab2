"""How many expensive requests a process answers at a time, and how many of them for one caller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rest.problems import Problem

EACH = 2
"""Expensive requests of one caller at a time."""
RETRY_AFTER = "2"
SENTENCE = "Too much is being worked out at once. Try again in a moment."

_lock = Lock()
_running: Counter[str] = Counter()


class TooManyAtOnce(Problem):
    """There is no room for one more expensive request of this caller now."""

    def __init__(self) -> None:
        super().__init__(429, "too_many_at_once", SENTENCE, headers={"Retry-After": RETRY_AFTER})


def most() -> int:
    """Expensive requests at a time: all threads but one, which goes on with what is quick."""
    return max(settings.THREADS - 1, 1)


@contextmanager
def expensive(caller: str) -> Iterator[None]:
    """Answer an expensive request of this caller. Raises TooManyAtOnce."""
    with _lock:
        if _running[caller] >= min(EACH, most()) or _running.total() >= most():
            raise TooManyAtOnce
        _running[caller] += 1
    try:
        yield
    finally:
        with _lock:
            _running[caller] -= 1
            if not _running[caller]:
                del _running[caller]


def expensive_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that takes long to work out; who asks for too many at once is told so."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with expensive(f"person {request.user.pk}"):
                response = view(request, *args, **kwargs)
                if hasattr(response, "render"):  # most of the work of a large page
                    response = response.render()
                return response
        except TooManyAtOnce:
            response = render(request, "429.html", status=429)
            response["Retry-After"] = RETRY_AFTER
            return response

    return answer
