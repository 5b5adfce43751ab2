"""Every exception of an API view becomes a problem; what nobody foresaw is left to Django, which logs it."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.core.exceptions import ValidationError as ModelError
from django.db import IntegrityError, OperationalError
from django.db.models import ProtectedError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.views import set_rollback

from contracts.findings import Path
from rest.outages import RETRY_AFTER, Outage, outage_of
from rest.problems import ErrorItem, Invalid, Problem, ProblemResponse
from rest.storage import RETRY_AFTER as MUCH_LATER
from rest.storage import Failure, failure_of

log = logging.getLogger(__name__)

CODES = {
    400: "bad_request",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    429: "throttled",
    500: "internal_error",
    503: "unavailable",
    507: "disk_full",
}
SENTENCES = {
    400: "The request cannot be understood.",
    404: "There is nothing here.",
    413: "The request is larger than this server accepts.",
    500: "Something went wrong here. It has been noted; it is not your request's fault.",
    503: "The service is not available for the moment.",
}


class Busy(OperationalError):
    """Somebody else holds what a change needs. Its text is for people, and the same may succeed a moment later."""


def exception_handler(exc: Exception, context: dict[str, Any]) -> ProblemResponse | None:
    """Django REST framework's hook: the problem for an exception, or None for one nobody foresaw."""
    problem = problem_of(exc)
    if problem is None:
        return None
    set_rollback()
    if problem.status_code >= 500:
        log.error("%s: %s", problem.code, exc, exc_info=exc)
    return ProblemResponse(problem, context["request"]._request)


def problem_of(exc: Exception) -> Problem | None:
    """The problem an exception stands for; None where it is a fault of ours."""
    if isinstance(exc, Problem):
        return exc
    if isinstance(exc, Http404):
        return Problem(404, "not_found", SENTENCES[404])
    if isinstance(exc, PermissionDenied):
        return Problem(403, "permission_denied", str(exc) or "You may not do this.")
    if isinstance(exc, ModelError):
        return Invalid(model_errors(exc))
    if isinstance(exc, exceptions.APIException):
        return _of_framework(exc)
    if failure := failure_of(exc):
        return of_storage(failure)
    return _of_database(exc)


def of_storage(failure: Failure) -> Problem:
    """That the disk is full or the database damaged."""
    again = {"Retry-After": str(MUCH_LATER)}
    return Problem(failure.status, failure.code, failure.sentence, headers=again)


def of_outage(outage: Outage) -> Problem:
    """That the database is away, read-only or busy."""
    return Problem(503, "unavailable", outage.value, headers={"Retry-After": str(RETRY_AFTER)})


def _of_framework(exc: exceptions.APIException) -> Problem:
    if isinstance(exc, exceptions.ValidationError):
        return Invalid(list(_flat(exc.get_full_details())))
    headers: dict[str, str] = {}
    if (challenge := getattr(exc, "auth_header", None)) is not None:
        headers["WWW-Authenticate"] = challenge
    if (wait := getattr(exc, "wait", None)) is not None:
        headers["Retry-After"] = str(math.ceil(wait))
    code = CODES.get(exc.status_code, "bad_request")
    if isinstance(exc, exceptions.PermissionDenied) and "CSRF" in str(exc.detail):
        code = "csrf_failed"
    if isinstance(exc, exceptions.AuthenticationFailed):
        code = "authentication_failed"
    return Problem(exc.status_code, code, str(exc.detail), headers=headers)


def _of_database(exc: Exception) -> Problem | None:
    if isinstance(exc, ProtectedError):
        users = sorted({str(user) for user in exc.protected_objects})
        listed = ", ".join(users[:10]) + (f" and {len(users) - 10} more" if len(users) > 10 else "")
        return Problem(409, "in_use", f"It is used by: {listed}.", more={"used_by": users[:100]})
    if isinstance(exc, IntegrityError):
        return Problem(409, "conflict", "Someone else stored the same, or removed what this refers to.")
    if isinstance(exc, Busy):
        return Problem(503, "busy", str(exc), headers={"Retry-After": str(RETRY_AFTER)})
    outage = outage_of(exc)
    return of_outage(outage) if outage else None


def _flat(details: Any, path: Path = ()) -> Iterator[ErrorItem]:
    """Django REST framework's nested errors, one after the other."""
    if isinstance(details, list):
        for index, item in enumerate(details):
            is_nested = isinstance(item, dict) and "message" not in item
            yield from _flat(item, (*path, index) if is_nested else path)
    elif isinstance(details, dict) and set(details) == {"message", "code"}:
        yield ErrorItem(str(details["code"]), str(details["message"]), path)
    elif isinstance(details, dict):
        for key, value in details.items():
            yield from _flat(value, path if key == "non_field_errors" else (*path, key))


def model_errors(error: ModelError) -> list[ErrorItem]:
    """What ``full_clean()`` found, field by field."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    return [
        ErrorItem(
            str(one.code or "invalid"), " ".join(one.messages), () if field == NON_FIELD_ERRORS else (field,)
        )
        for field, errors in by_field.items()
        for one in errors
    ]
