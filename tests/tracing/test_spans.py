"""Tracing that is off: nothing is recorded, imported or started."""

import subprocess
import sys

import pytest
from django.conf import settings

from tracing import spans


def test_nothing_is_recorded_until_it_is_switched_on():
    with spans.tracer().span("GET", spans.Kind.SERVER, {}) as span:
        span.note({"a": 1})
        span.rename("b")
        span.fail("c")
        assert spans.tracer().traceparent() == ""
        assert not spans.tracer().has_room()
    spans.tracer().stop()


def test_one_that_is_switched_on_is_used_from_then_on(tracer):
    assert spans.tracer() is tracer
    spans.switch_off()
    assert spans.tracer() is not tracer


@pytest.mark.parametrize(
    ("traceparent", "trace"),
    [
        ("", None),
        (f"00-{'ab' * 16}-{'cd' * 8}-00", None),
        (f"00-{'ab' * 16}-{'cd' * 8}-02", None),
        (f"00-{'ab' * 16}-{'cd' * 8}-01", "ab" * 16),
        (f"00-{'ab' * 16}-{'cd' * 8}-03", "ab" * 16),
    ],
)
def test_the_trace_of_a_span_is_told_where_it_is_kept(monkeypatch, traceparent, trace):
    monkeypatch.setattr(spans.tracer(), "traceparent", lambda: traceparent)
    assert spans.sampled_trace() == trace


LOADED = """
import os, sys, threading
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auren_admin.settings")
import auren_admin.wsgi, auren_admin.celery
print(sorted(name for name in sys.modules if name.startswith(("opentelemetry", "google.protobuf"))))
print([thread.name for thread in threading.enumerate() if "Otel" in thread.name])
print([name for name in auren_admin.wsgi.settings.MIDDLEWARE if "trace" in name])
"""


@pytest.mark.slow
@pytest.mark.parametrize("disabled", [False, True])
def test_a_server_that_traces_nothing_imports_no_sdk_and_starts_no_thread(tmp_path, disabled):
    more = (
        {"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"} if disabled else {}
    )
    environment = {
        "AUREN_ENV_FILE": "/dev/null",
        "AUREN_DATA_DIR": str(tmp_path),
        "AUREN_FAST_POLLS": "false",
    }
    said = subprocess.check_output(
        [sys.executable, "-c", LOADED], cwd=settings.BASE_DIR, env=environment | more, text=True
    )
    assert said.splitlines() == ["[]", "[]", "[]"]
