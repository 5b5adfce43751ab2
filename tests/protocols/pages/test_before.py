"""How often the same trigger was right before."""

from datetime import timedelta
from typing import Any

import pytest

from contracts.evaluation import micros
from protocols.models import ProtocolRun
from protocols.pages.run import before
from protocols.pages.run.before import Earlier, earlier, record
from protocols.pages.run.choices import Kind
from protocols.services.deciding import Decision, decide
from tests.protocols.samples import MINUTE, NOW, observation, opened, reported, told


def found(**parts) -> Earlier:
    whole: dict[str, Any] = {
        "pk": 2, "subject": 1, "opened": 0, "state": "completed", "condition": "< 25", "episode_ended": None,
        "next_value": 17.0, "next_at": 5, "was_begun": True, "was_agreed": False,
    }  # fmt: skip
    return Earlier(**(whole | parts))


@pytest.mark.parametrize(
    ("parts", "confirmed"),
    [
        ({}, True),
        ({"next_value": 40.0}, False),
        ({"next_value": None, "next_at": None}, False),
        ({"condition": "drop >= 10 over 7d", "episode_ended": None}, True),
        ({"condition": "drop >= 10 over 7d", "episode_ended": 5}, False),
        ({"condition": "unreadable"}, True),
    ],
)
def test_the_next_reading_confirms_it_or_does_not(parts, confirmed):
    assert found(**parts).is_confirmed is confirmed


def test_what_became_of_them_is_counted():
    told_of = record(
        [
            found(),
            found(state="overridden", next_value=40.0),
            found(state="taken_over", next_value=None, next_at=None),
            found(state="recovered", was_begun=False, was_agreed=True),
        ]
    )
    assert (told_of.n, told_of.confirmed, told_of.checked) == (4, 2, 3)
    assert (told_of.overridden, told_of.recovered_first, told_of.agreed) == (2, 1, 1)


def test_it_is_of_the_same_trigger_and_without_this_run(protocol, ines):
    first = opened(18, at=NOW - 60 * MINUTE)
    told(observation(17, at=NOW - 50 * MINUTE), now=NOW - 50 * MINUTE)
    decide(first.pk, Decision(Kind.AGREE, reason_code="right"), user=ines, now=micros(NOW))
    told(observation(50, at=NOW - 40 * MINUTE), now=NOW - 40 * MINUTE)
    run = opened(18)
    (one,) = earlier(run, micros(NOW))
    assert (one.pk, one.next_value, one.is_confirmed, one.was_agreed) == (first.pk, 17.0, True, True)


def test_what_is_longer_ago_than_30_days_does_not_count(protocol):
    first = opened(18, at=NOW - timedelta(days=31))
    told(observation(50, at=NOW - timedelta(days=30, hours=5)), now=NOW - timedelta(days=30))
    assert earlier(opened(18), micros(NOW)) == []
    assert ProtocolRun.objects.filter(pk=first.pk).exists()


def test_few_and_many_need_one_query_and_it_says_when_it_stops(
    protocol, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(before, "AT_MOST", 2)
    for n in range(4):
        run = opened(18, user_id=f"u-{n}")
        reported(run, 1)
    with django_assert_num_queries(1):
        some = earlier(run, micros(NOW))
    assert len(some) == 3
    assert (record(some).n, record(some).is_capped) == (2, True)
