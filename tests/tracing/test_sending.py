"""A collector that is away, silent or back: little is said, nothing grows, nobody waits."""

import time

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from tracing import sending, spans
from tracing.lazy import LazyTracer


class Exporter(SpanExporter):
    """Answers as it is told."""

    result = SpanExportResult.SUCCESS

    def export(self, spans):
        return self.result


def make(tracer, count):
    for _ in range(count):
        with tracer.span("GET", spans.Kind.SERVER, {}):
            pass


def test_trouble_is_said_once_and_so_is_its_end(heard):
    exporter = Exporter()
    reporter = sending.Reporter(exporter)
    for result in (SpanExportResult.FAILURE,) * 3 + (SpanExportResult.SUCCESS,) * 3:
        exporter.result = result
        reporter.export([ReadableSpan("GET"), ReadableSpan("GET")])
    assert [record.getMessage().split(":")[0] for record in heard.records] == [
        "Traces do not reach the collector, and are dropped",
        "Traces reach the collector again. Spans dropped",
    ]
    assert heard.records[1].getMessage().endswith(": 6")


def test_a_collector_that_takes_too_little_is_said_once_an_hour(heard, monkeypatch):
    reporter = sending.Reporter(Exporter())
    for _ in range(1000):
        reporter.overflowed()
    assert len(heard.records) == 1
    later = time.monotonic() + 3601
    monkeypatch.setattr(time, "monotonic", lambda: later)
    reporter.overflowed()
    assert heard.records[1].getMessage() == "More spans end than the collector takes. Spans dropped: 1000"


def test_the_reason_is_told_without_the_lines_of_the_sdk(heard, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    tracer = LazyTracer(delay=1)
    make(tracer, 1)
    end = time.monotonic() + 10
    while not heard.records and time.monotonic() < end:
        time.sleep(0.05)
    make(tracer, 20)
    tracer.stop()
    first, *rest = (record.getMessage() for record in heard.records)
    assert first.startswith(
        "Traces do not reach the collector, and are dropped: Failed to export spans batch"
    )
    assert all("Spans dropped" in line for line in rest)
    assert len(rest) <= 1


def test_the_queue_is_bounded_and_what_finds_it_full_is_counted(heard, collector, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "60")
    collector.is_silent = True
    tracer = LazyTracer(queue=10, batch=5, delay=1)
    before = time.monotonic()
    make(tracer, 500)
    assert time.monotonic() - before < 1
    tracer.stop()
    counted = [
        int(word) for record in heard.records for word in record.getMessage().split() if word.isdigit()
    ]
    assert 500 - 10 - 5 <= sum(counted) <= 500


def test_the_end_waits_a_second_for_a_collector_that_does_not_answer(collector, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
    collector.is_silent = True
    tracer = LazyTracer(delay=1)
    make(tracer, 300)
    before = time.monotonic()
    tracer.stop()
    assert 0.8 < time.monotonic() - before < 3


def test_the_end_does_not_wait_for_a_collector_that_was_not_reached_just_now(monkeypatch, heard):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    tracer = LazyTracer(delay=1)
    make(tracer, 1)
    end = time.monotonic() + 10
    while not heard.records and time.monotonic() < end:
        time.sleep(0.05)
    make(tracer, 300)
    before = time.monotonic()
    tracer.stop()
    assert time.monotonic() - before < 0.5


def test_a_collector_that_comes_back_gets_the_next_spans(collector, monkeypatch, heard):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    collector.status = 503
    tracer = LazyTracer(delay=1)
    make(tracer, 1)
    end = time.monotonic() + 10
    while not heard.records and time.monotonic() < end:
        time.sleep(0.05)
    collector.status = 200
    make(tracer, 1)
    collector.wait_for("GET")
    tracer.stop()
    assert "reach the collector again. Spans dropped: 1" in heard.text
