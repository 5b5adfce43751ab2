"""``backtests/``."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bindings.models import Agent
from jobs.models import Job
from jobs.runner import run_due
from telemetry.subjects import label
from tests.bindings.api.conftest import bearer, member

URL = "/api/v1/backtests/"
WISH = {"kpi": "hrv_rmssd", "agent": "NEUROS", "condition": "< 28"}


def ask(client: Client, **parts):
    return client.post(URL, WISH | parts, content_type="application/json")


def test_a_small_one_is_answered_at_once_and_stays(history):
    client = bearer("metrics:read")
    answer = ask(client)
    assert (answer.status_code, answer.json()["state"]) == (201, "done")
    (told,) = answer.json()["answers"]
    assert told["as_is"]["severities"]["critical"]["episodes"] == 1
    assert told["as_would_be"]["severities"]["critical"]["episodes"] == 2
    assert [one["person"] for one in told["who"]] == [label("u-2"), label("u-1")]
    assert client.get(answer["Location"]).json() == answer.json()


def test_a_large_one_is_asked_for_again_until_it_is_done(history, monkeypatch):
    monkeypatch.setattr("telemetry.backtest.running.QUICK", 3)
    client = bearer("metrics:read")
    answer = ask(client)
    assert (answer.status_code, answer.json()["answers"]) == (202, [])
    assert run_due() == 1
    told = client.get(answer["Location"]).json()
    assert (told["state"], told["done"], told["total"]) == ("done", 7, 7)
    assert told["answers"][0]["more"] == 1


def test_whoever_asked_may_cancel_it_and_nobody_else(history, monkeypatch):
    monkeypatch.setattr("telemetry.backtest.running.QUICK", 3)
    one, other = member("viewer"), member("editor")
    address = ask(one)["Location"]
    assert other.delete(address).status_code == 403
    assert one.delete(address).status_code == 204
    assert one.get(address).json()["state"] == "cancelled"
    assert run_due() == 0


def test_an_agent_asks_with_its_own_token(history):
    assert ask(bearer("metrics:read", agent=Agent.objects.get(name="NEUROS"))).status_code == 201


@pytest.mark.parametrize("agent", ["SOMNOS", ""])
def test_an_agent_asks_and_reads_of_itself_alone(history, agent):
    mine = bearer("metrics:read", agent=Agent.objects.get(name="NEUROS"))
    refused = ask(mine, agent=agent)
    assert (refused.status_code, refused.json()["detail"]) == (
        403, "This token is NEUROS's: it asks about `agent` NEUROS only.",
    )  # fmt: skip
    of_everybody = ask(bearer("metrics:read"), agent="")
    assert mine.get(of_everybody["Location"]).status_code == 404


@pytest.mark.parametrize(
    ("parts", "pointer"),
    [
        ({"kpi": "hrv_rmsd"}, "/kpi"),
        ({"kpi": ""}, "/kpi"),
        ({"kpi": 5}, "/kpi"),
        ({"condition": "< abc"}, "/condition"),
        ({"condition": ["<", 5]}, "/condition"),
        ({"condition": "<" * 300}, "/condition"),
        ({"condition": "< 2\x005"}, "/condition"),
        ({"severity": "bad"}, "/severity"),
        ({"days": 0}, "/days"),
        ({"days": 1e9}, "/days"),
        ({"days": True}, "/days"),
        ({"for": "soon"}, "/for"),
        ({"more": 1}, "/more"),
    ],
)
def test_what_is_wrong_is_named_by_its_place(history, parts, pointer):
    answer = ask(bearer("metrics:read"), **parts)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert not Job.objects.exists()


@pytest.mark.parametrize("scope", ["observations:write", "registry:write"])
def test_another_scope_is_not_enough(history, scope):
    assert ask(bearer(scope)).status_code == 403


def test_people_need_to_be_allowed_to_see_measurements(history):
    client = Client()
    client.force_login(User.objects.create_user("stranger", is_staff=True))
    assert ask(client).status_code == 403


@pytest.mark.parametrize("number", ["0", "999", "9" * 18])
def test_another_job_is_no_backtest(history, number):
    assert bearer("metrics:read").get(f"{URL}{number}/").status_code == 404


@pytest.mark.parametrize(
    "parts",
    [
        {"condition": "< 1e1000000000000000000"},
        {"recover_if": "> 0e1000000000000000000"},
        {"for": "9" * 40 + "d"},
        {"days": 10**40},
    ],
    ids=str,
)
def test_a_number_beyond_any_bound_is_refused_at_its_place(history, parts):
    answer = ask(bearer("metrics:read"), **parts)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/" + next(iter(parts))]
