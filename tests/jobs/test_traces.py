"""A job's span: under the request that asked for the job, and once for each attempt."""

import pytest

from jobs import services
from jobs.kinds import WorkerStopping
from jobs.models import Job
from jobs.runner import run_job
from tracing import spans

pytestmark = pytest.mark.django_db


def refuse(work):
    raise ValueError("anna's row")


def give_way(work):
    raise WorkerStopping


@pytest.mark.parametrize(
    ("does", "outcome", "status"),
    [(lambda work: {}, "done", 0), (refuse, "failed", 2), (give_way, "put_back", 0)],
)
def test_an_attempt_is_a_span_that_says_how_it_ended(kind, tracer, collector, does, outcome, status):
    kind(does)
    job = services.enqueue(kind="test", payload={})
    run_job(job.pk)
    tracer.stop()
    (span,) = collector.spans
    assert (span.name, span.status, span.parent) == ("job test", status, "")
    assert span.attributes["auren.job.outcome"] == outcome
    assert span.attributes["auren.job.id"] == job.pk
    assert span.attributes["auren.job.attempt"] == 1
    assert "anna" not in span.text


def test_a_job_is_the_child_of_what_asked_for_it_and_does_not_see_that(kind, tracer, collector):
    seen = []
    kind(lambda work: seen.append(work.payload))
    with tracer.span("POST", spans.Kind.SERVER, {}):
        job = services.enqueue(kind="test", payload={"number": 1})
    run_job(job.pk)
    tracer.stop()
    request, attempt = collector.spans
    assert (attempt.trace, attempt.parent) == (request.trace, request.id)
    assert seen == [{"number": 1}]


def test_while_nothing_is_traced_a_payload_stays_as_it_was(kind):
    kind(lambda work: {})
    job = services.enqueue(kind="test", payload={"number": 1})
    assert Job.objects.get(pk=job.pk).payload == {"number": 1}
