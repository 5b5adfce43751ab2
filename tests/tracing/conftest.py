"""A collector, and a tracer of this process that sends to it."""

import logging

import pytest

from tests.tracing.collector import Collector
from tracing import spans
from tracing.lazy import LazyTracer


@pytest.fixture
def collector():
    made = Collector()
    yield made
    made.close()


@pytest.fixture
def tracer(collector, monkeypatch):
    """Made by its first span; what waits is sent by ``stop``."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address)
    made = LazyTracer(delay=60_000)
    spans.switch_on(made)
    yield made
    spans.switch_off()
    made.stop()


@pytest.fixture
def heard(monkeypatch, caplog):
    """What is logged."""
    monkeypatch.setattr(logging.getLogger("tracing"), "propagate", True)
    return caplog
