"""Answers that say what they are by a strong entity tag, so that whoever has them is told only that."""

from __future__ import annotations

from typing import Final

from django.http import HttpResponse
from rest_framework.request import Request

from releases.serving.bodies import JSON_TYPE, Variant
from releases.serving.negotiation import is_known

CURSOR: Final = "Auren-Cursor"
"""The header that says since when the next look may ask."""


def tagged(request: Request, data: bytes, cursor: int | None = None) -> HttpResponse:
    """The bytes; 304 where the caller has exactly these."""
    body = Variant.of(data)
    is_unchanged = is_known(request.headers.get("If-None-Match", ""), body.etag)
    response = HttpResponse(b"" if is_unchanged else data, status=304 if is_unchanged else 200)
    if is_unchanged:
        del response["Content-Type"]
    else:
        response["Content-Type"] = JSON_TYPE
    response["ETag"] = body.etag
    if cursor is not None:
        response[CURSOR] = str(cursor)
    return response
