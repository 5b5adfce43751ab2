"""Small things every request passes before Django looks at it."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from auren_admin.errors import told
from releases.serving.front import REFUSED
from releases.serving.readiness import readiness
from rest.handling import Busy, of_outage, of_storage
from rest.middleware import is_api
from rest.outages import RETRY_AFTER, Outage
from rest.storage import Failure, damaged_since

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def liveness(get_response: GetResponse) -> GetResponse:
    """Answer /livez, that the process runs, and /readyz, whether it can do its work.

    /livez asks no database, no session and no host name, so that only a dead process fails. While the database
    is away, requests beyond those that may wait for it are refused here: polls need the threads.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        if request.path == "/livez":
            return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
        if request.path == "/readyz":
            status, said = readiness()
            return JsonResponse(said, status=status, headers={"Cache-Control": "no-store"})
        if REFUSED in request.META:
            return refused(request)
        return get_response(request)

    return answer


def busy(get_response: GetResponse) -> GetResponse:
    """Say on a page that others hold what it needs, and when to try again; the API says so itself."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Busy):
            return None
        page = render(request, "busy.html", {"sentence": str(error)}, status=503)
        page["Retry-After"] = str(RETRY_AFTER)
        return page

    answer.process_exception = process_exception  # type: ignore[attr-defined]  # where Django looks for it
    return answer


def refused(request: HttpRequest) -> HttpResponse:
    """That the database is away, without asking it."""
    return told(request, of_storage(Failure.DAMAGED) if damaged_since() else of_outage(Outage.AWAY))


def unchanged(get_response: GetResponse) -> GetResponse:
    """Take the length from a 304: it would be that of no body, not of what the caller has (RFC 9110 §8.6)."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code == 304 and "Content-Length" in response:
            del response["Content-Length"]
        return response

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


SEARCHES = frozenset({"q", "term"})
"""Parameters by which pages search: Django's lists, and its fields that complete what is typed."""
SEARCH_CHARACTERS, SEARCH_WORDS = 200, 10
TOO_MUCH = f"Search for at most {SEARCH_WORDS} words, of {SEARCH_CHARACTERS} characters together."


def search_limit(get_response: GetResponse) -> GetResponse:
    """Refuse to search for very much: each word is a condition of its own for every column that is searched."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if not is_api(request):
            for name in SEARCHES & request.GET.keys():
                text = request.GET[name]
                if len(text) > SEARCH_CHARACTERS or len(text.split()) > SEARCH_WORDS:
                    return render(request, "400.html", {"reason": TOO_MUCH}, status=400)
        return get_response(request)

    return answer


def no_nul(get_response: GetResponse) -> GetResponse:
    """Refuse a NUL in the address: no page means one, and PostgreSQL fails on it."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", "") or "\x00" in request.path_info:
            raise BadRequest("The address holds a NUL character.")
        return get_response(request)

    return answer
