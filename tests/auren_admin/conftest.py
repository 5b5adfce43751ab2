"""A collector for traces, and a tracer that sends to it."""

from tests.tracing.conftest import collector, tracer  # noqa: F401 - fixtures
