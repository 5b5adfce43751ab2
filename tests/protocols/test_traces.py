"""A run leads to the trace of what opened it: the request that brought the value, wherever that was stored."""

from contextlib import contextmanager

import pytest

from bindings.models import Agent
from contracts.evaluation import micros
from jobs import services
from jobs.database_clock import DatabaseClock
from jobs.runner import run_job
from protocols.job_kinds import SWEEP
from protocols.models import ProtocolRun
from telemetry import ingest
from telemetry.deliveries import Delivery
from tests.bindings.samples import document, replace
from tests.protocols.samples import ASKED, MINUTE, NOW, WATCHED, observation, opened, reported, told
from tests.releases.samples import publish
from tracing import spans

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("protocol")]


@contextmanager
def request(tracer):
    """Something that is traced; its trace."""
    with tracer.span("POST", spans.Kind.SERVER, {}):
        yield spans.sampled_trace()


def test_a_run_keeps_the_trace_that_the_collector_gets(tracer, collector):
    with request(tracer):
        run = opened(18)
    tracer.stop()
    assert {span.trace for span in collector.spans} == {run.trace}
    assert len(run.trace or "") == 32


def test_while_nothing_is_traced_a_run_has_none():
    assert opened(18).trace is None


def test_what_nobody_keeps_is_no_trace(tracer, monkeypatch):
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    with request(tracer) as trace:
        assert tracer.traceparent()
        assert opened(18).trace is trace is None


def test_of_deliveries_that_are_stored_together_each_run_has_the_trace_of_its_own(tracer, monkeypatch):
    waiting: list[Delivery] = []

    def take(delivery, now):
        waiting.append(delivery)
        return {"states": []}

    monkeypatch.setattr(ingest.line, "take", take)
    traces: dict[str, str | None] = {}
    for user in ("u-1", "u-2"):
        with request(tracer) as traces[user]:
            told(observation(18, user_id=user))
    told(observation(18, user_id="u-3"))
    traces["u-3"] = None
    with request(tracer):  # that of one who stores for others, too
        ingest._together(waiting, micros(NOW))
    assert dict(ProtocolRun.objects.values_list("subject__user_id", "trace")) == traces
    assert len(set(traces.values())) == 3


def test_a_run_of_a_hand_off_has_the_trace_in_which_it_was_offered(tracer):
    with request(tracer) as first:
        run = opened(18)
    with request(tracer) as second:
        reported(run, 1)
        reported(run, 2)
    children = ProtocolRun.objects.filter(root=run)
    assert [*children.values_list("trace", flat=True)] == [second, second]
    run.refresh_from_db()
    assert run.trace == first


def test_a_rise_offers_in_its_own_trace_and_leaves_the_run_with_its_first(tracer):
    actions = [{"name": "review_sleep", "on": "caution"}]
    watched = WATCHED | {"alerting": WATCHED["alerting"] | {"actions": actions}}
    replace(
        Agent.objects.get(name="NEUROS"), document(kpis_used=[watched], collaboration={"on_risk": ASKED[:1]})
    )
    publish()
    with request(tracer) as first:
        run = opened(28)
        reported(run, 1)
    with request(tracer) as second:
        told(observation(18, at=NOW + MINUTE), now=NOW + MINUTE)
    assert ProtocolRun.objects.get(root=run).trace == second
    run.refresh_from_db()
    assert (run.trace, run.state) == (first, "waiting")


def test_what_a_job_opens_has_the_trace_of_the_job(tracer, collector, monkeypatch):
    run = opened(18)
    monkeypatch.setattr(DatabaseClock, "micros", lambda clock: micros(NOW + 11 * MINUTE))
    run_job(services.enqueue(kind=SWEEP, payload={}).pk)
    tracer.stop()
    (job,) = [span for span in collector.spans if span.name == f"job {SWEEP}"]
    traces = ProtocolRun.objects.filter(root=run).values_list("trace", flat=True)
    assert set(traces) == {job.trace}


def test_the_same_body_again_leaves_the_trace_of_the_first(tracer):
    with request(tracer) as first:
        told(observation(18))
    with request(tracer):
        told(observation(18))
    assert ProtocolRun.objects.get().trace == first


def test_a_batch_asks_for_its_trace_once_however_many_runs_it_opens(monkeypatch):
    asked = []

    def traceparent():
        asked.append(1)
        return ""

    monkeypatch.setattr(spans.tracer(), "traceparent", traceparent)
    told(*[observation(18, user_id=f"u-{place}") for place in range(20)])
    assert (ProtocolRun.objects.count(), len(asked)) == (20, 1)
