"""What an agent is served, and that it reads back as the same."""

import json
import subprocess
import sys

import pytest

from contracts.release import read_release
from contracts.severity import Severity
from contracts.watching import (
    BodyError,
    UnknownAgent,
    Watching,
    agent_body,
    read_agent,
    read_body,
    watched_bindings,
)
from tests.contracts.releases import BINDINGS, REGISTRY, example_release, made_release

HRV = made_release()


def body(agent="NEUROS"):
    return agent_body(HRV, agent)


def test_a_body_says_who_the_agent_is_and_whom_it_asks():
    found = body()
    assert {key: found[key] for key in ("agent", "enabled", "status", "version", "role")} == {
        "agent": "NEUROS",
        "enabled": True,
        "status": "prod",
        "version": "1.1",
        "role": "The nervous system",
    }
    assert found["hand_offs"] == [
        {"severity": "critical", "agent": "SOMNOS", "kpi": "", "reason": "Nights."},
        {"severity": "warning", "agent": "NUTROS", "kpi": "", "reason": "Salt."},
    ]


def test_triggers_are_canonical_and_worst_first_and_those_of_one_severity_share_their_timing():
    found = body()["bindings"][0]
    assert found["guard"] == "is_resting == true"
    assert [(t["severity"], t["condition"], t["for"], t["recover_if"]) for t in found["triggers"]] == [
        ("critical", "< 25", "", ""),
        ("warning", "25..39", "5m", ">= 45"),
        ("warning", "drop >= 10% over 7d", "5m", ">= 45"),
        ("info", "> 90", "", ""),
    ]


def test_actions_say_the_severity_in_one_scale_and_a_word_that_is_none_stays():
    assert [(action["name"], action["on"]) for action in body()["bindings"][0]["actions"]] == [
        ("train_less", ""),
        ("rest_today", "critical"),
        ("never_taken", "someday"),
    ]
    watched = watched_bindings(HRV, "NEUROS")[0]
    assert [action.name for action in watched.actions_at(Severity.CRITICAL)] == ["train_less", "rest_today"]
    assert [action.name for action in watched.actions_at(Severity.INFO)] == ["train_less"]


def test_a_definition_has_the_numbers_of_the_registry_as_numbers():
    found = body()["bindings"][0]["definition"]
    assert found["absolute_range"] == {"min": 1, "max": 250.5}
    assert found["normal_range"] == {"min": 30, "max": 100, "optimal": 50}
    assert (found["symbol"], found["missing_data"], found["status"]) == ("ms", "2d", "active")
    assert [threshold["severity"] for threshold in found["thresholds"]] == ["critical", "info"]
    plain = body()["bindings"][1]["definition"]
    assert (plain["absolute_range"], plain["normal_range"], plain["thresholds"]) == (None, None, [])


def test_a_binding_without_triggers_inherits_the_thresholds_with_their_timing():
    [found] = body("SOMNOS")["bindings"]
    assert found["triggers"][0] == {
        "severity": "critical",
        "condition": "< 20",
        "for": "10m",
        "keep_firing_for": "5m",
        "recover_if": ">= 25",
        "inherited": True,
    }


def test_a_disabled_binding_is_there_and_says_so():
    assert body()["bindings"][1]["enabled"] is False


def test_an_agent_that_is_only_on_the_roster_watches_nothing():
    assert body("IDLE")["bindings"] == []
    assert body("IDLE")["enabled"] is False
    assert list(Watching(HRV).agents) == ["NEUROS", "IDLE", "SOMNOS"]


def test_each_agent_is_worked_out_once_however_often_it_is_asked_for():
    watching = Watching(HRV)
    assert watching.agent("NEUROS") is watching.agent("NEUROS")
    assert watching.body("NEUROS") == watching.agent("NEUROS").as_data()


def test_an_agent_that_is_nowhere_is_told_apart_from_one_that_watches_nothing():
    with pytest.raises(UnknownAgent, match="no agent called NOBODY"):
        agent_body(HRV, "NOBODY")


def test_a_binding_to_a_kpi_that_there_is_not_is_left_out():
    release = made_release(bindings=BINDINGS.replace("key: laps", "key: lapse"))
    assert [binding.kpi for binding in watched_bindings(release, "NEUROS")] == ["hrv_rmssd"]


@pytest.mark.parametrize("agent", ["NEUROS", "SOMNOS", "IDLE"])
def test_a_body_read_from_its_json_is_what_it_was_made_of(agent):
    assert read_body(json.loads(json.dumps(body(agent)))) == watched_bindings(HRV, agent)
    assert read_agent(json.loads(json.dumps(body(agent)))) == Watching(HRV).agent(agent)


