"""Answers that a page asks for again and again: told only when they have changed."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response

_TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value=)"[^"]*"')
"""Of a form: it is another one each time, and no news."""


def part(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A part of a page, for a script to put in its place."""
    body = render_to_string(template, context, request).encode()
    version = sha256(_TOKEN.sub(rb"\1", body)).hexdigest()[:32]
    return _unless_known(request, version, lambda: HttpResponse(body))


def data(request: HttpRequest, version: str, found: Callable[[], Any]) -> HttpResponse:
    """JSON for a picture, which is only worked out for whoever has another version."""
    return _unless_known(request, version, lambda: HttpResponse(orjson.dumps(found()), "application/json"))


def _unless_known(request: HttpRequest, version: str, answer: Callable[[], HttpResponse]) -> HttpResponse:
    etag = f'"{version}"'
    known = get_conditional_response(request, etag=etag)
    response = known if isinstance(known, HttpResponse) else answer()
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response
