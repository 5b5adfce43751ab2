"""Observations on their way."""

import json

import pytest

from auren_client.errors import OutboxFull
from auren_client.outbox import Outbox
from auren_client.wire import Reply

STORED = Reply(200, {}, b'{"results": [], "errors": [], "states": []}')


def filled(count, **more):
    outbox = Outbox(**more)
    for number in range(count):
        outbox.add(str(number), str(number).encode())
    return outbox


def answer(status, **data):
    return Reply(status, {}, json.dumps({"detail": "no", "code": "invalid"} | data).encode())


def test_they_go_in_order_and_in_batches():
    outbox = filled(5, batch=2)
    sent = []
    while len(outbox):
        sent.append(outbox.next_batch())
        outbox.answered(STORED)
    assert sent == [[b"0", b"1"], [b"2", b"3"], [b"4"]]
    assert outbox.settled == 5


@pytest.mark.parametrize("status", [301, 401, 403, 404, 408, 429, 500, 502, 503])
def test_what_is_no_fault_of_theirs_leaves_the_very_same_batch(status):
    outbox = filled(2, batch=3)
    first = outbox.next_batch()
    problem, rejected = outbox.answered(answer(status))
    assert problem.status == status
    assert rejected == []
    outbox.add("late", b"late")
    assert outbox.next_batch() == first
    assert len(outbox) == 3


def test_of_a_batch_refused_as_a_whole_only_the_bad_one_is_lost():
    outbox = filled(8)
    rejected = []
    for _ in range(100):
        if not len(outbox):
            break
        bad = b"5" in outbox.next_batch()
        rejected += outbox.answered(answer(400) if bad else STORED)[1]
    assert [item.id for item in rejected] == ["5"]
    assert (len(outbox), outbox.settled, outbox.rejected) == (0, 8, 1)


def test_halves_keep_the_order():
    outbox = filled(5)
    outbox.next_batch()
    outbox.answered(answer(413))
    assert outbox.next_batch() == [b"0", b"1"]
    outbox.answered(STORED)
    assert outbox.next_batch() == [b"2", b"3", b"4"]


def test_halves_come_before_what_waits_behind_them():
    outbox = filled(5, batch=3)
    outbox.next_batch()
    sent = []
    outbox.answered(answer(413))
    while len(outbox):
        sent += outbox.next_batch()
        outbox.answered(STORED)
    assert sent == [b"0", b"1", b"2", b"3", b"4"]


def test_results_and_errors_are_told_by_id():
    outbox = filled(2)
    outbox.next_batch()
    errors = [{"index": 1, "code": "out_of_range", "message": "Too much."}, {"index": 7}, {"index": "1"}, 3]
    _, rejected = outbox.answered(answer(200, results=["accepted", "out_of_range"], errors=errors))
    assert [(item.id, str(item.problem.code)) for item in rejected] == [("1", "out_of_range")]
    assert outbox.take_answers()[0].results == {"0": "accepted", "1": "out_of_range"}
    assert outbox.take_answers() == []
    assert outbox.rejected == 1


@pytest.mark.parametrize("body", [b"", b"[]", b'{"results": 3, "errors": {}, "states": [3]}', b"no json"])
def test_an_answer_of_another_shape_counts_as_delivered(body):
    outbox = filled(1)
    outbox.next_batch()
    assert outbox.answered(Reply(202, {}, body)) == (None, [])
    found = outbox.take_answers()[0]
    assert (found.results, found.states, found.rejected) == ({}, [], [])


def test_a_full_one_takes_no_more_and_says_so():
    outbox = filled(3, longest=3)
    outbox.next_batch()
    with pytest.raises(OutboxFull, match="3 observations wait already"):
        outbox.add("x", b"x")
    outbox.answered(STORED)
    outbox.add("x", b"x")


def test_the_one_that_makes_a_batch_whole_is_told():
    outbox = Outbox(batch=2)
    assert [outbox.add(str(number), b"") for number in range(4)] == [False, True, False, False]
