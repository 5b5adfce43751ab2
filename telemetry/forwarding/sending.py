"""Posting to the cluster that the settings name, and what its answers mean."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx
from django.conf import settings

from telemetry.forwarding.formats import TEXT_PATH, Body, as_remote_write, as_text
from telemetry.forwarding.samples import Sample

SECONDS = 20.0
"""For each part of a request: less than a worker may be silent."""
REFUSED = 400
"""Of remote write: some samples will never be taken, as they are too old, or another value is there.
https://prometheus.io/docs/specs/prw/remote_write_spec/#retries-backoff"""


class NotForwarded(Exception):
    """The cluster did not take it. Says why, without addresses, passwords, or anything of people."""


class Cluster:
    """Where it goes to, with a connection that is used again."""

    def __init__(self) -> None:
        url = urlsplit(settings.FORWARD_URL)
        place = f"{url.scheme}://{url.hostname}:{url.port}{url.path}?{url.query} {settings.FORWARD_TENANT}"
        self.key = hashlib.sha256(place.encode()).hexdigest()
        self.takes_text = url.path.rstrip("/").endswith(TEXT_PATH)
        self._body: Callable[[Sequence[Sample]], Body] = as_text if self.takes_text else as_remote_write
        headers = {"User-Agent": "AUREN-Admin"}
        if settings.FORWARD_TOKEN:
            headers["Authorization"] = f"Bearer {settings.FORWARD_TOKEN}"
        if settings.FORWARD_TENANT:
            headers["X-Scope-OrgID"] = settings.FORWARD_TENANT
        # As for webhooks: the system's certificates, and neither proxies of the environment nor redirects.
        self._client = httpx.Client(
            headers=headers, timeout=SECONDS, trust_env=False, verify=ssl.create_default_context()
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def send(self, samples: Sequence[Sample]) -> bool:
        """Hand over some. False where it refused all or some of them for good. Raises NotForwarded."""
        body = self._body(samples)
        try:
            answer = self._client.post(settings.FORWARD_URL, content=body.content, headers=body.headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise NotForwarded(_words(error)) from None  # its text may hold the address
        if answer.is_success:
            return True
        if answer.status_code == REFUSED and not self.takes_text:
            return False
        raise NotForwarded(_trouble(answer.status_code))


def _words(error: Exception) -> str:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return "The cluster cannot be reached."
    if isinstance(error, httpx.TimeoutException):
        return f"The cluster did not answer within {SECONDS:g} seconds."
    return f"The connection to the cluster failed ({type(error).__name__})."


def _trouble(status: int) -> str:
    """Not the answer's text: it may quote a series, and with it a person's id."""
    if status in (401, 403):
        hint = "check AUREN_FORWARD_TOKEN, or the user and password of AUREN_FORWARD_URL"
    elif 300 <= status < 400 or status in (404, 405):
        hint = "check the path of AUREN_FORWARD_URL"
    elif status == 429:
        hint = "it is told too much"
    else:
        hint = "its own log says why"
    return f"The cluster answered {status}: {hint}."
