"""Runs as an agent sees them, and what it can say of them."""

from datetime import UTC, datetime, timedelta

import pytest

from auren_client import OutboxFull, Run
from auren_client.run_parser import read_run
from auren_client.step_reports import Report
from tests.auren_client.run_servers import handed_over, run, step

OPENED = datetime(1970, 1, 12, 13, 46, tzinfo=UTC)


def made(data, said=None):
    return read_run(data, (said if said is not None else []).append)


def test_what_is_to_do_are_its_own_open_steps_in_their_order():
    found = made(
        run(steps=[step(1, state="done"), step(2, "a"), step(3, "b", "started"), step(4, kind="hand_off")])
    )
    assert [one.name for one in found.to_do] == ["a", "b"]


def test_nothing_is_to_do_before_a_hand_off_is_accepted():
    offered, accepted = made(handed_over()), made(handed_over(state="active"))
    assert offered.to_do == ()
    assert offered.asked
    assert (offered.asked.agent, offered.asked.reason) == ("SOMNOS", "Short nights.")
    assert accepted.asked is None
    assert accepted.asked_by == "SOMNOS"
    assert [one.name for one in accepted.to_do] == ["answer_hand_off"]


@pytest.mark.parametrize(
    ("say", "data"),
    [
        (lambda one: one.start(), {"state": "started"}),
        (lambda one: one.done("Slept on it.", evidence={"hours": 8}),
         {"state": "done", "note": "Slept on it.", "evidence": {"hours": 8}}),
        (lambda one: one.fail("No network."), {"state": "failed", "note": "No network."}),
        (lambda one: one.skip("On holiday."), {"state": "skipped", "note": "On holiday."}),
    ],
)  # fmt: skip
def test_each_thing_said_of_a_step(say, data):
    said: list[Report] = []
    say(made(run(), said).steps[1])
    assert [(one.path, one.data, one.step) for one in said] == [("runs/7/steps/2", data, 2)]


def test_what_no_contract_asks_for_is_said_of_the_run():
    said: list[Report] = []
    found = made(run(), said)
    found.did("call_the_coach", "She asked for it.")
    found.hand_off("ENDOS", "It may be the thyroid.")
    assert [(one.path, dict(one.data)) for one in said] == [
        ("runs/7/steps", {"action": "call_the_coach", "state": "done", "note": "She asked for it."}),
        ("runs/7/steps", {"hand_off": "ENDOS", "reason": "It may be the thyroid."}),
    ]


def test_a_hand_off_is_accepted_or_refused():
    said: list[Report] = []
    asked = made(handed_over(), said).asked
    asked.accept("I look at the last nights.")
    asked.refuse("No nights were measured.")
    assert [(one.path, dict(one.data)) for one in said] == [
        ("runs/9/acceptance", {"accept": True, "note": "I look at the last nights."}),
        ("runs/9/acceptance", {"accept": False, "reason": "No nights were measured."}),
    ]


@pytest.mark.parametrize("say", [
    lambda one: one.steps[0].fail(""),
    lambda one: one.steps[0].skip("  "),
    lambda one: one.steps[0].done("x" * 2001),
    lambda one: one.did("a", "x" * 2001),
])  # fmt: skip
def test_words_that_cannot_be_sent_are_refused_where_they_are_said(say):
    with pytest.raises(ValueError, match="expected"):
        say(made(run()))


@pytest.mark.parametrize(
    "at", [datetime(2026, 1, 1), OPENED - timedelta(seconds=1), datetime(2999, 1, 1, tzinfo=UTC)]
)
def test_a_time_that_cannot_be_is_refused_where_it_is_said(agent, at):
    with pytest.raises(ValueError, match="expected a time"):
        agent.inbox()[0].steps[0].done(at=at)


def test_evidence_that_json_cannot_hold_is_refused_where_it_is_said(agent):
    for wrong in ({"a": float("nan")}, {"a": object()}):
        with pytest.raises((ValueError, TypeError)):
            agent.inbox()[0].steps[0].done(evidence=wrong)
    assert agent.status.reports_waiting == 0


def test_a_full_queue_refuses_rather_than_loses(agent):
    agent._engine.runs.reports._longest = 1
    agent.inbox()[0].steps[0].start()
    with pytest.raises(OutboxFull, match="1 reports wait"):
        agent.inbox()[0].steps[0].done()


def test_a_run_does_not_show_how_it_is_delivered():
    assert "_take" not in repr(made(run()))
    assert isinstance(made(run()), Run)
