"""An agent's inbox as the API serves it from the database."""

import json

import pytest

from contracts.evaluation import SECOND, micros
from protocols.inbox.body import MOST_RUNS, as_bytes, inbox_of
from protocols.models import ProtocolRun
from protocols.services.pausing import lift, pause
from telemetry.ingest import clock
from tests.protocols.api.test_runs import answer
from tests.protocols.samples import MINUTE, NOW, observation, opened, reported, told
from tests.rest.calls import call

pytestmark = pytest.mark.django_db
PATH = "agents/NEUROS/inbox"


def severities(inbox) -> list[tuple[str, str]]:
    return [(one["severity"], one["opened"][11:16]) for one in inbox["runs"]]


def test_the_most_severe_comes_first_then_the_oldest(neuros):
    opened(28, NOW, user_id="u-1")
    opened(18, NOW + 2 * MINUTE, user_id="u-2")
    opened(18, NOW + MINUTE, user_id="u-3")
    inbox = answer(neuros, PATH)
    assert severities(inbox) == [("critical", "12:01"), ("critical", "12:02"), ("warning", "12:00")]
    assert (inbox["agent"], inbox["total"], inbox["paused"], inbox["paused_kpis"]) == ("NEUROS", 3, None, {})


def test_it_is_the_very_bytes_that_anybody_else_would_serve(neuros):
    opened()
    response = call(neuros, "GET", PATH)
    assert response.content == as_bytes(inbox_of("NEUROS", micros(NOW)))
    assert response["Cache-Control"] == "no-store"


def test_who_has_it_already_is_told_that(neuros):
    run = opened()
    first = call(neuros, "GET", PATH)
    again = call(neuros, "GET", PATH, if_none_match=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    reported(run, 1, "started")
    assert call(neuros, "GET", PATH, if_none_match=first["ETag"]).status_code == 200


def test_there_are_so_many_runs_in_it_and_no_more(neuros):
    people = [observation(18, user_id=f"u-{number}") for number in range(MOST_RUNS + 3)]
    told(*people)
    inbox = answer(neuros, PATH)
    assert (len(inbox["runs"]), inbox["total"]) == (MOST_RUNS, MOST_RUNS + 3)
    assert (
        answer(neuros, f"{PATH}?since=0")["since"] is None
    )  # more has changed than fits: it is the whole again


def test_what_changed_since_the_last_look_is_told_also_what_ended(neuros):
    run = opened()
    cursor = int(call(neuros, "GET", PATH)["Auren-Cursor"])
    opened(18, user_id="u-2")
    told(observation(60, at=NOW + MINUTE), now=NOW + MINUTE)
    inbox = answer(neuros, f"{PATH}?since={cursor}")
    assert inbox["since"] == cursor
    assert {one["id"]: one["state"] for one in inbox["runs"]} == {
        run.pk: "recovered", ProtocolRun.objects.get(subject__user_id="u-2").pk: "waiting",
    }  # fmt: skip
    assert answer(neuros, f"{PATH}?since={10**17}")["runs"] == []


def test_what_changed_during_a_pause_is_told_after_it(neuros):
    opened(28)
    now = clock()
    held = pause("NEUROS", reason_code="planned", user=None, now=now - SECOND)
    opened(18, user_id="u-2")
    cursor = call(neuros, "GET", PATH)["Auren-Cursor"]  # it is told of nothing, and would not be later
    lift(held.pk, user=None, now=now)
    inbox = answer(neuros, f"{PATH}?since={cursor}")
    assert (inbox["since"], len(inbox["runs"])) == (None, 2)


def test_it_costs_the_same_however_much_there_is(neuros, django_assert_num_queries):
    opened(user_id="u-0")
    answer(neuros, PATH)
    for number in (1, 5):
        told(*[observation(18, user_id=f"u-{number}-{each}") for each in range(number)])
        with django_assert_num_queries(7):  # token, cursor, pauses, runs, steps, deviations, how many
            answer(neuros, PATH)


def test_notes_and_evidence_are_told_by_the_run_alone(neuros):
    run = opened()
    reported(run, 1, note="a" * 2000, evidence={"a": "b" * 8000})
    assert len(call(neuros, "GET", PATH).content) < 3000
    assert "note" not in answer(neuros, PATH)["runs"][0]["steps"][0]


def test_a_person_and_a_service_ask_for_agents_that_there_are(service, viewer):
    for client in (service, viewer):
        assert answer(client, PATH)["total"] == 0
        problem = answer(client, "agents/NEUROSS/inbox", status=404)
        assert "NEUROS" in problem["detail"]


def test_an_agent_that_is_released_no_longer_still_has_its_inbox(neuros, viewer):
    run = opened()
    ProtocolRun.objects.filter(pk=run.pk).update(agent="GONE")
    assert answer(viewer, "agents/GONE/inbox")["total"] == 1
    assert json.loads(call(neuros, "GET", PATH).content)["total"] == 0
