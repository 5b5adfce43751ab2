"""The inbox, kept fresh, and reports that are delivered whatever the server does."""

import json
import logging
from typing import Any

import httpx
import pytest

from auren_client import NoInbox, NoRun, Timing
from tests.auren_client.run_servers import handed_over, run, step
from tests.auren_client.servers import problem


def names(client):
    return [one.name for found in client.inbox() for one in found.to_do]


def test_nobody_is_asked_for_an_inbox_before_somebody_wants_it(client, server, time):
    for _ in range(20):
        time.now += 1
        client.step()
    assert not [request for request in server.requests if request.url.path.endswith("/inbox")]
    assert not client._engine.runs.is_followed


def test_a_listener_wants_it(make, runs, time):
    client = make()
    client.on_inbox(lambda inbox: None)
    assert client._engine.runs.is_followed


def test_what_is_to_do_comes_from_memory(agent, runs):
    asked = len(runs.requests)
    assert names(agent) == ["reduce_training_intensity", "trigger_somnos_review"]
    assert len(runs.requests) == asked


def test_it_is_asked_every_second_and_only_whether_it_has_changed(agent, runs, time):
    for _ in range(50):
        time.now += 0.1
        agent.step()
    assert 4 <= len(runs.inbox_polls) <= 7
    assert all(request.headers.get("If-None-Match") for request in runs.inbox_polls[1:])


def test_how_often_may_be_chosen(make):
    assert make(timing=Timing(inbox_every=30))._engine.runs._polling.every == 30
    with pytest.raises(ValueError, match="expected waits"):
        Timing(inbox_every=0)


def test_a_step_that_was_done_is_not_to_do_again_while_its_report_waits(agent, runs, time):
    runs.down = True
    agent.inbox()[0].to_do[0].done("Eighty per cent.")
    assert names(agent) == ["trigger_somnos_review"]
    assert agent.inbox()[0].steps[0].note == "Eighty per cent."
    agent.step()
    assert names(agent) == ["trigger_somnos_review"]
    assert agent.status.reports_waiting == 1


def test_reports_go_out_at_once_and_in_order(agent, runs):
    first, second = agent.inbox()[0].to_do
    first.start()
    first.done("Eighty per cent.")
    second.skip("SOMNOS is at it already.")
    agent.step()
    assert [(path, data["state"]) for path, data in runs.said] == [
        ("runs/7/steps/1", "started"), ("runs/7/steps/1", "done"), ("runs/7/steps/2", "skipped"),
    ]  # fmt: skip
    assert list(agent.inbox()) == []


def test_what_was_not_answered_is_sent_again_to_the_byte_before_anything_else(agent, runs, time):
    runs.down = True
    first, second = agent.inbox()[0].to_do
    first.done()
    agent.step()
    second.done()
    runs.down = False
    time.now += 100
    agent.step()
    bodies = [request.content for request in runs.requests if request.method == "POST"]
    assert bodies[0] == bodies[1]
    assert [path for path, _ in runs.said] == ["runs/7/steps/1", "runs/7/steps/2"]


def test_a_server_without_its_database_is_asked_when_it_says_and_the_inbox_stays(agent, runs, time):
    runs.answer = problem(503, "unavailable", "The database is away.", **{"Retry-After": "30"})
    agent.inbox()[0].to_do[0].done()
    for _ in range(29):
        time.now += 1
        agent.step()
    asked = [request for request in runs.requests[2:] if request.url.path.endswith(("inbox", "1"))]
    assert len(asked) == 2  # the inbox once, the report once
    assert names(agent) == ["trigger_somnos_review"]
    assert agent.status.inbox_problem.code == agent.status.report_problem.code == "unavailable"
    assert agent.status.inbox_staleness >= 29
    runs.answer = None
    time.now += 60
    agent.step()
    assert [path for path, _ in runs.said] == ["runs/7/steps/1"]
    assert (agent.status.inbox_problem, agent.status.report_problem, agent.status.inbox_staleness) == (
        None,
        None,
        0,
    )


def test_without_an_answer_there_is_no_inbox_and_the_reason_is_said(make, server):
    client = make()
    with pytest.raises(NoInbox, match="NEUROS has no inbox yet: nothing asked yet"):
        client.inbox()
    server.down = True
    client.step()
    with pytest.raises(NoInbox, match="no inbox yet: the server did not answer"):
        client.inbox()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (problem(403, "no_scope", "The token lacks a scope."), "no_scope"),
        (httpx.Response(200, text="<html>"), "unreadable"),
        (httpx.Response(200, json={"agent": "SOMNOS", "runs": []}), "unreadable"),
        (httpx.Response(200, json={"agent": "NEUROS"}), "unreadable"),
        (httpx.Response(200, json={"agent": "NEUROS", "runs": [{}]}), "unreadable"),
        (httpx.Response(302), "unexpected"),
    ],
)
def test_an_answer_of_no_use_leaves_the_inbox_as_it_is(agent, runs, time, answer, code):
    runs.answer = answer
    time.now += 2
    agent.step()
    assert agent.status.inbox_problem.code == code
    assert len(names(agent)) == 2


