"""Spans on their way to the collector: a bounded queue, a thread that sends, and few words about what is lost.

The SDK logs each failed attempt and each span that finds its queue full. Here one line says that the collector is not
reached and why, and one that it is again and how many spans were dropped.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from threading import Lock
from typing import Final

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

log = logging.getLogger(__name__)

EXIT_MS: Final = 1000
"""How long the end of a process waits for what is left to be sent."""
SAY_AGAIN: Final = 3600.0
"""Seconds between two lines about a collector that answers, but too slowly."""
SDK: Final = "opentelemetry"
EXPORTER: Final = "opentelemetry.exporter.otlp.proto.http.trace_exporter"


class LastWords(logging.Filter):
    """Keeps what a logger said last, and lets nothing through."""

    text = ""

    def filter(self, record: logging.LogRecord) -> bool:
        """Not to be logged."""
        self.text = record.getMessage()
        return False


last_words = LastWords()


def hush() -> None:
    """Have the SDK say nothing of its own; why sending failed is kept in `last_words`."""
    logging.getLogger(SDK).setLevel(logging.CRITICAL)
    exporter = logging.getLogger(EXPORTER)
    exporter.setLevel(logging.WARNING)
    exporter.addFilter(last_words)


class Reporter(SpanExporter):
    """Sends by another exporter, and says once what became of it."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._lock = Lock()
        self._told = -SAY_AGAIN
        self.is_in_trouble = False
        self.dropped = 0
        """Spans lost since that was last said."""

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send a batch; what cannot be sent within OTEL_EXPORTER_OTLP_TIMEOUT is dropped."""
        result = self._exporter.export(spans)
        if result is not SpanExportResult.SUCCESS:
            self.lost(len(spans))
            if not self.is_in_trouble:
                self.is_in_trouble = True
                log.warning("Traces do not reach the collector, and are dropped: %s", last_words.text)
        elif self.is_in_trouble:
            self.is_in_trouble = False
            log.warning("Traces reach the collector again. Spans dropped: %d", self._settle())
        return result

    def lost(self, count: int) -> None:
        """Count spans that nobody will get."""
        with self._lock:
            self.dropped += count

    def overflowed(self) -> None:
        """A span found the queue full; that is said once an hour while the collector takes some."""
        self.lost(1)
        now = time.monotonic()
        if not self.is_in_trouble and now - self._told >= SAY_AGAIN:
            self._told = now
            log.warning("More spans end than the collector takes. Spans dropped: %d", self._settle())

    def _settle(self) -> int:
        with self._lock:
            dropped, self.dropped = self.dropped, 0
        return dropped

    def shutdown(self) -> None:
        """Give up what is being sent."""
        self._exporter.shutdown()

    def end(self, left: int) -> None:
        """Say how many spans were lost, with those that are left."""
        self.lost(left)
        if self.dropped:
            log.warning("Spans dropped: %d", self._settle())


class BoundedProcessor(BatchSpanProcessor):
    """Sends in batches from a thread of its own; ending a span never waits, and the end of the process not long."""

    def __init__(self, reporter: Reporter, *, queue: int, batch: int, delay: int) -> None:
        super().__init__(
            reporter, max_queue_size=queue, max_export_batch_size=batch, schedule_delay_millis=delay
        )
        self._reporter = reporter
        self._spans = self._batch_processor._queue  # the SDK shows its length to nobody

    def on_end(self, span: ReadableSpan) -> None:
        """Queue a span; where the queue is full the oldest one is dropped."""
        if len(self._spans) == self._spans.maxlen and span.context and span.context.trace_flags.sampled:
            self._reporter.overflowed()
        super().on_end(span)

    def shutdown(self) -> None:
        """Send what is left; a collector that was not reached just now is not waited for."""
        self._batch_processor.shutdown(timeout_millis=0 if self._reporter.is_in_trouble else EXIT_MS)
        self._reporter.end(len(self._spans))
