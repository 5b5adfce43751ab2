"""Answers that are given without asking the application."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from auren_admin.gateway.sending import Headers
from rest.problems import CONTENT_TYPE, Problem

RETRY_AFTER = "2"
TEXT = "text/plain; charset=utf-8"


def is_api(environ: dict[str, Any]) -> bool:
    """Whether a program asks, by the address."""
    return bool(environ["PATH_INFO"].startswith("/api/"))


def busy(environ: dict[str, Any]) -> tuple[int, Headers, bytes]:
    """Too much waits to be done, or to be read."""
    sentence = "The server is busy. Try again in a moment."
    return refusal(environ, HTTPStatus.SERVICE_UNAVAILABLE, "busy", sentence, ("Retry-After", RETRY_AFTER))


def too_large(environ: dict[str, Any], limit: int) -> tuple[int, Headers, bytes]:
    """More is sent than somebody may who has not signed in."""
    sentence = f"The request is larger than {limit // 1024} KiB. Sign in first."
    return refusal(environ, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", sentence)


def too_slow(environ: dict[str, Any]) -> tuple[int, Headers, bytes]:
    """The body did not come in time."""
    return refusal(
        environ, HTTPStatus.REQUEST_TIMEOUT, "too_slow", "The body of the request came too slowly."
    )


def failed(environ: dict[str, Any]) -> tuple[int, Headers, bytes]:
    """500: the application raised an exception, which has been logged."""
    sentence = "Something went wrong here. It has been logged."
    return refusal(environ, HTTPStatus.INTERNAL_SERVER_ERROR, "error", sentence)


def refusal(
    environ: dict[str, Any], status: HTTPStatus, code: str, sentence: str, *headers: tuple[str, str]
) -> tuple[int, Headers, bytes]:
    """Status, headers and body: a problem for a program, a line for a person."""
    kind, body = TEXT, f"{sentence}\n".encode()
    if is_api(environ):
        kind, body = CONTENT_TYPE, json.dumps(Problem(status, code, sentence).as_data()).encode()
    return status, [("Content-Type", kind), ("Cache-Control", "no-store"), *headers], body
