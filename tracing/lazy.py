"""The tracer while tracing is on: OpenTelemetry's SDK is imported, and its thread started, by a process's first span.

So a process that forks others, as the server and Celery do, hands no thread, lock or connection on to them.
"""

from __future__ import annotations

import logging
import os
from contextlib import AbstractContextManager
from threading import Lock
from typing import TYPE_CHECKING

from tracing.spans import Attributes, Kind, Nothing, Span

if TYPE_CHECKING:
    from tracing.provider import Provider

log = logging.getLogger(__name__)


class LazyTracer:
    """Makes spans by the `Provider` of its process."""

    def __init__(self, *, queue: int = 2048, batch: int = 128, delay: int = 5000) -> None:
        """At most ``queue`` spans wait; ``batch`` are sent at once, the last ones after ``delay`` milliseconds."""
        self._queue, self._batch, self._delay = queue, batch, delay
        self._lock = Lock()
        self._provider: Provider | Nothing | None = None
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        self._lock, self._provider = Lock(), None

    def prepare(self) -> None:
        """Have the first span not wait for the SDK to be imported."""
        self._ready()

    def _ready(self) -> Provider | Nothing:
        """This process's provider, made by the first call."""
        if self._provider is None:
            with self._lock:
                if self._provider is None:
                    self._provider = self._made()
        return self._provider

    def _made(self) -> Provider | Nothing:
        """One, or nothing: a set-up that the SDK does not take, say a file it cannot read, stops no request."""
        try:
            from tracing.provider import Provider  # not before it is needed: it imports the SDK

            return Provider(queue=self._queue, batch=self._batch, delay=self._delay)
        except Exception:
            log.exception("There will be no traces")
            return Nothing()

    def span(
        self, name: str, kind: Kind, attributes: Attributes, *, parent: str = "", waited: float = 0.0
    ) -> AbstractContextManager[Span]:
        """A span for as long as this is entered."""
        return self._ready().span(name, kind, attributes, parent=parent, waited=waited)

    def traceparent(self) -> str:
        """The span that runs here."""
        return self._provider.traceparent() if self._provider else ""

    def has_room(self) -> bool:
        """Whether a span is recorded here that may have one more child; if it may not, that is counted."""
        return self._provider is not None and self._provider.has_room()

    def stop(self) -> None:
        """Send what is left, within a second."""
        if self._provider:
            self._provider.stop()
