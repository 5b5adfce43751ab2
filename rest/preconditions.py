"""`If-Match`: a row is only written by who has seen it as it is (RFC 9110 §13.1.1, RFC 6585 §3)."""

from __future__ import annotations

import hashlib

from django.utils.http import parse_etags
from rest_framework.request import Request

from rest.problems import Problem


def etag(version: str) -> str:
    """The version as a strong entity tag."""
    return f'"{version}"'


def digest(text: str) -> str:
    """A version of what has no number of its own."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def require_match(request: Request, version: str) -> None:
    """Raise Problem: 428 without `If-Match`, 412 where the row is another by now.

    `*` would match anything and prevent nothing; it counts as no condition.
    """
    given = parse_etags(request.headers.get("If-Match", ""))
    if not given or given == ["*"]:
        raise Problem(
            428,
            "precondition_required",
            "Send If-Match with the ETag of what you saw, so that nobody's change is lost.",
        )
    if etag(version) not in given:
        raise Problem(
            412,
            "stale",
            "It was changed since. Look at it again, and change that.",
            headers={"ETag": etag(version)},
        )
