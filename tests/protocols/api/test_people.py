"""What people do about runs, and the kill switch, through the API."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User

from bindings.models import ApiToken
from contracts.evaluation import micros
from protocols.models import Intervention, Pause, ProtocolRun
from protocols.services.pausing import pause
from telemetry.ingest import clock
from tests.protocols.api.test_runs import answer
from tests.protocols.samples import NOW, opened
from tests.rest.calls import call, codes

pytestmark = pytest.mark.django_db
WHY = {"reason_code": "not_suitable", "words": "They are ill."}


def test_a_step_is_overridden_and_everybody_is_told_who_and_why(editor, neuros):
    run = opened()
    found = answer(editor, f"runs/{run.pk}/interventions", {"kind": "override", "step": 1} | WHY, 201)
    assert found["steps"][0]["state"] == "overridden"
    (said,) = found["interventions"]
    assert said | {"at": ""} == WHY | {
        "kind": "override", "step": 1, "reason": "Not suitable for this person", "at": "", "by": "editor-member",
    }  # fmt: skip
    (told,) = answer(neuros, f"runs/{run.pk}/")["interventions"]
    assert "by" not in told


def test_a_run_is_taken_over_and_assigned(editor):
    run = opened()
    found = answer(editor, f"runs/{run.pk}/interventions", {"kind": "take_over", "reason_code": "known"}, 201)
    assert (found["state"], found["assignee"]) == ("taken_over", "editor-member")
    doctor = User.objects.create_user("ines", first_name="Ines", last_name="Kern")
    path, assign = f"runs/{run.pk}/interventions", {"kind": "assign", "assignee": "ines"}
    assert codes(call(editor, "POST", path, assign)) == {"unknown_person"}
    doctor.groups.add(Group.objects.get(name="viewer"))
    assert answer(editor, path, assign, 201)["assignee"] == "Ines Kern"
    assert answer(editor, path, {"kind": "assign", "assignee": ""}, 201)["assignee"] is None
    assert answer(editor, path, {"kind": "assign"}, 201)["assignee"] == "editor-member"


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"kind": "override"}, "/reason_code", "reason_missing"),
        ({"kind": "override", "reason_code": "because"}, "/reason_code", "value_not_allowed"),
        ({"kind": "comment"}, "/words", "words_missing"),
        ({"kind": "judge"}, "/kind", "value_not_allowed"),
        ({"kind": "acknowledge", "step": 1}, "/step", "value_not_allowed"),
        ({"kind": "agree", "assignee": "me"}, "/assignee", "value_not_allowed"),
        ({"kind": "comment", "words": "a", "step": 0}, "/step", "out_of_range"),
        ({"kind": "comment", "words": "a", "step": True}, "/step", "number_expected"),
        ({"kind": "comment", "words": "a" * 2001}, "/words", "too_long"),
        ({"kind": "comment", "words": "a\u202eb"}, "/words", "invalid_text"),
        ({"kind": "comment", "word": "a"}, "/word", "unknown_field"),
        ({}, "/kind", "missing_key"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_place(editor, body, pointer, code):
    run = opened()
    response = call(editor, "POST", f"runs/{run.pk}/interventions", body)
    assert response.status_code == 400
    assert (response.json()["errors"][0]["pointer"], response.json()["errors"][0]["code"]) == (pointer, code)
    assert not Intervention.objects.exists()


def test_a_step_that_is_not_there_is_not_found(editor):
    run = opened()
    response = call(editor, "POST", f"runs/{run.pk}/interventions", {"kind": "agree", "step": 9})
    assert response.status_code == 404
    assert call(editor, "POST", "runs/999/interventions", {"kind": "agree"}).status_code == 404


def test_a_pause_empties_the_inbox_until_it_is_lifted(editor, neuros):
    opened()
    made = answer(editor, "pauses/", {"agent": "NEUROS", "minutes": 5} | WHY, 201)
    assert (made["by"], made["lifted"]) == ("editor-member", None)
    inbox = answer(neuros, "agents/NEUROS/inbox")
    assert (inbox["runs"], inbox["total"]) == ([], 1)
    assert inbox["paused"]["reason"] == "Not suitable for this person: They are ill."
    assert [one["id"] for one in answer(editor, "pauses/?state=holding&agent=NEUROS")["results"]] == [
        made["id"]
    ]
    lifted = call(editor, "POST", f"pauses/{made['id']}/lift").json()  # there is nothing more to say
    assert lifted["lifted_by"] == "editor-member"
    assert answer(editor, f"pauses/{made['id']}/lift", {}) == lifted
    assert len(answer(neuros, "agents/NEUROS/inbox")["runs"]) == 1
    assert answer(editor, "pauses/?state=over")["results"] == [lifted]


def test_a_pause_about_one_kpi_leaves_the_others(editor, neuros):
    opened()
    answer(editor, "pauses/", {"agent": "NEUROS", "kpi": "hrv_rmssd", "reason_code": "planned"}, 201)
    inbox = answer(neuros, "agents/NEUROS/inbox")
    assert (inbox["paused"], inbox["runs"]) == (None, [])
    assert inbox["paused_kpis"]["hrv_rmssd"]["reason"] == "Planned work"


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"agent": "NEUROSS"}, "/agent", "unknown_agent"),
        ({"agent": "NEUROS", "kpi": "hrv_rmsd"}, "/kpi", "unknown_kpi"),
        ({"agent": ""}, "/agent", "missing_key"),
        ({"agent": "NEUROS", "minutes": 0}, "/minutes", "out_of_range"),
        ({"agent": "NEUROS", "minutes": 43_201}, "/minutes", "out_of_range"),
        ({"agent": "NEUROS", "reason_code": ""}, "/reason_code", "value_not_allowed"),
    ],
)
def test_a_pause_that_would_stop_nothing_is_refused(editor, protocol, body, pointer, code):
    response = call(editor, "POST", "pauses/", {"reason_code": "planned"} | body)
    assert response.status_code == 400
    assert (response.json()["errors"][0]["pointer"], response.json()["errors"][0]["code"]) == (pointer, code)
    assert not Pause.objects.exists()


def test_there_are_so_many_pauses_and_no_more(editor, monkeypatch):
    opened()
    monkeypatch.setattr("protocols.services.pausing.MOST", 1)
    body = {"agent": "NEUROS", "reason_code": "planned"}
    assert call(editor, "POST", "pauses/", body).status_code == 201
    assert answer(editor, "pauses/", body, 409)["code"] == "too_many"


def test_agents_and_viewers_decide_nothing(neuros, viewer):
    run, held = opened(), pause("NEUROS", reason_code="planned", user=None, now=clock())
    for client in (neuros, viewer):
        for path, body in (
            (f"runs/{run.pk}/interventions", {"kind": "agree"}),
            ("pauses/", {"agent": "NEUROS", "reason_code": "planned"}),
            (f"pauses/{held.pk}/lift", {}),
        ):
            assert call(client, "POST", path, body).status_code == 403
    assert call(neuros, "GET", "pauses/").status_code == 403
    assert not Intervention.objects.exists()


def test_a_service_acts_as_long_as_its_holder_may(service):
    run = opened()
    token = ApiToken.objects.get(agent=None)
    holder = User.objects.create_user("holder")
    token.held_by(holder)
    token.save()
    path, body = f"runs/{run.pk}/interventions", {"kind": "agree", "words": "By telephone."}
    assert answer(service, path, body, 403)["code"] == "permission_denied"
    holder.groups.add(Group.objects.get(name="editor"))
    assert answer(service, path, body, 201)["interventions"][0]["by"] == "token test"
    assert Intervention.objects.get().author == holder


def test_pauses_are_listed_for_those_who_may_make_them(editor, viewer):
    assert [call(client, "GET", "pauses/").status_code for client in (editor, viewer)] == [200, 403]


def test_the_time_of_a_pause_is_the_servers(editor, protocol):
    before = clock()
    answer(editor, "pauses/", {"agent": "NEUROS", "reason_code": "planned"}, 201)
    held = Pause.objects.get()
    assert before <= held.since <= clock()
    assert held.until - held.since == micros(NOW + timedelta(hours=1)) - micros(NOW)
    assert not ProtocolRun.objects.exists()
