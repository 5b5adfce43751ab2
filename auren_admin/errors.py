"""The page for what nobody foresaw, and for what is nobody's fault: a database that is away, a disk that is full."""

from __future__ import annotations

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import server_error

from rest.handling import problem_of
from rest.middleware import is_api
from rest.problems import Problem, ProblemResponse

PASSING = (503, 507)
"""Statuses that say: not now."""


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
