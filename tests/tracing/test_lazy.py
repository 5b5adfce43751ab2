"""The SDK in the process that makes spans, and in no other."""

import os
import threading

import pytest

from tracing import provider, spans
from tracing.lazy import LazyTracer


def threads():
    return [thread.name for thread in threading.enumerate() if "Otel" in thread.name]


def span(tracer, name="GET", **options):
    return tracer.span(name, spans.Kind.SERVER, {}, **options)


def test_its_thread_is_started_by_the_first_span(tracer):
    assert not threads()
    assert tracer.traceparent() == ""
    assert not tracer.has_room()
    with span(tracer):
        assert len(threads()) == 1
    tracer.stop()
    assert not threads()


@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")  # from Python 3.12 on
def test_a_process_that_was_forked_sends_its_own_spans_and_not_those_of_its_parent(tracer, collector):
    with span(tracer, "parent's"):
        pass
    child = os.fork()
    if not child:
        with span(tracer, "child's"):
            pass
        tracer.stop()
        os._exit(0)
    os.waitpid(child, 0)
    assert [one.name for one in collector.spans] == ["child's"]
    tracer.stop()
    assert [one.name for one in collector.spans] == ["child's", "parent's"]
    assert len({one.resource["service.instance.id"] for one in collector.spans}) == 2


def test_a_set_up_that_the_sdk_refuses_stops_nothing(monkeypatch, heard):
    def refuse():
        raise ValueError("no such file")

    monkeypatch.setattr(provider, "OTLPSpanExporter", refuse)
    tracer = LazyTracer()
    for _ in range(2):
        with span(tracer) as made:
            made.note({"a": 1})
    assert heard.text.count("There will be no traces") == 1
