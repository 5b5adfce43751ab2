"""What pollers hold against an answer."""

from types import SimpleNamespace

import pytest

from faults.ledger import seeded
from faults.pollers import Poller, Pollers, Seen, agrees

PATH = "/api/v1/agents/NEUROS/bindings"


def answer(status=200, etag='"a"', release=3, age=0):
    headers = {"ETag": etag, "Auren-Release": str(release), "Auren-Age": str(age)}
    return SimpleNamespace(status=status, headers=headers)


@pytest.fixture
def poller():
    return Poller(Pollers(1, {PATH: "secret"}, seeded(1)), 0, seeded(1))


def wrong(poller, body=b'["turn 7"]', known=None, **said):
    return poller.wrong(PATH, known, answer(**said), body)


def test_nothing_is_wrong_with_the_same_body_again(poller):
    assert wrong(poller) == ""
    assert wrong(poller) == ""
    assert wrong(poller, b"", '"a"', status=304) == ""


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"status": 503}, "503"),
        ({"body": b'["turn 7", "turn 8"]'}, "turns [7, 8] in one body"),
        ({"body": b"[]"}, "turns [] in one body"),
        ({"body": b'["turn 8"]'}, "two bodies with one ETag"),
        ({"release": 2}, "release 2 after 3"),
        ({"status": 304, "etag": '"b"', "known": '"a"'}, "304 with another ETag"),
    ],
)
def test_an_answer_that_cannot_be_is_told(poller, said, problem):
    wrong(poller)
    assert problem in wrong(poller, **said)


def test_a_release_must_have_been_served_with_its_own_turn():
    seen = Seen(turns={1: {10}, 2: {10, 11}})
    assert agrees(seen, {1: 10, 2: 11}) == ["release 2 was served with turns [10, 11]"]


def test_a_try_without_an_answer_is_excused_only_while_something_is_done_to_the_server():
    assert agrees(Seen(again=3), {}) == []
    assert "1 tries without an answer" in agrees(Seen(again=3, unexcused=1), {})[0]
