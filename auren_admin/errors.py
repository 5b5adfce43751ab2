"""The page for what nobody foresaw, and for what is nobody's fault: a database that is away, a disk that is full."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from django.conf import settings
from django.contrib.sessions.exceptions import SuspiciousSession
from django.core.exceptions import (
    BadRequest,
    DisallowedHost,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.views.defaults import server_error

from rest.handling import problem_of
from rest.middleware import is_api
from rest.problems import Problem, ProblemResponse

REASONS: Mapping[type[Exception], str] = {
    DisallowedHost: "This server is not known by the host name in the address. If the site has just moved there, its "
    "operator must add that name to AUREN_ALLOWED_HOSTS.",
    TooManyFieldsSent: f"The form has more than {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,} fields, the most that this "
    "server reads at once. Nothing was changed. Choose fewer rows, or all of them by the link above the list.",
    TooManyFilesSent: f"More than {settings.DATA_UPLOAD_MAX_NUMBER_FILES:,} files came with the form, the most that "
    "this server reads at once. Nothing was changed. Send fewer of them.",
    RequestDataTooBig: f"The form is larger than {settings.DATA_UPLOAD_MAX_MEMORY_SIZE // settings.MIB} MiB, the most "
    "that this server reads at once. Nothing was changed.",
    MultiPartParserError: "The form was cut off or damaged on its way. Nothing was changed. Send it again.",
    BadSignature: "The form is not as this server made it. Nothing was changed. Open the page again.",
    SuspiciousSession: "Your session ended while this was sent. Sign in again.",
}
"""What people are told, by what went wrong."""
OTHERWISE = (
    "Something in the address or in what was sent is not as it should be. Nothing was changed. If you typed the "
    "address, check it; otherwise go back and try again."
)
PASSING = (503, 507)
"""Statuses that say: not now."""


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's ``handler400``: what really was wrong, where that tells nobody more than they know."""
    return render(request, "400.html", {"reason": reason_of(exception)}, status=400)


def reason_of(error: Exception) -> str:
    """Why a request could not be read, in words."""
    for kind, reason in REASONS.items():
        if isinstance(error, kind):
            return reason
    return str(error) if isinstance(error, BadRequest) and str(error) else OTHERWISE


def failed(request: HttpRequest) -> HttpResponse:
    """Django's ``handler500``, called while the error is being handled: whatever raised it, a middleware included."""
    error = sys.exc_info()[1]
    problem = problem_of(error) if isinstance(error, Exception) else None
    if not isinstance(problem, Problem) or problem.status_code not in PASSING:
        return server_error(request)
    return told(request, problem)


def told(request: HttpRequest, problem: Problem) -> HttpResponse:
    """What is the matter, and when to try again: a problem for programs, a page for people. It asks no database."""
    if is_api(request):
        return ProblemResponse(problem, request)
    known = {"code": problem.status_code, "sentence": problem.sentence}
    response = render(request, "not_now.html", known, status=problem.status_code)
    for name, value in problem.headers.items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    return response
