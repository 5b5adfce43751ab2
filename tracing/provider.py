"""Spans by OpenTelemetry's SDK. Importing this imports it: see `tracing.lazy`.

What is sampled, where spans are sent and how often is read by the SDK from the standard environment variables; that
they make sense was checked by the settings. Other libraries find no provider, so they record nothing by this one.
"""

from __future__ import annotations

import atexit
import time
import uuid
from contextvars import ContextVar
from types import TracebackType
from typing import Final

from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from tracing.names import ERROR_TYPE, OMITTED, SERVICE
from tracing.sending import BoundedProcessor, Reporter, hush
from tracing.spans import Attributes, Kind

KINDS: Final = {kind: trace.SpanKind[kind.value] for kind in Kind}
ERROR: Final = trace.Status(trace.StatusCode.ERROR)
TRACEPARENT: Final = "traceparent"
PROPAGATOR: Final = TraceContextTextMapPropagator()
MOST_CHILDREN: Final = 200

_open: ContextVar[OpenSpan | None] = ContextVar("_open", default=None)


class Provider:
    """The spans of one process."""

    def __init__(self, *, queue: int, batch: int, delay: int) -> None:
        hush()
        processor = BoundedProcessor(Reporter(OTLPSpanExporter()), queue=queue, batch=batch, delay=delay)
        self._provider = TracerProvider(resource=resource(), shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("auren")
        atexit.register(self.stop)

    def span(
        self, name: str, kind: Kind, attributes: Attributes, *, parent: str = "", waited: float = 0.0
    ) -> OpenSpan:
        """A span for as long as this is entered."""
        context = PROPAGATOR.extract({TRACEPARENT: parent}, contexts.get_current()) if parent else None
        start = time.time_ns() - int(waited * 1e9)
        if outer := _open.get():
            outer.children += 1
        return OpenSpan(self._tracer.start_span(name, context, KINDS[kind], attributes, start_time=start))

    def traceparent(self) -> str:
        """The span that runs here, whether it is sampled or not: its children follow it in that."""
        carrier: dict[str, str] = {}
        PROPAGATOR.inject(carrier)
        return carrier.get(TRACEPARENT, "")

    def has_room(self) -> bool:
        """Whether a span is recorded here that may have one more child; if it may not, that is counted."""
        span = _open.get()
        return span is not None and span.has_room()

    def stop(self) -> None:
        """Send what is left. Called again, it does nothing."""
        atexit.unregister(self.stop)
        self._provider.shutdown()


class OpenSpan:
    """A span that begins when it is made, and ends when it is left."""

    __slots__ = ("_outer", "_span", "_token", "children", "omitted")

    def __init__(self, span: trace.Span) -> None:
        self._span = span
        self.children = self.omitted = 0

    def __enter__(self) -> OpenSpan:
        self._outer = _open.set(self)
        self._token = contexts.attach(trace.set_span_in_context(self._span))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        contexts.detach(self._token)
        _open.reset(self._outer)
        if self.omitted:
            self._span.set_attribute(OMITTED, self.omitted)
        if kind is not None:
            self.fail(kind.__name__)
        self._span.end()

    def has_room(self) -> bool:
        """Whether it is recorded and may have one more child."""
        if not self._span.is_recording():
            return False
        if self.children >= MOST_CHILDREN:
            self.omitted += 1
            return False
        return True

    def rename(self, name: str) -> None:
        """Give it another name."""
        self._span.update_name(name)

    def note(self, attributes: Attributes) -> None:
        """Add attributes."""
        self._span.set_attributes(attributes)

    def fail(self, error_type: str) -> None:
        """Mark it as failed; of an exception only its class is told."""
        self._span.set_attribute(ERROR_TYPE, error_type)
        self._span.set_status(ERROR)


def resource() -> Resource:
    """This process, as OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME describe it."""
    found = Resource.create()
    more = {} if SERVICE_INSTANCE_ID in found.attributes else {SERVICE_INSTANCE_ID: str(uuid.uuid4())}
    if str(found.attributes.get(SERVICE_NAME, "")).startswith("unknown_service"):
        more[SERVICE_NAME] = SERVICE
    return found.merge(Resource(more))
