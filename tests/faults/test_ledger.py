"""When a ledger adds up, and when it does not."""

import pytest

from faults.ledger import Ledger, Outcome


def outcome(promised, effects, parked=(), sent=None):
    sent = len(promised) if sent is None else sent
    return Outcome("test", 7, sent, set(promised), list(effects), set(parked))


def test_each_promise_kept_once_passes():
    line = "fault test sent=2 acknowledged=2 stored=2 duplicates=0 lost=0 seed=7 pass"
    assert outcome([1, 2], [2, 1]).lines() == [line]


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (outcome([1, 2], [1]), "lost=1"),
        (outcome([1, 2], [1, 2, 2]), "duplicates=1"),
        (outcome([1, 2], [1, 2, 3]), "stored=3"),
        (outcome([], []), "sent=0"),
    ],
)
def test_a_ledger_that_does_not_add_up_fails(kept, said):
    line, why = kept.lines()
    assert said in line
    assert line.endswith("FAIL")
    assert "does not add up" in why


def test_what_was_given_up_as_it_should_be_is_not_lost():
    assert outcome([1, 2], [1], parked=[2]).lines()[0].endswith("lost=0 seed=7 pass")


def test_a_request_without_an_answer_may_or_may_not_have_been_stored():
    assert outcome([1], [1, 2], sent=2).lines()[0].endswith("pass")


def test_a_promise_is_written_down_before_the_client_goes_on(tmp_path):
    ledger = Ledger(tmp_path / "ledger")
    ledger.acknowledge(5)
    assert (tmp_path / "ledger").read_text() == "5\n"
    assert ledger.promised() == {5}
