"""What the client does and when."""

import json
import logging
from math import inf
from typing import Any

import httpx
import pytest

from auren_client import NoBindings, Timing
from tests.auren_client.servers import TOKEN, body, problem


def test_the_first_poll_brings_the_bindings(client, server):
    client.step()
    bindings = client.bindings()
    assert list(bindings) == ["hrv_rmssd"]
    assert (bindings.agent, bindings.release, bindings.channel, bindings.etag) == (
        "NEUROS", 1, "production", '"one"'
    )  # fmt: skip
    assert bindings["hrv_rmssd"].triggers[0].condition == "< 25"
    assert [hand_off.agent for hand_off in bindings.hand_offs] == ["SOMNOS"]


def test_the_next_ones_ask_whether_they_have_changed(client, server, time):
    client.step()
    time.now += client.step()
    client.step()
    assert [request.headers.get("If-None-Match") for request in server.polls] == [None, '"one"']


def test_nothing_is_asked_before_its_time(client, server, time):
    client.step()
    time.now += client.step() - 0.01
    client.step()
    assert len(server.polls) == 1


def test_a_change_is_told_with_the_new_bindings(client, server, time):
    told: list[Any] = []
    client.on_change(told.append)
    client.step()
    server.served, server.etag = body(critical="< 20"), '"two"'
    time.now += 10
    client.step()
    time.now += 10
    client.step()
    assert [one["hrv_rmssd"].triggers[0].condition for one in told] == ["< 25", "< 20"]


def test_a_release_that_does_not_touch_the_agent_changes_its_number_only(client, server, time):
    told: list[Any] = []
    client.on_change(told.append)
    client.step()
    server.headers["Auren-Release"] = "2"
    time.now += 10
    client.step()
    assert client.bindings().release == 2
    assert len(told) == 1


def test_a_listener_that_fails_stops_nobody(client, server, time, caplog):
    told: list[Any] = []
    client.on_change(lambda bindings: 1 / 0)
    client.on_change(told.append)
    client.step()
    assert len(told) == 1
    assert "A listener failed." in caplog.text


def test_without_an_answer_there_are_no_bindings_and_the_reason_is_said(client, server):
    server.down = True
    client.step()
    with pytest.raises(NoBindings, match="NEUROS has no bindings yet: the server did not answer: connection"):
        client.bindings()
    assert client.staleness == inf
    assert client.status.source == "nothing"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (problem(401, "not_authenticated", "This token does not count."), "not_authenticated"),
        (problem(503, "unavailable", "Later."), "unavailable"),
        (httpx.Response(302, headers={"Location": "/login"}), "unexpected"),
        (httpx.Response(200, text="<html>Please sign in to the WLAN"), "unreadable"),
        (httpx.Response(200, json=body("SOMNOS")), "unreadable"),
        (httpx.Response(200, json=body() | {"bindings": [{"kpi": "hrv_rmssd"}]}), "unreadable"),
        (httpx.Response(200, content=b'{"agent": "NEUROS", "ena'), "unreadable"),
        (httpx.Response(200, content=json.dumps(body()).encode("utf-16")), "unreadable"),
        (httpx.Response(204), "unexpected"),
    ],
)
def test_an_answer_of_no_use_leaves_the_bindings_as_they_are(client, server, time, answer, code):
    client.step()
    before = client.bindings()
    server.answer = answer
    time.now += 10
    client.step()
    assert client.bindings() is before
    assert (client.status.problem.code, client.status.failures) == (code, 1)
    server.answer = None
    time.now += 100
    client.step()
    assert (client.status.problem, client.status.failures) == (None, 0)


def test_an_unasked_304_is_no_answer(client, server):
    server.answer = httpx.Response(304)
    client.step()
    with pytest.raises(NoBindings):
        client.bindings()


def test_staleness_grows_until_somebody_confirms(client, server, time):
    server.headers["Auren-Age"] = "3"
    client.step()
    assert client.staleness == 3
    server.down = True
    time.now += 60
    client.step()
    assert client.staleness == 63
    server.down, server.headers["Auren-Age"] = False, "0"
    time.now += 600
    client.step()
    assert client.staleness == 0


