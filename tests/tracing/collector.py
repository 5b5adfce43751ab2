"""A collector for tests: takes traces as OTLP over HTTP and keeps them, or does not answer at all."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Received:
    """A span as it arrived."""

    name: str
    trace: str
    id: str
    parent: str
    kind: int
    status: int
    attributes: dict[str, Any]
    resource: dict[str, Any]
    took_ns: int
    text: str
    """All of it as text."""


class Collector(ThreadingHTTPServer):
    """Listens on a spare port. What came is in ``spans``; while ``is_silent`` it takes calls and never answers."""

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.spans: list[Received] = []
        self.headers: list[dict[str, str]] = []
        self.is_silent = False
        self.status = 200
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def address(self) -> str:
        """What OTEL_EXPORTER_OTLP_ENDPOINT is to be."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def take(self, body: bytes) -> None:
        """Keep what a request brings."""
        for group in ExportTraceServiceRequest.FromString(body).resource_spans:
            resource = values(group.resource.attributes)
            self.spans += [received(span, resource) for scope in group.scope_spans for span in scope.spans]

    def wait_for(self, *names: str, seconds: float = 15.0) -> list[Received]:
        """The spans, once there is one of each name. Raises AssertionError."""
        end = time.monotonic() + seconds
        while missing := set(names) - {span.name for span in self.spans}:
            assert time.monotonic() < end, (missing, sorted({span.name for span in self.spans}))
            time.sleep(0.02)
        return list(self.spans)

    def close(self) -> None:
        """Stop listening."""
        self.is_silent = False
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        while self.server.is_silent:
            time.sleep(0.05)
        if self.server.status == 200:
            self.server.headers.append(dict(self.headers))
            self.server.take(body)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


def received(span: Any, resource: dict[str, Any]) -> Received:
    """A span of the protocol's, in plain words."""
    return Received(
        name=span.name,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        kind=span.kind,
        status=span.status.code,
        attributes=values(span.attributes),
        resource=resource,
        took_ns=span.end_time_unix_nano - span.start_time_unix_nano,
        text=str(span),
    )


def values(attributes: Any) -> dict[str, Any]:
    """Attributes by key."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}
