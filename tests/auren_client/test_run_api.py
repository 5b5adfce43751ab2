"""The client's inbox and reports against the API itself, in one process."""

import httpx
import pytest
from django.core.wsgi import get_wsgi_application

from auren_client import Client, RefusedReport
from bindings.identities import identity_of
from bindings.models import Agent, ApiToken
from contracts.evaluation import micros
from protocols.models import ProtocolRun
from protocols.services.deciding import Decision, Kind, decide
from protocols.services.pausing import pause
from telemetry.ingest import clock
from tests.kpis.conftest import registry
from tests.protocols.conftest import protocol
from tests.protocols.samples import NOW, opened, steps
from tests.releases.serving.conftest import connections_stay
from tests.telemetry.conftest import nothing_known

__all__ = ["connections_stay", "nothing_known", "protocol", "registry"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def connect(protocol):
    """Makes clients whose requests are answered by the API, in the transaction of the test; stepped by hand."""
    made = []

    def build(agent):
        token = ApiToken(
            name=agent,
            agent=identity_of(Agent.objects.get(name=agent)),
            scopes=["bindings:read", "observations:write", "runs:write"],
        )
        secret = token.new_secret()
        token.save()
        http = httpx.Client(transport=httpx.WSGITransport(app=get_wsgi_application()))
        client = Client("http://127.0.0.1", agent=agent, token=secret, http=http, file=None)
        client._started = True
        client._engine.runs.follow()
        made.append(client)
        return client

    yield build
    for client in made:
        client._http.close()


def look(client):
    """Poll now, and deliver what waits."""
    client._engine.runs._poll_at = 0.0
    client.step()
    assert client.status.inbox_problem is client.status.report_problem is None
    return client.inbox()


def test_a_run_from_the_inbox_to_the_answer_of_its_hand_off(connect):
    neuros, somnos = connect("NEUROS"), connect("SOMNOS")
    run = opened(18)
    (found,) = look(neuros)
    assert (found.id, found.user_id, found.value, found.state) == (run.pk, "u-1", 18, "waiting")
    first, second = found.to_do
    first.start()
    first.done("Eighty per cent.", evidence={"intensity_percent": 80})
    second.skip("SOMNOS is at it already.")
    look(neuros)
    (asked,) = look(somnos).hand_offs
    assert (asked.agent, asked.reason, asked.run) == ("NEUROS", "Poor sleep.", run.pk)
    asked.accept("I look at the last nights.")
    look(somnos)[0].to_do[0].done("Two short nights.")
    look(somnos)
    assert list(look(somnos)) == []
    offer = neuros.run(run.pk).steps[2].offer
    assert offer
    assert (offer.state, offer.answer) == ("accepted", "I look at the last nights.")
    child = ProtocolRun.objects.get(pk=offer.run)
    assert (child.state, steps(child)) == ("completed", [("answer_hand_off", "done")])
    assert neuros.status.reports_refused == somnos.status.reports_refused == 0


def test_the_same_reports_again_change_nothing(connect):
    neuros = connect("NEUROS")
    run = opened(28)
    (found,) = look(neuros)
    queue = neuros._engine.runs.reports
    found.did("call_the_coach", "It seemed wise.", at=NOW)
    found.hand_off("SOMNOS", "Perhaps the nights.")
    found.to_do[0].done("Eighty per cent.", at=NOW)
    sent = list(queue._queue)
    look(neuros)
    before = steps(run)
    for again in sent:  # as when the answer is lost on its way
        queue.add(again)
    look(neuros)
    assert neuros.status.reports_refused == 0
    assert steps(run) == before == [
        ("reduce_training_intensity", "done"), ("call_the_coach", "done"), ("SOMNOS", "started"),
    ]  # fmt: skip


def test_what_a_person_decided_is_told_in_the_server_s_words(connect):
    neuros = connect("NEUROS")
    run = opened(18)
    (found,) = look(neuros)
    decide(run.pk, Decision(Kind.OVERRIDE, 1, "not_suitable"), user=None, author_name="Ada", now=clock())
    refused: list[RefusedReport] = []
    neuros.on_report_refused(refused.append)
    found.to_do[0].start()
    look(neuros)
    assert [(one.problem.status, one.problem.code, one.problem.detail) for one in refused] == [
        (409, "not_needed", "Step 1 is not to be done any more: a person overrode it.")
    ]
    assert [one.name for one in neuros.inbox()[0].to_do] == ["review_sleep"]


def test_a_pause_reaches_the_agent_with_its_reason_and_its_end(connect):
    neuros = connect("NEUROS")
    opened(18)
    assert look(neuros).paused is None
    pause("NEUROS", reason_code="planned", words="New firmware.", user=None, author_name="Ada", now=clock())
    found = look(neuros)
    assert list(found) == []
    assert found.paused
    assert found.paused.reason == "Planned work: New firmware."
    assert found.paused.until
    assert micros(found.paused.until) > clock()


def test_an_agent_s_clock_that_is_ahead_costs_no_report(connect):
    neuros = connect("NEUROS")
    run = opened(18)
    (found,) = look(neuros)
    wall = neuros._engine.runs._clock.wall
    object.__setattr__(neuros._engine.runs._clock, "wall", lambda: wall() + 90)
    found.to_do[0].done()
    look(neuros)
    assert steps(run)[0] == ("reduce_training_intensity", "done")
    assert neuros.status.reports_refused == 0
