"""What a token is answered about runs of an agent that was renamed or removed while they were open."""

import pytest

from bindings.models import Agent
from contracts.evaluation import micros
from protocols.models import HandOffOffer, ProtocolRun
from protocols.services.sweeping import sweep
from telemetry import contracts_now, silence
from tests.bindings.samples import document, replace
from tests.protocols.api.conftest import agent_client
from tests.protocols.samples import ASKED, MINUTE, NOW, WATCHED, observation, opened, reported, told
from tests.releases.samples import publish

pytestmark = pytest.mark.django_db
RENAMED = {"agent": "NEUROS2", "kpis_used": [WATCHED], "collaboration": {"on_risk": ASKED}}


@pytest.fixture
def run(protocol):
    found = opened(18)
    reported(found, 1)
    reported(found, 2)
    return found


def in_force():
    publish()
    contracts_now.forget()


def step(client, run, state="done"):
    path = f"/api/v1/runs/{run.pk}/steps/1"
    answer = client.post(path, {"state": state}, content_type="application/json")
    return answer.status_code, answer.json().get("code")


def test_an_agent_that_was_removed_is_told_that_its_run_is_withdrawn(run):
    client, somnos = agent_client("NEUROS"), agent_client("SOMNOS")
    Agent.objects.get(name="NEUROS").delete()
    in_force()
    assert client.get("/api/v1/agents/NEUROS/inbox").status_code in (200, 401, 403)
    silence.renew(micros(NOW + MINUTE))
    run.refresh_from_db()
    assert run.state == "withdrawn"
    assert set(HandOffOffer.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert somnos.get("/api/v1/agents/SOMNOS/inbox").json()["runs"] == []
    child = ProtocolRun.objects.get(root=run, agent="SOMNOS")
    answer = somnos.post(
        f"/api/v1/runs/{child.pk}/acceptance", {"accept": True}, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "already_answered")


def test_an_agent_that_is_called_otherwise_begins_anew_under_its_new_name(run):
    client = agent_client("NEUROS")
    agent = Agent.objects.get(name="NEUROS")
    agent.name = "NEUROS2"
    replace(agent, document(**RENAMED))
    assert step(client, run, "started")[0] != 404  # what is live depends on no draft
    in_force()
    assert step(client, run) == (404, "not_found")
    assert client.get("/api/v1/agents/NEUROS2/inbox").json()["runs"] == []
    silence.renew(micros(NOW + MINUTE))
    run.refresh_from_db()
    assert run.state == "withdrawn"
    (again,) = told(observation(18, at=NOW + MINUTE), agent="NEUROS2", now=NOW + MINUTE)["runs"]
    (listed,) = client.get("/api/v1/agents/NEUROS2/inbox").json()["runs"]
    assert (again["id"], listed["agent"]) == (listed["id"], "NEUROS2")


def test_whoever_was_asked_and_is_removed_does_not_keep_the_run_from_its_end(run):
    somnos = agent_client("SOMNOS")
    replace(
        Agent.objects.get(name="NEUROS"), document(kpis_used=[WATCHED], collaboration={"on_risk": ASKED[1:]})
    )
    Agent.objects.get(name="SOMNOS").delete()
    in_force()
    silence.renew(micros(NOW + MINUTE))
    assert somnos.get("/api/v1/agents/SOMNOS/inbox").status_code < 500
    sweep(micros(NOW + 31 * MINUTE))
    run.refresh_from_db()
    assert run.state == "failed"  # nobody answered
