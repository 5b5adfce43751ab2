"""Each source of a binding is judged by itself; the binding's state is the worst of those that count."""

import itertools
from datetime import timedelta

import pytest

from contracts.evaluation import micros
from telemetry import silence
from telemetry.models import Standing, Transition
from tests.telemetry.samples import DAY, HOUR, MINUTE, NOW, observation, state, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contract")]


def watch(value, ago=0 * MINUTE, **parts):
    return observation(value, NOW - ago, measurement_source="watch", **parts)


def ring(value, ago=0 * MINUTE, **parts):
    return observation(value, NOW - ago, measurement_source="ring", **parts)


def changes():
    """What is recorded, in whichever order it came."""
    rows = Transition.objects.standing().order_by("at", "source")
    return list(rows.values_list("at", "source", "before", "after", "cause", "reason"))


def standing(kpi="hrv_rmssd"):
    return Standing.objects.get(kpi=kpi)


def test_a_first_value_of_a_source_is_judged_though_another_one_is_newer():
    told(watch(60, MINUTE))
    found = state(ring(12, 5 * HOUR))
    assert (found["state"], found["previous"]) == ("critical", "normal")
    assert (found["measurement_source"], found["reason"]) == ("ring", "12 ms is below 25 ms")
    assert found["since"] == "2026-11-24T07:00:00Z"
    assert found["sources"] == [
        {
            "measurement_source": "ring",
            "state": "critical",
            "since": "2026-11-24T07:00:00Z",
            "reason": "12 ms is below 25 ms",
            "counts": True,
        },
        {
            "measurement_source": "watch",
            "state": "normal",
            "since": "2026-11-24T11:59:00Z",
            "reason": "60 ms: nothing to act on",
            "counts": True,
        },
    ]


def test_a_healthy_source_does_not_keep_another_ones_trigger_waiting():
    for ago in range(60, 0, -5):
        told(watch(18, ago * MINUTE, kpi="hrv_patient"))
        told(ring(60, ago * MINUTE - timedelta(seconds=30), kpi="hrv_patient"))
    assert (standing("hrv_patient").state, standing("hrv_patient").source) == (3, "watch")
    assert standing("hrv_patient").since == micros(NOW - 50 * MINUTE)


def test_a_clock_that_is_fast_makes_no_value_of_another_source_late():
    told(watch(60, -4 * MINUTE))
    found = told(ring(18))
    assert found["results"] == ["accepted"]
    assert found["states"][0]["state"] == "critical"


def test_in_one_batch_or_one_after_the_other_the_same_is_recorded():
    batch = [watch(60, 3 * MINUTE), ring(18, 3 * MINUTE), ring(60, 2 * MINUTE), watch(18, MINUTE), ring(18)]
    found = []
    for number, order in enumerate([batch, [batch[1], batch[2], batch[4], batch[0], batch[3]]]):
        for items in [order] if number == 0 else ([one] for one in order):
            told(*[item | {"user_id": f"p-{number}"} for item in items])
        rows = Transition.objects.standing().filter(subject__user_id=f"p-{number}")
        standing = Standing.objects.get(subject__user_id=f"p-{number}")
        found.append(
            (
                list(rows.order_by("at", "source").values_list("at", "source", "before", "after", "reason")),
                (standing.state, standing.since, standing.source),
            )
        )
    assert found[0] == found[1]


def test_values_of_one_moment_mean_the_same_in_whichever_order_they_are_sent():
    for number, order in enumerate(itertools.permutations([watch(18), ring(60), ring(18, MINUTE)])):
        for item in order:
            found = state(item | {"user_id": f"p-{number}"})
        assert (found["state"], found["measurement_source"]) == ("critical", "watch"), order


def test_a_device_that_was_put_away_keeps_nobody_critical_for_ever():
    told(watch(18, 9 * DAY))
    assert state(ring(60, 3 * DAY))["state"] == "critical"
    found = state(ring(60))
    assert (found["state"], found["measurement_source"]) == ("normal", "ring")
    assert [one["counts"] for one in found["sources"]] == [True, False]
    assert (standing().state, standing().open_severity, standing().since) == (0, 0, micros(NOW))


def test_one_source_alone_stays_as_it_is_however_long_ago_it_was_heard():
    told(watch(18, 300 * DAY))
    silence.let_time_pass(micros(NOW))
    assert standing().state == 3


def test_the_worst_speaks_and_when_it_recovers_the_next_one_does():
    told(watch(18, 9 * MINUTE), ring(18, 5 * MINUTE))
    assert (standing().source, standing().since) == ("watch", micros(NOW - 9 * MINUTE))
    found = state(watch(60))
    assert (found["state"], found["measurement_source"]) == ("critical", "ring")
    assert found["since"] == "2026-11-24T11:51:00Z"  # the binding's: it has been critical since then
    assert state(ring(60))["state"] == "normal"
    assert [one[1:4] for one in changes()] == [
        ("watch", -1, 3),
        ("ring", -1, 3),
        ("ring", 3, 0),
        ("watch", 3, 0),
    ]


def test_a_late_value_is_judged_in_its_own_time_and_what_was_said_stands_corrected():
    told(watch(18, 30 * MINUTE, kpi="hrv_patient"), watch(18, kpi="hrv_patient"))
    assert standing("hrv_patient").since == micros(NOW - 20 * MINUTE)
    found = told(watch(50, 25 * MINUTE, kpi="hrv_patient"))
    assert found["results"] == ["late"]
    assert found["states"][0]["state"] == "normal"
    assert [one[2:5] for one in changes()] == [(-1, 0, "value")]
    assert Transition.objects.filter(withdrawn__isnull=False).count() == 1


def test_what_time_said_before_a_value_was_there_is_withdrawn():
    told(watch(18, 11 * MINUTE, kpi="hrv_patient"))
    silence.let_time_pass(micros(NOW))
    assert standing("hrv_patient").state == 3
    found = state(watch(60, 2 * MINUTE, kpi="hrv_patient"))
    assert (found["state"], found["previous"]) == ("normal", "critical")
    assert [one[2:5] for one in changes()] == [(-1, 0, "value")]
