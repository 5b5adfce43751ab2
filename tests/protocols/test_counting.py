"""How often agents deviate, and how their hand-offs were answered."""

import pytest

from contracts.evaluation import micros
from protocols.models import ProtocolRun
from protocols.services.counting import by_rule, by_step, conformance_of, deviations_of, edges
from protocols.services.reporting import answer_hand_off
from tests.protocols.samples import MINUTE, NOW, opened, reported

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("protocol")]
START = micros(NOW)


@pytest.fixture
def three(protocol):
    """Ann's run is late in one step and judged so, Bob's in both, Cat's in none."""
    runs = [opened(user_id=user) for user in ("ann", "bob", "cat")]
    for run, late in zip(runs, ((9, 9), (9, 15), (1, 2)), strict=True):
        for number, minute in enumerate(late, 1):
            reported(run, number, now=NOW + minute * MINUTE)
    runs[0].deviations.update(judgement="acceptable")
    return runs


def test_deviations_of_an_agent_by_rule_and_by_step(three):
    rows = deviations_of("NEUROS", START)
    (late,) = by_rule(rows)
    assert (late["rule"], late["count"], late["runs"], late["acceptable"], late["harmful"]) == (
        "RUN003",
        3,
        2,
        1,
        0,
    )
    assert [(one["run__steps__name"], one["rule"], one["count"]) for one in by_step(rows)] == [
        ("reduce_training_intensity", "RUN003", 2),
        ("review_sleep", "RUN003", 1),
    ]


def test_only_of_this_agent_this_kpi_and_since_then(three):
    assert deviations_of("NEUROS", START, "hrv_rmssd").count() == 3
    assert not deviations_of("NEUROS", START, "sleep_debt").exists()
    assert not deviations_of("SOMNOS", START).exists()
    assert deviations_of("NEUROS", micros(NOW + 10 * MINUTE)).count() == 1


def test_how_many_runs_were_as_declared(three):
    assert conformance_of("NEUROS", START) == (3, 1)
    assert conformance_of("NOBODY", START) == (0, 0)


def test_each_pair_of_agents_with_its_answers(three):
    first, second, third = ProtocolRun.objects.filter(agent="SOMNOS").order_by("pk")
    for child, accept, minute in ((first, True, 11), (second, True, 19), (third, False, 20)):
        now = micros(NOW + minute * MINUTE)
        answer_hand_off(child.pk, accept=accept, words="So be it.", agent="SOMNOS", now=now)
    cardios, somnos = edges(START, "NEUROS")
    assert (somnos["offers"], somnos["accepted"], somnos["refused"], somnos["ignored"]) == (3, 2, 1, 0)
    assert somnos["took"] == 3 * 60_000_000
    assert (cardios["offers"], cardios["accepted"], cardios["took"]) == (3, 0, None)
    assert not edges(START, "NOBODY")
    assert len(edges(START)) == 2
