"""What every request to the API passes outside its views."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from io import BytesIO

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from rest.handling import CODES, SENTENCES
from rest.problems import Problem, ProblemResponse

GetResponse = Callable[[HttpRequest], HttpResponseBase]

HEADER = "X-Request-ID"
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_CHUNK = 64 * 1024


def request_id(get_response: GetResponse) -> GetResponse:
    """Name every request; the answer says the name, and a caller's own is kept where it is a plain word."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        name = given if GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        request.request_id = name  # type: ignore[attr-defined]  # ours, read by ProblemResponse
        response = get_response(request)
        response[HEADER] = name
        return response

    return answer


def is_api(request: HttpRequest) -> bool:
    """Whether a program asks: errors are for it, not for a person."""
    return request.path_info.startswith("/api/")


def problems(get_response: GetResponse) -> GetResponse:
    """Turn the error pages of Django itself into problems: no such address, a broken host, a fault of ours."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        status = response.status_code
        is_page = not response.get("Content-Type", "").startswith("application/")
        if status < 400 or not is_api(request) or not is_page:
            return response
        sentence = SENTENCES.get(status, "The request was refused.")
        problem = ProblemResponse(Problem(status, CODES.get(status, "bad_request"), sentence), request)
        for name in ("Allow", "Retry-After", "WWW-Authenticate"):
            if name in response:
                problem[name] = response[name]
        return problem

    return answer


def body_limit(get_response: GetResponse) -> GetResponse:
    """Refuse a body over IMPORT_MAX_BYTES, whether its length was told or not; read no more of it than that.

    A body of unknown length (sent in chunks) is read here and handed on with its length, because Django
    takes a request without one for empty.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if not is_api(request):
            return get_response(request)
        length = request.META.get("CONTENT_LENGTH") or ""
        if length:
            if not (length.isascii() and length.isdigit()):
                return ProblemResponse(Problem(400, "bad_request", "Content-Length is no number."), request)
            if int(length[:18]) > settings.IMPORT_MAX_BYTES:
                return too_large(request)
        elif request.META.get("HTTP_TRANSFER_ENCODING"):
            body = read_at_most(request, settings.IMPORT_MAX_BYTES)
            if body is None:
                return too_large(request)
            request.META["CONTENT_LENGTH"] = str(len(body))
            request._stream = BytesIO(body)  # what WSGIRequest reads from
        return get_response(request)

    return answer


def read_at_most(request: HttpRequest, limit: int) -> bytes | None:
    """The body, or None as soon as it turns out to be longer."""
    stream, body = request.META["wsgi.input"], bytearray()
    while chunk := stream.read(_CHUNK):
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


def too_large(request: HttpRequest) -> HttpResponse:
    """The answer to a body over the limit."""
    limit = settings.IMPORT_MAX_BYTES // 1024
    said = f"The body is over {limit:,} KiB, the limit. AUREN_UPLOAD_MAX_MIB raises it."
    return ProblemResponse(Problem(413, "too_large", said), request)
