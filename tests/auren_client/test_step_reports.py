"""Reports on their way."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from auren_client import OutboxFull
from auren_client.step_reports import ReportQueue, step_report
from auren_client.wire import Reply

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
TAKEN = Reply(200, {}, b"{}")


def report(run=1, number=1, at=None, opened=NOW - timedelta(hours=1)):
    return step_report(run, number, "done", opened, "", None, at).queued(NOW)


def filled(*runs, longest=100):
    queue = ReportQueue(longest)
    for number, run in enumerate(runs, 1):
        queue.add(report(run, number))
    return queue


def answer(status, code="invalid", **more):
    return Reply(status, {}, json.dumps({"detail": "No.", "code": code} | more).encode())


def places(queue):
    """What is delivered, one after the other."""
    found = []
    while queued := queue.first():
        found.append((queued.report.run, queued.report.step))
        queue.answered(TAKEN)
    return found


def test_they_go_in_order():
    queue = filled(1, 2, 1)
    assert [one.step for one in queue.about(1)] == [1, 3]
    assert places(queue) == [(1, 1), (2, 2), (1, 3)]
    assert (queue.taken, queue.settled, queue.refused, queue.about(1)) == (3, 3, 0, [])


@pytest.mark.parametrize("status", [301, 401, 403, 408, 425, 429, 500, 502, 503])
def test_what_is_no_fault_of_the_report_leaves_it_first(status):
    queue = filled(1, 1)
    first = queue.first()
    problem, refused = queue.answered(answer(status))
    assert problem.status == status
    assert refused is None
    assert queue.first() == first


def test_a_404_of_somebody_else_s_is_none_of_the_server_s():
    queue = filled(1)
    problem, refused = queue.answered(Reply(404, {}, b"<html>nginx"))
    assert problem.code == "unexpected"
    assert refused is None
    assert len(queue) == 1


@pytest.mark.parametrize(
    ("status", "code"), [(409, "already_settled"), (404, "not_found"), (422, "note_missing")]
)
def test_what_the_server_refuses_is_told_in_its_words_and_the_next_one_goes(status, code):
    queue = filled(1, 2)
    problem, refused = queue.answered(answer(status, code))
    assert problem is None
    assert (refused.run, refused.step, refused.state, refused.problem.code) == (1, 1, "done", code)
    assert places(queue) == [(2, 2)]
    assert queue.refused == 1


def test_the_time_is_when_it_was_said_however_late_it_is_sent():
    assert json.loads(report().body)["at"] == "2026-11-30T09:00:00Z"
    assert json.loads(report(at=NOW - timedelta(minutes=5)).body)["at"] == "2026-11-30T08:55:00Z"


def test_nothing_is_done_before_its_run_is_opened_by_whichever_clock():
    assert json.loads(report(opened=NOW + timedelta(seconds=2)).body)["at"] == "2026-11-30T09:00:02Z"


def test_where_the_agent_s_clock_is_ahead_the_server_s_counts():
    ahead = answer(400, errors=[{"code": "from_the_future", "message": "Not later than now."}])
    queue = filled(1)
    assert queue.answered(ahead) == (None, None)
    assert "at" not in json.loads(queue.first().body)
    _, refused = queue.answered(ahead)
    assert (refused.problem.code, refused.problem.detail) == ("from_the_future", "Not later than now.")


@pytest.mark.parametrize("errors", [None, [], [3], [{"code": "x"}], [{"message": 3}], {"message": "x"}])
def test_without_what_exactly_is_wrong_the_sentence_counts(errors):
    _, refused = filled(1).answered(answer(400, errors=errors))
    assert (refused.problem.code, refused.problem.detail) == ("invalid", "No.")


def test_a_full_one_takes_no_more_and_says_so():
    queue = filled(1, 1, longest=2)
    with pytest.raises(OutboxFull, match="2 reports wait already"):
        queue.add(report())