def test_an_old_inbox_does_not_bring_back_what_is_done(agent, runs, time):
    """The server answers polls from memory, which may be a moment behind what it has just taken in."""
    before = json.loads(json.dumps(runs.runs[7]))
    for one in agent.inbox()[0].to_do:
        one.done()
    agent.step()
    runs.runs[7] = before | {"cursor": 2}
    time.now += 2
    agent.step()
    assert list(agent.inbox()) == []
    runs.runs[7] = run(steps=[step(1, state="done"), step(2, state="done"), step(3, "rest")], cursor=9)
    time.now += 2
    agent.step()
    assert names(agent) == ["rest"]  # it has grown worse, and is open again


def test_a_hand_off_that_was_answered_is_not_asked_again(agent, runs, time):
    runs.runs = {9: handed_over(9), 10: handed_over(10)}
    time.now += 2
    agent.step()
    runs.down = True
    first, second = agent.inbox().hand_offs
    first.accept("I look at it.")
    second.refuse("No nights were measured.")
    assert agent.inbox().hand_offs == ()
    assert [(one.id, one.state) for one in agent.inbox()] == [(9, "active")]
    runs.down = False
    time.now += 100
    agent.step()
    assert [path for path, _ in runs.said] == ["runs/9/acceptance", "runs/10/acceptance"]


def test_news_are_told_and_what_the_agent_does_itself_is_none(agent, runs, time):
    told: list[Any] = []
    agent.on_inbox(lambda inbox: told.append([one.id for one in inbox]))
    agent.step()
    agent.inbox()[0].to_do[0].done()
    agent.step()
    assert told == []
    runs.runs[8] = run(8)
    time.now += 2
    agent.step()
    assert told == [[7, 8]]
    runs.paused = {"since": None, "until": "1970-01-12T14:46:40Z", "reason": "Planned work"}
    time.now += 2
    agent.step()
    assert told == [[7, 8], []]


def test_a_pause_says_why_and_until_when(agent, runs, time):
    runs.paused_kpis = {"hrv_rmssd": {"since": None, "until": "1970-01-12T14:46:40Z", "reason": "Known"}}
    time.now += 2
    agent.step()
    assert agent.inbox().paused is None
    assert agent.inbox().pause_of("ln_rmssd") is None
    assert agent.inbox().pause_of("hrv_rmssd").reason == "Known"
    runs.paused = {"since": None, "until": "1970-01-12T14:46:40Z", "reason": "Planned work"}
    time.now += 2
    agent.step()
    assert agent.inbox().pause_of("ln_rmssd").reason == "Planned work"


def test_what_the_server_refuses_is_told_in_its_words_and_shown_as_it_is(agent, runs, caplog):
    told: list[Any] = []
    agent.on_report_refused(told.append)
    runs.refusals["runs/7/steps/1"] = problem(409, "already_settled", "Step 1 is skipped already.")
    first, second = agent.inbox()[0].to_do
    first.done("A note about marked-user.")
    second.done()
    agent.step()
    assert [(one.run, one.step, one.state, one.problem.detail) for one in told] == [
        (7, 1, "done", "Step 1 is skipped already.")
    ]
    assert agent.status.reports_refused == 1
    assert [path for path, _ in runs.said] == ["runs/7/steps/2"]
    assert "marked-user" not in caplog.text


def test_losing_and_finding_the_server_is_logged_once_each(agent, runs, time, caplog):
    caplog.set_level(logging.WARNING, "auren_client")
    runs.down = True
    agent.inbox()[0].to_do[0].done()
    for _ in range(5):
        time.now += 100
        agent.step()
    runs.down = False
    time.now += 100
    agent.step()
    found = [record.message.split(":")[0] for record in caplog.records]
    assert found.count("Reports of NEUROS wait") == found.count("The inbox of NEUROS is not confirmed") == 1
    assert "The inbox of NEUROS is confirmed again." in found


def test_a_token_that_cannot_be_had_is_a_failure_like_another(agent, runs, time):
    def broken():
        raise FileNotFoundError("no such secret")

    object.__setattr__(agent._engine.runs._address, "token", broken)
    agent.inbox()[0].to_do[0].done()
    time.now += 2
    assert agent.step() == 0  # the inbox is asked for all the same
    agent.step()
    assert agent.status.inbox_problem.code == agent.status.report_problem.code == "no_token"
    assert runs.said == []


def test_an_answer_that_cannot_be_read_counts_as_delivered(agent, runs, caplog):
    runs.refusals["runs/7/steps/1"] = httpx.Response(200, text="<html>")
    agent.inbox()[0].to_do[0].done()
    agent.step()
    assert agent.status.reports_waiting == 0
    assert "cannot be read" in caplog.text


def test_one_run_may_be_asked_for_also_when_it_is_over(agent, runs):
    runs.runs[8] = run(8, "recovered", ended="1970-01-12T13:46:40Z")
    found = agent.run(8)
    assert (found.state, found.is_open, len(found.steps)) == ("recovered", False, 3)
    found.steps[0].done("It was done in time.")
    agent.step()
    assert runs.said[0][0] == "runs/8/steps/1"
    with pytest.raises(NoRun, match=r"run 99: the server answered 404: There is no such run\."):
        agent.run(99)
    runs.down = True
    with pytest.raises(NoRun, match="run 8: the server did not answer"):
        agent.run(8)
    runs.down, runs.answer = False, httpx.Response(200, text="<html>")
    with pytest.raises(NoRun, match="not JSON"):
        agent.run(8)
