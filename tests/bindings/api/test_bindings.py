"""Agents, bindings and hand-offs through the API: one contract, whichever part is written."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bindings import services
from bindings.documents import Contract, fill_contract, fill_entry
from bindings.models import Agent, Binding, HandOff
from contracts.documents import BindingsDocument, RosterAgent, as_data
from kpis.models import KPI, Revision
from tests.rest.calls import call, codes, seen

HRV = "bindings/NEUROS/hrv_rmssd/"
SDNN = {
    "agent": "NEUROS", "kpi": "hrv_sdnn", "role": "trend_check",
    "triggers": [{"severity": "warning", "condition": "< 25"}],
    "actions": [{"name": "look_again", "on": "warning", "deadline": "15m"}],
}  # fmt: skip


def test_a_binding_shows_all_that_its_agent_does(writer):
    row, _ = seen(writer, HRV)
    assert row["triggers"] == [
        {
            "severity": "critical", "condition": "< 20", "for": "10m",
            "keep_firing_for": "", "recover_if": "", "older_key": False,
        }
    ]  # fmt: skip
    assert [action["name"] for action in row["actions"]] == ["reduce_training_intensity", "notify_coach"]
    assert row["actions"][1]["on"] == "critical"


@pytest.mark.parametrize("path", ["agents/", "agents/NEUROS/"])
def test_an_agent_is_told_without_reading_what_it_watches(writer, path):
    with CaptureQueriesContext(connection) as asked:
        assert call(writer, "GET", path).status_code == 200
    assert not [query for query in asked.captured_queries if "bindings_binding" in query["sql"]]


@pytest.mark.parametrize("path", [HRV, "agents/NEUROS/", "handoffs/NEUROS/critical/SOMNOS/"])
def test_a_row_sent_back_as_it_was_read_changes_nothing(writer, path):
    before = Agent.objects.get(name="NEUROS").as_document()
    row, tag = seen(writer, path)
    answer = call(writer, "PUT", path, row, if_match=tag)
    assert answer.status_code == 200, answer.content
    assert answer.json() == row | {"revision": 2}
    assert Agent.objects.get(name="NEUROS").as_document() == before


def test_a_new_binding_stands_behind_the_others(writer):
    answer = call(writer, "POST", "bindings/", SDNN)
    assert answer.status_code == 201, answer.content
    assert answer["Location"] == "/api/v1/bindings/NEUROS/hrv_sdnn/"
    assert list(Binding.objects.values_list("kpi__name", flat=True)) == ["hrv_rmssd", "hrv_sdnn"]
    assert Revision.objects.filter(kind="agent", subject_name="NEUROS").count() == 2


def test_a_binding_is_changed_in_part(writer):
    _, tag = seen(writer, HRV)
    answer = call(writer, "PATCH", HRV, {"role": "supplementary"}, if_match=tag)
    assert answer.json()["role"] == "supplementary"
    assert answer.json()["triggers"]


def test_a_binding_goes_and_the_rest_stays(writer):
    call(writer, "POST", "bindings/", SDNN)
    _, tag = seen(writer, HRV)
    assert call(writer, "DELETE", HRV, if_match=tag).status_code == 204
    assert [str(row) for row in Binding.objects.all()] == ["NEUROS/hrv_sdnn"]
    assert HandOff.objects.count() == 1


def test_any_change_of_the_agent_makes_what_was_seen_stale(writer):
    _, tag = seen(writer, HRV)
    call(writer, "POST", "bindings/", SDNN)
    assert call(writer, "PATCH", HRV, {"role": ""}, if_match=tag).status_code == 412
    assert call(writer, "DELETE", HRV).status_code == 428


@pytest.mark.parametrize(
    ("parts", "code", "pointer"),
    [
        ({"kpi": "hrv_sdn"}, "unknown_kpi", "/kpi"),
        ({"agent": "NEURO"}, "unknown_agent", "/agent"),
        ({"kpi": "hrv_rmssd"}, "duplicate_binding", "/kpi"),
        ({"triggers": [{"severity": "warning", "condition": "< abc"}]}, "condition_invalid", "/triggers/0/condition"),
        ({"triggers": [{"severity": "warning", "condition": "> 150"}]}, "direction", "/triggers/0/condition"),
        ({"triggers": [{"severity": "risk", "condition": "< 2"}]}, "severity_unknown", "/triggers/0/severity"),
        ({"triggers": [{"severity": "warning"}]}, "missing_key", "/triggers/0/condition"),
        ({"actions": [{"name": "Do it!"}]}, "action_name", "/actions/0/name"),
        ({"actions": [{"name": "a", "on": "risk"}]}, "severity_unknown", "/actions/0/on"),
        ({"actions": [{"nam": "a"}]}, "unknown_field", "/actions/0/nam"),
        ({"actions": "a"}, "wrong_shape", "/actions"),
        ({"actions": [{"name": {"a": 1}}]}, "wrong_shape", "/actions/0/name"),
        ({"guard": "is_resting =="}, "guard_invalid", "/guard"),
        ({"role": "b" * 41}, "too_long", "/role"),
        ({"enabled": "yes"}, "truth_expected", "/enabled"),
    ],
)  # fmt: skip
def test_what_the_rules_refuse_is_refused_at_its_place(writer, parts, code, pointer):
    answer = call(writer, "POST", "bindings/", SDNN | parts)
    assert answer.status_code == 400, answer.content
    found = {(error["code"], error.get("pointer")) for error in answer.json()["errors"]}
    assert (code, pointer) in found
    assert Binding.objects.count() == 1


def test_a_role_may_be_one_s_own(writer):
    answer = call(writer, "POST", "bindings/", SDNN | {"role": "night watch"})
    assert (answer.status_code, answer.json()["role"]) == (201, "night watch")


def test_a_row_does_not_move_to_another_address(writer):
    row, tag = seen(writer, HRV)
    for name, value in (("agent", "SOMNOS"), ("kpi", "hrv_sdnn")):
        answer = call(writer, "PUT", HRV, row | {name: value}, if_match=tag)
        assert codes(answer) == {"fixed"}


def test_hand_offs_come_change_and_go(writer):
    path = "handoffs/NEUROS/warning/SOMNOS/"
    sent = {"agent": "NEUROS", "severity": "warning", "target": "SOMNOS", "reason": "To be sure."}
    made = call(writer, "POST", "handoffs/", sent)
    assert made.status_code == 201, made.content
    assert call(writer, "POST", "handoffs/", sent).status_code == 400
    changed = call(writer, "PATCH", path, {"reason": "Better."}, if_match=made["ETag"])
    assert changed.json()["reason"] == "Better."
    assert call(writer, "DELETE", path, if_match=changed["ETag"]).status_code == 204
    assert HandOff.objects.count() == 1


def test_a_hand_off_about_one_kpi_has_an_address_of_its_own(writer):
    every, one = "handoffs/NEUROS/critical/SOMNOS/", "handoffs/NEUROS/critical/SOMNOS/hrv_rmssd/"
    sent = {"agent": "NEUROS", "severity": "critical", "target": "SOMNOS", "kpi": "hrv_rmssd", "reason": "R."}
    made = call(writer, "POST", "handoffs/", sent)
    assert (made.status_code, made.json()["kpi"]) == (201, "hrv_rmssd"), made.content
    assert made["Location"].endswith(one)
    changed = call(writer, "PATCH", one, {"reason": "Better."}, if_match=made["ETag"])
    assert changed.json()["reason"] == "Better."
    assert seen(writer, every)[0]["kpi"] == ""
    listed = call(writer, "GET", "handoffs/?kpi=hrv_rmssd").json()["results"]
    assert [row["kpi"] for row in listed] == ["hrv_rmssd"]
    other = call(writer, "PUT", one, sent | {"kpi": ""}, if_match=changed["ETag"])
    assert codes(other) == {"fixed"}
    assert call(writer, "DELETE", one, if_match=changed["ETag"]).status_code == 204
    assert seen(writer, every)[0]["kpi"] == ""


def test_a_hand_off_about_a_kpi_that_is_not_watched_is_refused_there(writer):
    sent = {"agent": "NEUROS", "severity": "critical", "target": "SOMNOS", "kpi": "hrv_rmsd"}
    answer = call(writer, "POST", "handoffs/", sent)
    assert answer.status_code == 400
    [error] = [one for one in answer.json()["errors"] if one["code"] == "handoff_kpi"]
    assert (error["pointer"], "Did you mean hrv_rmssd?" in error["hint"]) == ("/kpi", True)


@pytest.mark.parametrize(
    ("target", "code"), [("NEUROS", "self_target"), ("SOMNO", "target_unknown"), (3, "missing_key")]
)
def test_a_hand_off_to_nobody_is_refused(writer, target, code):
    sent = {"agent": "NEUROS", "severity": "warning", "target": target}
    answer = call(writer, "POST", "handoffs/", sent)
    assert answer.status_code == 400, answer.content
    assert codes(answer) >= {code}


def test_an_agent_is_made_switched_off_and_removed(writer):
    made = call(writer, "POST", "agents/", {"name": "KINETOS", "status": "todo"})
    assert made.status_code == 201, made.content
    off = call(writer, "PATCH", "agents/KINETOS/", {"enabled": False}, if_match=made["ETag"])
    assert off.json()["enabled"] is False
    assert call(writer, "DELETE", "agents/KINETOS/", if_match=off["ETag"]).status_code == 204


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "neuros"}, "name_pattern"),
        ({"name": "X", "status": "o" * 21}, "too_long"),
        ({}, "missing_key"),
    ],
)
def test_an_agent_the_rules_refuse(writer, body, code):
    answer = call(writer, "POST", "agents/", body)
    assert answer.status_code == 400, answer.content
    assert code in codes(answer)


def test_what_is_used_cannot_be_deleted_and_says_by_whom(writer):
    for path, user in (("kpis/hrv_rmssd/", "NEUROS/hrv_rmssd"), ("agents/SOMNOS/", "NEUROS asks SOMNOS")):
        _, tag = seen(writer, path)
        answer = call(writer, "DELETE", path, if_match=tag)
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use")
        assert user in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "bindings/", SDNN),
        ("PATCH", HRV, {"role": ""}),
        ("DELETE", HRV, None),
        ("POST", "handoffs/", {"agent": "SOMNOS", "severity": "info", "target": "NEUROS"}),
        ("POST", "agents/", {"name": "KINETOS"}),
    ],
)
def test_a_dry_run_writes_nothing(writer, method, path, body):
    _, tag = seen(writer, HRV)
    before = [list(model.objects.order_by("pk").values()) for model in (Agent, Binding, HandOff, Revision)]
    answer = call(writer, method, f"{path}?dry_run=true", body, if_match=tag)
    assert answer.status_code in (200, 204), answer.content
    assert [
        list(model.objects.order_by("pk").values()) for model in (Agent, Binding, HandOff, Revision)
    ] == before


@pytest.mark.parametrize("path", ["agents/", "bindings/", "handoffs/"])
def test_lists_are_paged_and_narrowed(writer, path):
    assert call(writer, "GET", f"{path}?page_size=1&ordering=-position").status_code == 200
    assert call(writer, "GET", f"{path}?search=NEUROS").json()["results"]
    assert call(writer, "GET", f"{path}?owner=x").status_code == 400


@pytest.fixture
def odd(writer):
    """An agent as an older file left it: a severity and a status that there are not, one action at two severities."""
    agent = Agent.objects.whole().get(name="NEUROS")
    data = as_data(agent.as_document())
    data["kpis_used"][0]["alerting"] |= {
        "caution_if": "< 30",
        "timing": {"risk": {"for": "10m", "x-why": "noise"}, "elevated": {"for": "1h"}},
        "actions": [
            {"name": "rest", "on": "risk", "x-note": "at once"},
            {"name": "rest", "on": "caution"},
            {"name": "sing", "on": "terrible"},
        ],
    }
    entry = as_data(agent.as_entry()) | {"status": "gamma"}
    whole = Contract(BindingsDocument.model_validate(data), RosterAgent.model_validate(entry))
    fill_entry(agent, "NEUROS", whole.entry)
    fill_contract(agent, whole.bindings, kpis={kpi.name: kpi for kpi in KPI.objects.all()}, agents=everyone())
    agent.save()
    services.write_rows([agent])
    return whole


def everyone() -> dict[str, Agent]:
    return {agent.name: agent for agent in Agent.objects.all()}


def test_a_severity_that_there_is_not_is_shown_and_refused_when_sent_back(writer, odd):
    row, tag = seen(writer, HRV)
    answer = call(writer, "PUT", HRV, row, if_match=tag)
    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/actions/2/on"]
    assert Contract.of(Agent.objects.whole().get(name="NEUROS")) == odd


def test_a_status_of_one_s_own_is_kept_whole(writer, odd):
    path = "agents/NEUROS/"
    row, tag = seen(writer, HRV)
    row["actions"].pop()
    call(writer, "PUT", HRV, row, if_match=tag)
    row, tag = seen(writer, path)
    answer = call(writer, "PUT", path, row, if_match=tag)
    assert (answer.status_code, answer.json()["status"]) == (200, "gamma")
    assert Agent.objects.whole().get(name="NEUROS").as_entry() == odd.entry
    _, tag = seen(writer, path)
    assert call(writer, "PATCH", path, {"status": "beta"}, if_match=tag).json()["status"] == "beta"
    assert Agent.objects.whole().get(name="NEUROS").as_entry().status == "beta"


def test_corrected_it_is_taken_and_everything_else_stays(writer, odd):
    row, tag = seen(writer, HRV)
    row["actions"][2]["on"] = "warning"
    answer = call(writer, "PUT", HRV, row, if_match=tag)
    assert answer.status_code == 200, answer.content
    alerting = as_data(Agent.objects.whole().get(name="NEUROS").as_document())["kpis_used"][0]["alerting"]
    assert alerting["actions"] == [
        {"name": "rest", "on": "risk", "x-note": "at once"},
        {"name": "rest", "on": "caution"},
        {"name": "sing", "on": "caution"},
    ]
    assert alerting["timing"] == {"risk": {"for": "10m", "x-why": "noise"}, "elevated": {"for": "1h"}}


def test_a_trigger_s_own_timing_counts_and_not_one_that_lay_idle(writer, odd):
    row, tag = seen(writer, HRV)
    row["actions"].pop()
    row["triggers"][0]["for"] = "20m"
    row["triggers"].append({"severity": "info", "condition": "> 150", "for": "2h"})
    answer = call(writer, "PUT", HRV, row, if_match=tag)
    shown = {row["severity"]: row["for"] for row in answer.json()["triggers"]}
    assert shown == {"critical": "20m", "warning": "", "info": "2h"}
