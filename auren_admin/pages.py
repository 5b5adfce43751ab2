"""Pages for what went wrong, which ask the database nothing."""

import sys

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

from rest.middleware import is_api
from rest.outages import RETRY_AFTER, Outage, outage_of
from rest.problems import Problem, ProblemResponse


def fault(request: HttpRequest) -> HttpResponse:
    """Django's ``handler500``: a database that is away, read-only or busy is none of ours, and says so."""
    error = sys.exc_info()[1]
    outage = outage_of(error) if error else None
    return unavailable(request, outage) if outage else server_error(request)


def unavailable(request: HttpRequest, outage: Outage) -> HttpResponse:
    """503 in words, with when to try again: a problem for programs, a page for people."""
    again = {"Retry-After": str(RETRY_AFTER)}
    if is_api(request):
        return ProblemResponse(Problem(503, "unavailable", outage.value, headers=again), request)
    page = render_to_string("503.html", {"outage": outage.name})
    return HttpResponse(page, status=503, headers=again)
