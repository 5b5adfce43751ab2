"""The first sentence of a backtest: people and time before episodes."""

import pytest

from telemetry.backtest.headline import summary
from tests.telemetry.backtest.test_view import ASK, form
from tests.telemetry.samples import HOUR, NOW, observation, told

HOURS, DAYS = 3600, 86_400
NONE = (0, 0, 0)


def answer(was, now, *, severity="critical", people=9, **more):
    """People, seconds and episodes at a severity and, as it may be, at those below it."""
    order = ("critical", "warning", "info")
    sides = {}
    for name, side in (("as_is", was), ("as_would_be", now)):
        at = {word: side if order.index(word) >= order.index(severity) else NONE for word in order}
        told = {
            word: dict(zip(("people", "seconds", "episodes"), one, strict=True)) for word, one in at.items()
        }
        sides[name] = {"people": side[0], "severities": told}
    return {"people": people, "longer": 0, "shorter": 0} | sides | more


SENTENCES = [
    (
        answer((3, 4 * DAYS + 20 * HOURS, 9), (3, 9 * DAYS + 20 * HOURS, 6)),
        "3 people would be critical, as now, for 9 d 20 h instead of 4 d 20 h: 6 times instead of 9, fewer but longer.",
    ),
    (
        answer((2, 5 * HOURS, 2), (1, 4 * HOURS, 7)),
        "1 person would be critical instead of 2, for 4 h instead of 5 h: 7 times instead of 2, more but shorter.",
    ),
    (
        answer((2, 5 * HOURS, 2), (2, 5 * HOURS, 3), severity="warning"),
        "2 people would be in warning or worse, as now, for 5 h, as now: 3 times instead of 2.",
    ),
    (
        answer((1, 9 * DAYS, 2), (1, 9 * DAYS + 240, 2), severity="info"),
        "1 person would be elevated or worse, as now, for 9 d, 4 min more than now: 2 times, as now.",
    ),
    (answer(NONE, (1200, 90, 1300)), "1,200 people would be critical for 1 min 30 s (1,300 times); now nobody is."),
    (answer((1, 7200, 1), NONE), "Nobody would be critical any more; now 1 person is, for 2 h (1 time)."),
    (answer((2, 60, 2), (2, 60, 2)), "It would act on 2 people for as long and as often as now."),
    (answer(NONE, NONE), "It would act on nobody, as now."),
    (answer(NONE, NONE, people=0), "Nothing was measured in this time, so nothing can be said."),
    (
        answer((2, 60, 2), (2, 60, 2), longer=1, shorter=1),
        "It would act on 2 people for as long and as often as now. Longer for 1 person, shorter for 1 person.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("found", "sentence"), SENTENCES, ids=[row[1][:40] for row in SENTENCES])
def test_the_sentence_leads_with_people_and_time(found, sentence):
    assert summary(found) == sentence


def test_a_wider_condition_that_joins_episodes_is_fewer_but_longer(contract, client, monkeypatch):
    monkeypatch.setattr("telemetry.backtest.view.clock", lambda: int(NOW.timestamp() * 1_000_000))
    values = (18, 27, 18, 27, 18, 50)
    told(*[observation(value, NOW - HOUR * (10 - place)) for place, value in enumerate(values)])
    page = client.post(ASK, form(condition="< 30"), follow=True)
    sentence = (
        "1 person would be critical, as now, for 5 h instead of 3 h: 1 time instead of 3, fewer but longer."
    )
    assert sentence in page.text
    assert "(2 h longer, 2 times fewer)" in page.text
