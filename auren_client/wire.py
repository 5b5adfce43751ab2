"""Requests as they are sent and answers as they are understood; nothing here opens a connection."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from auren_client.errors import Problem

API = "/api/v1/"
VERSION = "0.1.0"
USER_AGENT = f"auren-client/{VERSION}"
UNREADABLE, UNEXPECTED, UNREACHABLE, NO_TOKEN = "unreadable", "unexpected", "unreachable", "no_token"
_LONGEST_TOLD = 300

Token = str | Callable[[], str]


@dataclass(frozen=True, slots=True)
class Call:
    """A request to the server, ready to be sent."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whatever its status. Names of ``headers`` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)

    def seconds(self, header: str) -> float:
        """A header that counts seconds; 0 where it is missing or says anything else."""
        text = self.headers.get(header, "")
        return float(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0.0

    def number(self, header: str) -> int | None:
        """A header that is a whole number; None where it is missing or says anything else."""
        text = self.headers.get(header, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class Errand(Protocol):
    """One request to be made, and what to do with its answer."""

    call: Call

    def answered(self, reply: Reply) -> None:
        """An answer came, whatever it says."""

    def failed(self, error: Exception) -> None:
        """None came."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server is, and who asks it."""

    url: str
    agent: str
    token: Token = field(repr=False)
    release: int | None = None
    channel: str = ""

    def __post_init__(self) -> None:
        if not self.url.startswith(("http://", "https://")):
            raise ValueError(
                f"expected the server's address, such as https://auren.example.org: {self.url!r}"
            )
        if not self.agent:
            raise ValueError("expected the name of an agent, such as NEUROS")
        if self.release is not None and self.channel:
            raise ValueError("expected a release or a channel, not both")

    def poll(self, etag: str) -> Call:
        """Ask for the bindings, unless they are those of ``etag``."""
        query: dict[str, str] = {}
        if self.release is not None:
            query["release"] = str(self.release)
        if self.channel:
            query["channel"] = self.channel
        path = f"agents/{quote(self.agent, safe='')}/bindings{'?' if query else ''}{urlencode(query)}"
        return Call("GET", self._at(path), self._headers() | ({"If-None-Match": etag} if etag else {}))

    def report(self, items: list[bytes]) -> Call:
        """Deliver observations, each JSON already."""
        headers = self._headers() | {"Content-Type": "application/json"}
        return Call(
            "POST", self._at("observations"), headers, b'{"observations": [' + b",".join(items) + b"]}"
        )

    def inbox(self, etag: str) -> Call:
        """Ask for the inbox, unless it is that of ``etag``."""
        path = f"agents/{quote(self.agent, safe='')}/inbox"
        return Call("GET", self._at(path), self._headers() | ({"If-None-Match": etag} if etag else {}))

    def run(self, number: int) -> Call:
        """Ask for one run."""
        return Call("GET", self._at(f"runs/{number}/"), self._headers())

    def say(self, path: str, body: bytes) -> Call:
        """Say something about a run, as JSON."""
        return Call("POST", self._at(path), self._headers() | {"Content-Type": "application/json"}, body)

    def _at(self, path: str) -> str:
        return f"{self.url.rstrip('/').removesuffix(API.rstrip('/'))}{API}{path}"

    def _headers(self) -> dict[str, str]:
        token = (self.token() if callable(self.token) else self.token).strip()
        if not token or not (token.isascii() and token.isprintable()):
            # Said here, because the words of whoever noticed it next would repeat the token.
            raise ValueError("the token is empty, or holds characters that no token has")
        return {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json",
            "User-Agent": USER_AGENT,
        }


def read_problem(reply: Reply) -> Problem:
    """What an answer other than the expected one says, from its problem+json where it is that."""
    try:
        found: Any = json.loads(reply.body)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict) and isinstance(found.get("detail"), str):
        code = found.get("code")
        return Problem(reply.status, code if isinstance(code, str) else UNEXPECTED, _told(found["detail"]))
    return Problem(reply.status, UNEXPECTED, "not an answer that AUREN gives; is the address right?")


def read_refusal(reply: Reply) -> Problem:
    """What a refusal says: in the words for the one thing that is wrong, where the answer has such."""
    problem = read_problem(reply)
    if problem.code == UNEXPECTED:
        return problem
    errors = json.loads(reply.body).get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, dict) or not isinstance(first.get("message"), str):
        return problem
    code = first.get("code")
    return Problem(reply.status, code if isinstance(code, str) else problem.code, _told(first["message"]))


def unreachable(error: Exception) -> Problem:
    """The problem of a request that got no answer."""
    reason = _told(str(error)) or type(error).__name__
    return Problem(0, UNREACHABLE, f"the server did not answer: {reason}")


def _told(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TOLD else f"{line[: _LONGEST_TOLD - 1]}…"
