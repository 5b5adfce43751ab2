"""A memory told in words: why this state, why no other, and what the agent does."""

import json

import pytest

from contracts.evaluation import SECOND, START, explain, tick
from tests.contracts.evaluation.samples import SAFE, at, run, trigger, watched

TIMED = watched(
    trigger(for_="10m", keep="5m", recover=">= 25"),
    trigger("warning", "< 30"),
    trigger("info", "80..90"),
    missing="2d",
)


def told(binding, *observations, now=None):
    memory, _ = run(binding, START, *observations)
    if now is not None:
        memory, _ = tick(binding, memory, now * SECOND)
    return explain(binding, memory)


@pytest.mark.parametrize(
    ("observations", "reason"),
    [
        ([], "no value yet"),
        ([at(0, 50)], "50 ms: nothing to act on"),
        ([at(0, 85)], "85 ms is between 80 and 90 ms"),
        ([at(0, 18)], "18 ms is below 30 ms"),
        ([at(0, 18), at(600, 18)], "18 ms is below 20 ms"),
        ([at(0, 18), at(600, 18), at(601, 22)], "22 ms is not yet at least 25 ms, where critical ends"),
        (
            [at(0, 18), at(600, 18), at(601, 26)],
            "26 ms is at least 25 ms, where critical ends; critical goes on for 5 minutes after that",
        ),
    ],
)
def test_the_reason_of_a_state(observations, reason):
    assert told(TIMED, *observations).reason == reason


def test_why_it_is_in_no_other_state():
    found = told(TIMED, at(0, 18))
    assert [(one.rule, str(one.phase), one.reason) for one in found.triggers] == [
        ("critical", "waiting", "18 ms is below 20 ms, but not yet for 10 minutes"),
        ("warning", "acting", "18 ms is below 30 ms"),
        ("info", "resting", "18 ms is not 80 to 90 ms"),
    ]
    assert [str(one.phase) for one in told(TIMED, at(0, 18), at(600, 18), at(601, 26)).triggers] == [
        "ending",
        "acting",
        "resting",
    ]


def test_what_the_agent_does_at_the_severity():
    assert [action.name for action in told(TIMED, at(0, 25)).actions] == ["train_less"]
    assert [action.name for action in told(watched(trigger()), at(0, 18)).actions] == [
        "train_less",
        "rest_today",
    ]
    assert told(TIMED, at(0, 50)).actions == ()


def test_silence_says_how_long_and_keeps_what_was_acted_on():
    found = told(TIMED, at(0, 25), now=3 * 86_400)
    assert (str(found.state), found.reason, found.rule) == ("unknown", "no value for 2 days", "warning")


def test_a_context_that_does_not_say_whether_it_applies_is_told():
    binding = watched(trigger(for_="10m"), guard=SAFE)
    assert told(binding, at(0, 18)).reason == "not judged: the context does not say ok"
    found = told(binding, at(0, 18, {"ok": True}), at(1, 17, {"ok": False}))
    assert (
        found.reason == "18 ms: nothing to act on; the newest value was not judged: ok == true does not hold"
    )
    assert found.triggers[0].reason == "18 ms is below 20 ms, but not yet for 10 minutes"


def test_a_contract_that_has_changed_since_is_told():
    memory, _ = run(watched(trigger()), START, at(0, 25))
    assert explain(watched(trigger(condition="< 30")), memory).triggers[0].reason == (
        "25 ms is below 30 ms, but was not judged by that"
    )
    memory, _ = run(watched(trigger()), START, at(0, 18))
    assert explain(watched(), memory).reason == "the contract no longer has the trigger that held"


def test_an_explanation_is_json():
    data = json.loads(json.dumps(told(TIMED, at(0, 18)).as_data()))
    assert data["state"] == "warning"
    assert data["triggers"][0]["phase"] == "waiting"
    assert data["actions"][0]["name"] == "train_less"


def test_a_unit_without_a_symbol_leaves_no_space_behind():
    assert told(watched(trigger(), symbol=""), at(0, 18)).reason == "18 is below 20"
