"""What the server sends, read strictly where an agent depends on it."""

import pytest

from auren_client.run_parser import read_json, read_pause, read_pauses, read_run
from contracts.watched import BodyError
from tests.auren_client.run_servers import run, step

GONE = object()


def test_a_step_that_was_handed_over_says_what_came_of_it():
    offer = {"agent": "SOMNOS", "state": "refused", "due": None, "answered": "2026-11-30T09:00:00Z",
             "answer": "No nights.", "run": 12}  # fmt: skip
    (found,) = read_run(run(steps=[step(1, "SOMNOS", "failed", "hand_off", hand_off=offer)]), print).steps
    assert found.offer
    assert (found.offer.state, found.offer.answer, found.offer.run) == ("refused", "No nights.", 12)
    assert not found.is_mine


def test_what_is_not_known_is_passed_over_and_kept():
    found = read_run(run(mood="good"), print)
    assert found.data["mood"] == "good"
    assert found.value == 18


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "seven"}, {"id": True}, {"agent": None}, {"state": 3}, {"opened": None}, {"opened": "yesterday"},
        {"opened": "2026-11-30T09:00:00"}, {"opened": 12}, {"steps": "none"}, {"steps": [3]}, {"parent": "NEUROS"},
        {"parent": {"run": 3}}, {"steps": [{"number": 1}]}, {"steps": [step(hand_off={"run": 3})]},
    ],
)  # fmt: skip
def test_what_an_agent_cannot_do_without_is_asked_for(wrong):
    with pytest.raises(BodyError):
        read_run(run(**wrong), print)


def test_a_cursor_may_be_a_text():
    assert read_run(run(cursor="41"), print).cursor == 41
    assert read_run(run(cursor="opaque"), print).cursor == 0


def test_pauses():
    pause = read_pause(
        {"since": "2026-11-30T09:00:00Z", "until": "2026-11-30T10:00:00Z", "reason": "Planned work"}
    )
    assert pause
    assert pause.since
    assert pause.until
    assert (pause.until - pause.since).seconds == 3600
    assert pause.reason == "Planned work"
    assert read_pause(None) is None
    assert read_pauses(None) == {}
    assert list(read_pauses({"hrv_rmssd": {"reason": "Known"}, "other": None})) == ["hrv_rmssd"]


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"\xff", b"[" * 100_000, b"3"])
def test_what_is_no_answer_is_said(body):
    with pytest.raises(BodyError):
        read_json(body)
