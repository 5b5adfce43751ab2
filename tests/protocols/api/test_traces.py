"""A run told by the API names the trace of the very request that reported its value."""

import pytest

from auren_admin.trace_settings import TraceSettings
from tests.protocols.api.conftest import agent_client
from tests.protocols.samples import observation, opened
from tests.rest.calls import call

pytestmark = pytest.mark.django_db
TRACE = "ab" * 16


@pytest.fixture
def traced(settings, tracer):
    """Requests have spans, under those that their callers name."""
    settings.TRACING = TraceSettings(True, 2048, 128, 5000)
    settings.MIDDLEWARE = ["auren_admin.traced_requests.traced", *settings.MIDDLEWARE]


def run_of(client, flags):
    """The run that a report opens, as a whole."""
    reporter = agent_client("NEUROS", "observations:write", "runs:write")
    parent = f"00-{TRACE}-00f067aa0ba902b7-{flags}"
    answer = call(reporter, "POST", "observations", [observation(18)], traceparent=parent)
    (run,) = answer.json()["runs"]
    return call(client, "GET", f"runs/{run['id']}/").json()


@pytest.mark.usefixtures("traced")
def test_a_run_names_the_trace_of_the_request_that_opened_it(service, tracer, collector):
    assert run_of(service, "01")["trace"] == TRACE
    tracer.stop()
    sent = [span for span in collector.spans if span.trace == TRACE and span.kind == 2]
    assert [span.name for span in sent] == ["POST /api/v1/observations"]


@pytest.mark.usefixtures("traced")
def test_one_that_nobody_keeps_is_not_named(service):
    assert run_of(service, "00")["trace"] is None


def test_while_nothing_is_traced_there_is_none(service):
    assert run_of(service, "01")["trace"] is None


def test_it_is_told_of_one_run_only_and_can_be_asked_for(neuros):
    run = opened()
    assert "trace" not in call(neuros, "GET", "runs/").json()["results"][0]
    assert "trace" not in call(neuros, "GET", "agents/NEUROS/inbox").json()["runs"][0]
    assert call(neuros, "GET", f"runs/{run.pk}/?fields=trace").json() == {"trace": None}
    assert call(neuros, "GET", "runs/?fields=trace").status_code == 400