def test_a_server_may_ask_for_patience(client, server):
    server.answer = problem(429, "throttled", "Slower.", **{"Retry-After": "120"})
    assert client.step() == 120


def test_losing_and_finding_the_server_is_logged_once_each(client, server, time, caplog):
    caplog.set_level(logging.WARNING, "auren_client")
    client.step()
    server.down = True
    for _ in range(5):
        time.now += 100
        client.step()
    server.down = False
    time.now += 100
    client.step()
    assert [record.message.split(":")[0] for record in caplog.records] == [
        "Bindings of NEUROS are not confirmed",
        "Bindings of NEUROS are confirmed again.",
    ]
    assert TOKEN not in caplog.text


def test_after_a_restart_without_the_server_the_kept_bindings_serve(make, server, time):
    make().step()
    server.down = True
    time.now += 500
    again = make()
    again.step()
    assert again.bindings()["hrv_rmssd"].triggers[0].condition == "< 25"
    assert again.status.source == "file"
    assert again.staleness == 500
    server.down = False
    time.now += 100
    again.step()
    assert server.requests[-1].headers["If-None-Match"] == '"one"'
    assert (again.status.source, again.staleness) == ("server", 0)


def test_the_kept_file_is_confirmed_every_few_minutes(make, server, time):
    client = make()
    for _ in range(70):
        client.step()
        time.now += 10
    time.now += 1000
    assert make().staleness <= 1000 + 310


def test_a_token_that_cannot_be_had_is_a_failure_like_another(make, server):
    def broken():
        raise FileNotFoundError("no such secret")

    client = make(token=broken)
    assert client.step() > 0
    assert client.status.problem.code == "no_token"
    assert server.requests == []


def test_what_is_observed_waits_for_more_and_goes_out_together(client, server, time):
    client.step()
    ids = [client.observe("hrv_rmssd", value, user_id="u1") for value in (40, 41)]
    assert client.step() == pytest.approx(1.0)
    time.now += 1
    client.step()
    assert server.batches == [ids]
    assert client.status.waiting == 0


def test_a_whole_batch_goes_out_at_once(make, server):
    client = make(batch=3)
    client.step()
    for _ in range(7):
        client.observe("hrv_rmssd", 40, user_id="u1")
    client.step()
    assert [len(batch) for batch in server.batches] == [3, 3]
    assert client.status.waiting == 1


def test_what_was_not_answered_is_sent_again_to_the_byte(client, server, time):
    client.step()
    first = client.observe("hrv_rmssd", 40, user_id="u1")
    server.down = True
    time.now += 2
    client.step()
    client.observe("hrv_rmssd", 41, user_id="u1")
    server.down = False
    time.now += 100
    client.step()
    sent = [request.content for request in server.requests if request.method == "POST"]
    assert sent[0] == sent[1]
    assert server.batches[0] == [first]


def test_a_server_without_observations_yet_is_asked_ever_more_rarely(make, server, time):
    client = make(timing=Timing(poll_every=10_000))
    client.step()
    server.answer = problem(404, "not_found", "No such address.")
    client.observe("hrv_rmssd", 40, user_id="u1")
    for _ in range(600):
        time.now += 1
        client.step()
    assert len(server.requests) - 1 < 20
    assert client.status.waiting == 1
    assert client.status.delivery_problem.code == "not_found"


def test_what_is_refused_is_told_and_logged_without_values(client, server, time, caplog):
    told: list[Any] = []
    client.on_rejected(told.append)
    client.step()
    server.answer = problem(400, "out_of_range", "987 ms is above 300 ms.")
    identity = client.observe("hrv_rmssd", 987, user_id="marked-user")
    time.now += 2
    client.step()
    assert [(item.id, item.problem.code) for item in told] == [(identity, "out_of_range")]
    assert "987" not in caplog.text
    assert "marked-user" not in caplog.text
    assert client.status.rejected == 1
