"""Inboxes, answered in front of Django, from memory, as binding polls are.

What is answered is what :mod:`protocols.api.inbox` would, header by header: the headers are those of an answer of
Django's, which is asked the first time. Only an agent is answered so, and only about its own inbox as it is.
"""

from __future__ import annotations

import re
from typing import Any, Final

from protocols.api.answers import CURSOR
from protocols.inbox.held import Held, Told
from protocols.inbox.keeper import Keeper
from protocols.inbox.measures import BY_DJANGO, FROM_MEMORY
from releases.serving.front import StartResponse
from releases.serving.pages import ROOT, Headers, Page, Sheet
from releases.serving.shelf import Grant
from rest.middleware import HEADER as REQUEST_ID

SCOPE: Final = "runs:write"
PATH: Final = re.compile(rf"{ROOT}agents/([^/]+)/inbox/?\Z")
LENGTH: Final = "Content-Length"
OF_BODY: Final = frozenset({"Content-Type", LENGTH})
"""Headers that an answer without a body has not."""
MOST: Final = 20_000
"""Pages; more agents than that only make us forget."""


class Inboxes:
    """What the front asks about inboxes. See :class:`releases.serving.front.Aside`."""

    def __init__(self, held: Held | None = None, keeper: Keeper | None = None) -> None:
        self._held = held or Held()
        self._keeper = keeper or Keeper(self._held)
        self._headers: Headers = []
        self._pages: dict[str, tuple[Told, Page]] = {}

    def is_about(self, path: str) -> bool:
        """Whether this is the address of an inbox."""
        return PATH.match(path) is not None

    def page(self, grant: Grant, path: str, now: float) -> Page | None:
        """The caller's own inbox; None where it is another's, or not known well enough."""
        found = PATH.match(path)
        agent = grant.agent_name
        if found is None or found[1] != agent or SCOPE not in grant.scopes:
            return None
        self._keeper.polled()
        told = self._held.told(agent, now)
        if told is None or not self._headers:
            self._keeper.look_soon()
            return None
        known = self._pages.get(agent)
        if known is None or known[0] is not told:
            if len(self._pages) > MOST:
                self._pages.clear()
            known = self._pages[agent] = (told, self._made(told))
        FROM_MEMORY.add()
        return known[1]

    def learning(self, start_response: StartResponse) -> StartResponse:
        """Have Django answer, and remember the headers."""
        BY_DJANGO.inc()
        if self._headers:
            return start_response

        def start(status: str, headers: Headers, *more: Any) -> Any:
            if status == "200 OK" and not any(name == "Set-Cookie" for name, _ in headers):
                self._headers = list(headers)
            return start_response(status, headers, *more)

        return start

    def _made(self, told: Told) -> Page:
        variant = told.variant
        own = {LENGTH: str(len(variant.data)), "ETag": variant.etag, CURSOR: str(told.cursor)}
        headers = [(name, own.get(name, value)) for name, value in self._headers if name != REQUEST_ID]
        unchanged = [(name, value) for name, value in headers if name not in OF_BODY]
        sheet = Sheet(variant.etag, [variant.data], headers, unchanged)
        return Page(sheet, sheet, has_age=False)
