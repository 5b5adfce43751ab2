"""Small things every request passes before Django looks at it."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def liveness(get_response: GetResponse) -> GetResponse:
    """Answer /livez: the process runs.

    It asks no database, no session and no host name, so that only a dead process fails.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path == "/livez":
            return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
        return get_response(request)

    return answer


def body_limit(get_response: GetResponse) -> GetResponse:
    """Refuse a body over REQUEST_MAX_BYTES before any of it is read.

    A request that does not tell its length has no body as Django sees it.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdigit() and int(length[:18]) > settings.REQUEST_MAX_BYTES:
            limit = settings.REQUEST_MAX_BYTES // settings.MIB
            text = f"The request is larger than {limit} MiB, the most this server accepts.\n"
            return HttpResponse(text, status=413, content_type="text/plain; charset=utf-8")
        return get_response(request)

    return answer


def no_nul(get_response: GetResponse) -> GetResponse:
    """Refuse a NUL in the address: no page means one, and PostgreSQL fails on it."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path_info:
            raise BadRequest("The address holds a NUL character.")
        return get_response(request)

    return answer
