"""What a published contract makes of the values in force."""

import pytest

from contracts.evaluation import micros
from telemetry import silence
from telemetry.models import Standing, Transition
from tests.telemetry.samples import MINUTE, NOW, moves, observation, publish_alerting, state, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contract")]


def reasons() -> list[tuple[str, str]]:
    rows = Transition.objects.standing().order_by("at", "pk")
    return list(rows.values_list("cause", "reason"))


def test_a_relaxed_threshold_raises_no_alarm_with_a_reason_that_is_not_true():
    told(observation(18, kpi="hrv_patient"))
    publish_alerting("hrv_patient", {"risk_if": "< 15"})
    silence.renew(micros(NOW + MINUTE))
    silence.let_time_pass(micros(NOW + 30 * MINUTE))
    assert moves("hrv_patient") == [(-1, 0, "value")]
    assert Standing.objects.get().state == 0


def test_a_relaxed_threshold_ends_what_was_acted_on_and_says_why():
    told(observation(18))
    number = publish_alerting("hrv_rmssd", {"risk_if": "< 15"})
    silence.renew(micros(NOW + MINUTE))
    assert reasons()[1:] == [("release", "18 ms is not below 15 ms")]
    last = Transition.objects.get(cause="release")
    assert (last.before, last.after, last.at, last.release) == (3, 0, micros(NOW + MINUTE), number)


def test_a_stricter_threshold_judges_the_value_in_force_at_once():
    told(observation(26))
    publish_alerting("hrv_rmssd", {"risk_if": "< 28"})
    silence.renew(micros(NOW + MINUTE))
    assert reasons()[1:] == [("release", "26 ms is below 28 ms")]


def test_the_next_value_finds_it_where_nobody_has_looked_yet():
    told(observation(26))
    publish_alerting("hrv_rmssd", {"risk_if": "< 28"})
    found = state(observation(60, NOW + MINUTE), now=NOW + MINUTE)
    assert (found["state"], found["previous"]) == ("normal", "normal")
    assert reasons()[1:] == [
        ("release", "26 ms is below 28 ms"),
        ("value", "60 ms is not below 28 ms"),
    ]


def test_a_release_that_leaves_a_binding_as_it_was_says_nothing():
    told(observation(18), observation(18, kpi="hrv_patient"))
    publish_alerting("hrv_patient", {"risk_if": "< 15"})
    silence.renew(micros(NOW + MINUTE))
    assert moves() == [(-1, 3, "value")]
    assert Standing.objects.get(kpi="hrv_rmssd").contracts == ""


def test_a_value_from_before_a_release_is_judged_by_the_contract_of_its_time():
    told(observation(60))
    publish_alerting("hrv_rmssd", {"risk_if": "< 28"})
    silence.renew(micros(NOW + 5 * MINUTE))
    found = state(observation(26, NOW + MINUTE), now=NOW + 6 * MINUTE)
    assert found["state"] == "critical"
    assert reasons()[1:] == [("release", "26 ms is below 28 ms")]
    told(observation(20, NOW + 2 * MINUTE), now=NOW + 7 * MINUTE)
    assert reasons()[1:] == [("value", "20 ms is below 25 ms")]
