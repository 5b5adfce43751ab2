"""Runs through the API: lists, one run, steps and hand-offs."""

import pytest

from protocols.models import ProtocolRun
from telemetry.subjects import pseudonym
from tests.protocols.samples import MINUTE, NOW, USER, observation, opened, reported, told
from tests.rest.calls import call, codes

pytestmark = pytest.mark.django_db


def answer(client, path, body=None, status=200):
    response = call(client, "GET" if body is None else "POST", path, body)
    assert response.status_code == status, response.content
    return response.json()


def test_a_run_says_what_is_to_be_done_and_why(neuros, protocol):
    run = opened()
    found = answer(neuros, f"runs/{run.pk}/")
    steps = found.pop("steps")
    assert found == {
        "id": run.pk, "agent": "NEUROS", "kpi": "hrv_rmssd", "user_id": USER, "severity": "critical",
        "state": "waiting", "opened": "2026-11-24T12:00:00Z", "recorded": "2026-11-24T12:00:00Z", "ended": None,
        "release": protocol.number, "condition": "< 25", "reason": "18 ms is below 25 ms", "value": 18,
        "measurement_source": "band", "context": None, "root": None, "parent": None, "acknowledged": None,
        "assignee": None, "deviations": [], "cursor": run.changed, "trace": None, "interventions": [],
    }  # fmt: skip
    assert steps[0] == {
        "number": 1, "kind": "action", "name": "reduce_training_intensity", "description": "",
        "severity": "critical", "declared": True, "added": "2026-11-24T12:00:00Z", "state": "pending",
        "due": "2026-11-24T12:05:00Z", "started": None, "finished": None, "note": "", "evidence": {}, "hand_off": None,
    }  # fmt: skip
    assert [step["name"] for step in steps[1:]] == ["review_sleep", "SOMNOS", "CARDIOS"]


def test_a_step_is_reported_and_the_same_again_changes_nothing(neuros):
    run = opened()
    done = {
        "state": "done", "at": "2026-11-24T12:03:00Z", "note": "Told\nthe coach.", "evidence": {"minutes": [20, 1.5]},
    }  # fmt: skip
    first = answer(neuros, f"runs/{run.pk}/steps/1", done)
    assert (first["state"], first["steps"][0]["state"]) == ("active", "done")
    assert first["steps"][0]["finished"] == done["at"]
    assert (first["steps"][0]["note"], first["steps"][0]["evidence"]) == (done["note"], done["evidence"])
    assert answer(neuros, f"runs/{run.pk}/steps/1", done) == first
    other = answer(neuros, f"runs/{run.pk}/steps/1", {"state": "skipped", "note": "No."}, 409)
    assert (other["code"], other["errors"][0]["hint"]) == (
        "already_settled", "Read the run again. What was reported of a step stays.",
    )  # fmt: skip


def test_a_hand_off_is_accepted_or_refused_by_who_is_asked(neuros, somnos):
    run = opened()
    for number in (1, 2):
        answer(neuros, f"runs/{run.pk}/steps/{number}", {"state": "done"})
    (child,) = answer(somnos, "agents/SOMNOS/inbox")["runs"]
    assert (child["state"], child["root"]) == ("offered", run.pk)
    assert child["parent"] | {"due": ""} == {
        "run": run.pk,
        "agent": "NEUROS",
        "reason": "Poor sleep.",
        "due": "",
    }
    path = f"runs/{child['id']}/acceptance"
    assert answer(somnos, path, {"accept": True, "note": "I look."})["state"] == "active"
    assert answer(somnos, path, {"accept": True})["state"] == "active"
    assert answer(somnos, path, {"accept": False, "reason": "No."}, 409)["code"] == "already_answered"
    asked = answer(neuros, f"runs/{run.pk}/")["steps"][2]["hand_off"]
    assert (asked["agent"], asked["state"], asked["answer"], asked["run"]) == (
        "SOMNOS", "accepted", "I look.", child["id"],
    )  # fmt: skip


def test_a_hand_off_was_answered_when_the_agent_says_so(neuros, somnos):
    run = opened(at=NOW - 3 * MINUTE)
    for number in (1, 2):
        answer(neuros, f"runs/{run.pk}/steps/{number}", {"state": "done", "at": "2026-11-24T11:58:00Z"})
    (child,) = answer(somnos, "agents/SOMNOS/inbox")["runs"]
    path = f"runs/{child['id']}/acceptance"
    too_late = answer(somnos, path, {"accept": True, "at": "2099-11-25T12:00:00Z"}, 400)
    assert too_late["errors"][0]["code"] == "from_the_future"
    answer(somnos, path, {"accept": True, "at": "2026-11-24T11:59:00Z"})
    asked = answer(neuros, f"runs/{run.pk}/")["steps"][2]
    assert (asked["hand_off"]["answered"], asked["finished"]) == ("2026-11-24T11:59:00Z",) * 2


