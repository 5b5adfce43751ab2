"""What reporters hold against an answer, and what they write down."""

import json

import pytest

from contracts.evaluation import micros
from faults.ledger import seeded
from faults.reporters import EACH, Reporter, Reporters, moment_of, value_of


@pytest.fixture
def reporter(tmp_path):
    everyone = Reporters(1, "secret", tmp_path, seeded(1), many=50, total=100, rate=200)
    return Reporter(everyone, 7, seeded(1))


def answered(reporter, results, status=200):
    reporter.once = lambda body: reporter.judged(
        status, "1", json.dumps({"results": results * len(json.loads(body))}).encode(), 0.1
    )


def test_what_was_answered_is_written_down(reporter):
    answered(reporter, ["accepted"])
    reporter.run()
    assert reporter.all.ledger() == {7 * EACH, 7 * EACH + 1}
    assert (reporter.all.told.sent, reporter.all.told.wrong) == (2, [])


def test_what_was_not_answered_is_not(reporter, monkeypatch):
    monkeypatch.setattr("faults.reporters.PATIENCE", 0)
    answered(reporter, [], status=503)
    reporter.run()
    assert reporter.all.ledger() == set()
    assert (reporter.all.told.unknown, reporter.all.told.wrong) == (2, [])


@pytest.mark.parametrize(("is_excused", "wrong"), [(True, 0), (False, 1)])
def test_a_proxy_may_miss_a_node_only_while_that_is_killed(reporter, is_excused, wrong):
    if is_excused:
        reporter.all.excused.set()
    assert reporter.judged(502, None, b"Bad Gateway", 0.1) is None
    assert (len(reporter.all.told.wrong), reporter.all.told.statuses[502]) == (wrong, 1)


@pytest.mark.parametrize(("status", "later"), [(500, None), (503, None), (400, "1"), (429, "1")])
def test_any_other_refusal_is_wrong(reporter, status, later):
    assert reporter.judged(status, later, b"sorry", 0.1) is None
    assert reporter.all.told.wrong == [f"{status} sorry"]


def test_two_answers_to_one_body_are_wrong(reporter):
    answers = [{"results": ["accepted"]}, {"results": ["duplicate"]}]
    reporter.once = lambda body: answers.pop(0)
    reporter.chance.random = lambda: 0.0
    assert reporter.report(range(1))
    assert "two answers" in reporter.all.told.wrong[0]


def test_each_observation_has_a_moment_and_a_possible_value():
    assert len({micros(moment_of(number)) for number in range(2400)}) == 2400
    assert all(20 <= value_of(number) <= 60 for number in range(2400))
