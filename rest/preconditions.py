"""`If-Match`: a row is only written by who has seen it as it is (RFC 9110 §13.1.1, RFC 6585 §3).

The RFC asks for strong comparison, because a weak tag may stand for other bytes. Ours stand for revisions of a row,
not for bytes: a proxy that compresses the answer makes the tag weak (nginx) or adds the encoding to it (Apache), and
the row is still the one that was seen. So what such a proxy did to the tag is undone before it is compared.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from django.utils.http import parse_etags
from rest_framework.request import Request

from rest.problems import Problem

_AS_SENT: Final = re.compile(r"-(gzip|br|zstd|deflate)\Z")
"""What Apache adds to the tag of an answer that it has compressed; no version of ours ends like that."""


def etag(version: str) -> str:
    """The version as a strong entity tag."""
    return f'"{version}"'


def digest(text: str) -> str:
    """A version of what has no number of its own."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def seen_version(tag: str) -> str:
    """The version that an entity tag stands for, whatever a compressing proxy has made of the tag."""
    return _AS_SENT.sub("", tag.removeprefix("W/").strip('"'))


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
    if version not in map(seen_version, given):
        raise Problem(
            412,
            "stale",
            "It was changed since. Look at it again, and change that.",
            headers={"ETag": etag(version)},
        )
