"""Errors as `application/problem+json`: https://www.rfc-editor.org/rfc/rfc9457."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import APIException

from contracts.findings import Finding, Path

CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class ErrorItem:
    """One thing that is wrong with one place of what was sent.

    ``path`` leads there from the root of the body; a query parameter or header is named by ``parameter``.
    ``rule`` is the id of the rule that objects, where it is one of the catalogue.
    """

    code: str
    message: str
    path: Path = ()
    hint: str = ""
    rule: str = ""
    parameter: str = ""

    def as_data(self) -> dict[str, Any]:
        """The item as JSON has it: the place as a pointer (RFC 6901), nothing that is empty."""
        data: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.parameter:
            data["parameter"] = self.parameter
        else:
            data["pointer"] = pointer(self.path)
        return data | {key: value for key in ("hint", "rule") if (value := getattr(self, key))}


def pointer(path: Path) -> str:
    """The place as a JSON pointer; "" is the whole body."""
    return "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in path)


class Problem(APIException):
    """An answer of 4xx or 5xx: a status, a stable code, a sentence, and what exactly is wrong."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Iterable[ErrorItem] = (),
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail, code)
        self.status_code = status
        self.code = code
        self.sentence = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.more = dict(more or {})

    def as_data(self, request_id: str = "") -> dict[str, Any]:
        """The members of the problem object."""
        data: dict[str, Any] = {
            "type": f"urn:auren:problem:{self.code}",
            "title": HTTPStatus(self.status_code).phrase,
            "status": self.status_code,
            "detail": self.sentence,
            "code": self.code,
            "errors": [item.as_data() for item in self.errors],
        }
        return data | self.more | ({"request_id": request_id} if request_id else {})


class Invalid(Problem):
    """What was sent breaks the contract; each error names its place and its rule."""

    def __init__(self, errors: Iterable[ErrorItem], code: str = "invalid") -> None:
        items = tuple(errors)
        count = "One thing is" if len(items) == 1 else f"{len(items)} things are"
        super().__init__(400, code, f"{count} wrong with what was sent.", errors=items)


def bad_parameter(name: str, message: str, *, code: str = "parameter_invalid", hint: str = "") -> Invalid:
    """The problem with one query parameter or header."""
    return Invalid([ErrorItem(code, message, hint=hint, parameter=name)], code)


def bad_body(code: str, message: str, *, path: Path = (), hint: str = "", status: int = 400) -> Problem:
    """The problem with a body as a whole, or with one place of it."""
    return Problem(status, code, message, errors=[ErrorItem(code, message, path, hint)])


def error_of(finding: Finding, place: Callable[[Path], Path] = lambda path: path) -> ErrorItem:
    """A rule's finding as an error; ``place`` turns the document's path into that of the body."""
    return ErrorItem(finding.code, finding.message, place(finding.path), finding.hint, finding.rule)


class ProblemResponse(HttpResponse):
    """The problem as bytes: it needs no negotiation, so that an error about negotiation can be told too."""

    def __init__(self, problem: Problem, request: HttpRequest | None = None) -> None:
        body = problem.as_data(getattr(request, "request_id", ""))
        super().__init__(json.dumps(body), content_type=CONTENT_TYPE, status=problem.status_code)
        for name, value in problem.headers.items():
            self[name] = value


def answer(
    problem: Problem,
    start_response: Callable[..., Any],
    usual: Iterable[tuple[str, str]],
    own: dict[str, str],
) -> list[bytes]:
    """Answer a problem without Django: with the ``usual`` headers of its answers, of which ``own`` differ."""
    body = json.dumps(problem.as_data(own.get("X-Request-ID", ""))).encode()
    own = own | {"Content-Type": CONTENT_TYPE, "Content-Length": str(len(body))}
    headers = [(name, own.get(name, value)) for name, value in usual if name != "Content-Encoding"]
    status = f"{problem.status_code} {HTTPStatus(problem.status_code).phrase}"
    start_response(status, [*headers, *problem.headers.items()])
    return [body]