def test_what_no_contract_asks_for_is_on_the_record(neuros):
    run = opened(28)
    added = {"action": "call_the_coach", "note": "It seemed wise.", "at": "2026-11-24T12:01:00Z"}
    for _ in range(2):
        steps = answer(neuros, f"runs/{run.pk}/steps", added)["steps"]
        assert [(one["name"], one["declared"], one["state"]) for one in steps[1:]] == [
            ("call_the_coach", False, "done")
        ]
    asked = answer(neuros, f"runs/{run.pk}/steps", {"hand_off": "SOMNOS", "reason": "Perhaps sleep."})
    assert asked["steps"][2]["hand_off"]["state"] == "offered"
    assert ProtocolRun.objects.filter(agent="SOMNOS", state="offered").count() == 1


def test_an_agent_is_told_of_its_own_runs_only(neuros, somnos):
    run = opened()
    foreign = [
        ("GET", f"runs/{run.pk}/", None),
        ("POST", f"runs/{run.pk}/steps/1", {"state": "done"}),
        ("POST", f"runs/{run.pk}/steps", {"action": "rest"}),
        ("POST", f"runs/{run.pk}/acceptance", {"accept": True}),
    ]
    for method, path, body in foreign:
        response = call(somnos, method, path, body)
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert answer(somnos, "runs/")["results"] == []
    assert [one["id"] for one in answer(neuros, "runs/")["results"]] == [run.pk]
    assert answer(somnos, "agents/NEUROS/inbox", status=403)["code"] == "permission_denied"


def test_people_and_services_are_told_pseudonyms_and_agents_the_ids_that_they_sent(neuros, service, viewer):
    run = opened()
    for client, name in ((neuros, USER), (service, pseudonym(USER)), (viewer, pseudonym(USER))):
        for found in (
            answer(client, f"runs/{run.pk}/"), answer(client, "runs/")["results"][0],
            answer(client, "agents/NEUROS/inbox")["runs"][0],
        ):  # fmt: skip
            assert found["user_id"] == name
        assert len(answer(client, f"runs/?user_id={name}")["results"]) == 1
    assert answer(viewer, f"runs/?user_id={USER}")["results"] == []
    assert answer(service, f"runs/?user_id={USER}")["results"] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 3), ("agent=NEUROS", 3), ("agent=SOMNOS", 0), ("kpi=hrv_rmssd", 3), ("kpi=other", 0),
        ("state=open", 2), ("state=ended", 1), ("state=recovered", 1), ("severity=critical", 2),
        ("severity=warning", 1), ("opened_after=2026-11-24T12:01:00Z", 2), ("deviation=RUN003", 0),
        ("opened_before=2026-11-24T12:01:00Z", 1), ("root=1", 0), ("since=0", 3), ("since=999999999999", 0),
    ],
)  # fmt: skip
def test_runs_are_found_by_what_is_asked(service, query, found):
    opened(18)
    told(observation(60, at=NOW + MINUTE), now=NOW + MINUTE)
    opened(28, NOW + 2 * MINUTE)
    opened(18, NOW + 2 * MINUTE, user_id="u-2")
    assert len(answer(service, f"runs/?{query}")["results"]) == found


def test_pages_of_runs_follow_each_other(service):
    for place in range(5):
        opened(18, NOW + place * MINUTE, user_id=f"u-{place}")
    first = answer(service, "runs/?page_size=2")
    second = answer(service, first["next"].removeprefix("/api/v1/"))
    third = answer(service, second["next"].removeprefix("/api/v1/"))
    times = [one["opened"] for page in (first, second, third) for one in page["results"]]
    assert times == sorted(times, reverse=True)
    assert (len(times), third["next"]) == (5, None)


def test_what_changed_since_the_last_look_is_told(service):
    run = opened()
    cursor = call(service, "GET", "runs/")["Auren-Cursor"]
    reported(run, 1)
    assert [one["id"] for one in answer(service, f"runs/?since={cursor}")["results"]] == [run.pk]


def test_changes_come_in_the_order_of_the_changes(service):
    for place in range(3):
        opened(18, NOW + place * MINUTE, user_id=f"u-{place}")
    first = answer(service, "runs/?since=0&page_size=2")
    second = answer(service, first["next"].removeprefix("/api/v1/"))
    cursors = [one["cursor"] for page in (first, second) for one in page["results"]]
    assert (cursors, len(cursors)) == (sorted(cursors), 3)


def test_a_list_costs_the_same_however_many_there_are(service, django_assert_num_queries):
    for place in range(3):
        opened(18, NOW + place * MINUTE, user_id=f"u-{place}")
    answer(service, "runs/")  # notes that the token is used
    for page_size in (1, 3):
        with django_assert_num_queries(5):  # token, cursor, runs, steps with their hand-offs, deviations
            answer(service, f"runs/?page_size={page_size}")


def test_only_the_fields_that_are_asked_for(service):
    run = opened()
    assert set(answer(service, "runs/?fields=id,state")["results"][0]) == {"id", "state"}
    assert answer(service, f"runs/{run.pk}/?fields=state") == {"state": "waiting"}
    assert codes(call(service, "GET", f"runs/{run.pk}/?fields=password")) == {"parameter_invalid"}


def test_who_has_the_run_already_is_told_that(neuros):
    run = opened()
    first = call(neuros, "GET", f"runs/{run.pk}/")
    assert call(neuros, "GET", f"runs/{run.pk}/", if_none_match=first["ETag"]).status_code == 304
    reported(run, 1)
    assert call(neuros, "GET", f"runs/{run.pk}/", if_none_match=first["ETag"]).status_code == 200