def test_every_agent_of_the_example_reads_back_also_from_a_stored_release():
    release = example_release()
    stored = Watching(read_release(release.canonical()))
    assert len(stored.agents) == 9
    for name in stored.agents:
        assert stored.body(name) == agent_body(release, name)
        assert read_agent(stored.body(name)) == stored.agent(name)


def test_a_release_that_does_not_touch_an_agent_leaves_its_body_as_it_was():
    after = made_release(bindings=BINDINGS.replace("<25", "<24"))
    assert agent_body(after, "SOMNOS") == body("SOMNOS")
    assert agent_body(after, "NEUROS") != body()
    assert agent_body(made_release(REGISTRY.replace("<20", "<19")), "SOMNOS") != body("SOMNOS")


def test_how_a_kpi_alerts_people_leaves_every_agents_body_as_it_was():
    alerts = "missing_data: 2d\n    alerts: {mode: none, noise_budget: 1}"
    after = made_release(
        REGISTRY.replace("missing_data: 2d", alerts) + "export_config: {alerts: {people: 3}}\n"
    )
    assert after.canonical() != HRV.canonical()
    assert [agent_body(after, agent) for agent in ("NEUROS", "SOMNOS")] == [body("NEUROS"), body("SOMNOS")]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda data: data.pop("bindings"), "body.bindings: missing"),
        (lambda data: data.update(bindings={}), "body.bindings: expected a list"),
        (lambda data: data.update(enabled=1), "body.enabled: expected true or false"),
        (lambda data: data["bindings"].append("x"), "body.bindings[2]: expected a mapping"),
        (lambda data: data["bindings"][0].update(guard=None), "body.bindings[0].guard: expected a text"),
        (
            lambda data: data["bindings"][0]["triggers"][1].update(severity="caution"),
            "body.bindings[0].triggers[1].severity: expected info, warning or critical",
        ),
        (
            lambda data: data["bindings"][0]["definition"]["normal_range"].update(min="30"),
            "body.bindings[0].definition.normal_range.min: expected a number or null",
        ),
        (
            lambda data: data["bindings"][0]["definition"]["normal_range"].update(min=float("nan")),
            "body.bindings[0].definition.normal_range.min: expected a number or null",
        ),
    ],
)
def test_a_damaged_body_is_refused_with_its_place(damage, told):
    data = body()
    damage(data)
    with pytest.raises(BodyError) as caught:
        read_body(data)
    assert str(caught.value) == told


@pytest.mark.parametrize("data", [None, [], "", 1, {}])
def test_what_is_no_body_is_refused(data):
    with pytest.raises(BodyError):
        read_body(data)


def test_keys_of_a_newer_server_are_passed_over():
    data = body()
    data["bindings"][0]["triggers"][0]["newer"] = {"x": 1}
    assert read_body(data) == watched_bindings(HRV, "NEUROS")


def test_reading_a_body_needs_the_standard_library_alone():
    code = "import sys, contracts.watching; sys.exit('pydantic' in sys.modules or 'yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_hand_off_about_a_kpi_is_no_other_bindings():
    release = made_release(bindings=BINDINGS.replace("agent: SOMNOS", "agent: SOMNOS, kpi: laps"))
    for agent in (Watching(release).agent("NEUROS"), read_agent(agent_body(release, "NEUROS"))):
        hrv, laps = agent.bindings
        told = [[one.agent for one in binding.hand_offs_at("critical")] for binding in (hrv, laps)]
        assert told == [[], ["SOMNOS"]]
        assert [one.agent for one in hrv.hand_offs_at("warning")] == ["NUTROS"]


def test_a_server_that_knows_no_kpi_of_a_hand_off_means_all_of_them():
    data = body()
    del data["hand_offs"][0]["kpi"]
    [binding] = [one for one in read_body(data) if one.kpi == "hrv_rmssd"]
    assert [one.agent for one in binding.hand_offs_at("critical")] == ["SOMNOS"]


def test_one_binding_is_what_it_is_among_all_of_its_agent():
    release = example_release()
    whole, alone = Watching(release), Watching(release)
    for agent in whole.agents:
        assert alone.is_enabled(agent) == whole.agent(agent).enabled
        for kpi in (*whole.kpis, "unheard_of"):
            assert alone.binding(agent, kpi) == whole.agent(agent).binding(kpi)
    assert alone.binding("NOBODY", "hrv_rmssd") is None
    assert not alone.is_enabled("NOBODY")
