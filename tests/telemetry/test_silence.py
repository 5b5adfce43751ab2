"""What time alone brings, and what a release changes about it."""

from datetime import timedelta

import pytest

from contracts.evaluation import micros
from jobs.models import Job
from jobs.runner import run_due
from kpis.models import KPI, Revision
from kpis.services import record
from releases.models import Release
from releases.services import publish
from telemetry import contracts_now, silence
from telemetry.job_kinds import RENEW, SILENCE
from telemetry.models import Standing, Tally
from telemetry.storage import forget_all
from telemetry.storage.shapes import StandingKey
from tests.telemetry.samples import HOUR, MINUTE, NOW, moves, observation, state, told

UNKNOWN, NORMAL, CRITICAL = -1, 0, 3


def lasts(missing_data: str, name: str = "hrv_rmssd") -> Release:
    """Publish how long a value of the KPI lasts."""
    KPI.objects.filter(name=name).update(missing_data=missing_data)
    record(kpi=KPI.objects.whole().get(name=name), author=None, source=Revision.Source.ADMIN)
    done = publish(author=None, message="Lasts", accepted="Known")
    contracts_now.forget()
    return done.release


@pytest.fixture
def two_hours(contract) -> Release:
    return lasts("2h")


def standing(kpi: str = "hrv_rmssd") -> Standing:
    return Standing.objects.get(kpi=kpi)


def after(length: timedelta) -> int:
    return micros(NOW + length)


def test_silence_makes_a_state_unknown_at_its_own_time_whenever_somebody_looks(two_hours):
    told(observation(18))
    assert silence.let_time_pass(after(2 * HOUR - MINUTE)) == {"looked_at": 0, "changed": 0}
    assert silence.let_time_pass(after(5 * HOUR)) == {"looked_at": 1, "changed": 1}
    assert standing().state == UNKNOWN
    assert standing().since == after(2 * HOUR)
    assert moves() == [(UNKNOWN, CRITICAL, "value"), (CRITICAL, UNKNOWN, "silence")]


def test_what_was_open_is_still_asked_for_while_nothing_is_heard(two_hours):
    told(observation(18))
    silence.let_time_pass(after(3 * HOUR))
    found = state(observation(60, NOW - HOUR), now=NOW + 3 * HOUR)
    assert (found["state"], found["reason"]) == ("unknown", "no value for 2 hours")
    assert found["trigger"] == {"severity": "critical", "condition": "< 25"}
    assert [one["name"] for one in found["actions"]] == ["reduce_training_intensity", "trigger_somnos_review"]


def test_a_value_on_its_way_while_the_job_looked_is_judged_in_its_own_time(two_hours):
    told(observation(18))
    silence.let_time_pass(after(2 * HOUR + MINUTE))
    found = state(observation(17, NOW + HOUR), now=NOW + 2 * HOUR + 2 * MINUTE)
    assert (found["state"], found["previous"]) == ("critical", "unknown")
    assert moves() == [(UNKNOWN, CRITICAL, "value")]
    assert standing().since == micros(NOW)


def test_who_is_unknown_is_not_looked_at_again_until_a_value_comes(two_hours):
    told(observation(50))
    silence.let_time_pass(after(3 * HOUR))
    assert silence.let_time_pass(after(9 * HOUR)) == {"looked_at": 0, "changed": 0}
    told(observation(50, NOW + 9 * HOUR), now=NOW + 9 * HOUR)
    assert standing().state == NORMAL


def test_a_condition_that_held_for_long_enough_acts_without_another_value(contract):
    told(observation(18, kpi="hrv_patient"))
    assert standing("hrv_patient").state == NORMAL
    silence.let_time_pass(after(10 * MINUTE))
    assert standing("hrv_patient").state == CRITICAL
    assert moves("hrv_patient")[-1] == (NORMAL, CRITICAL, "time")


def test_what_time_brings_is_counted_and_told_as_changed(two_hours):
    told(observation(18))
    before = standing().changed
    silence.let_time_pass(after(3 * HOUR))
    assert standing().changed > before or Tally.objects.filter(what="3>-1").exists()
    assert Tally.objects.get(name="transitions", what="3>-1").count == 1


def test_many_standings_are_looked_at_in_small_transactions(two_hours, monkeypatch):
    monkeypatch.setattr(silence, "AT_ONCE", 2)
    told(*[observation(18, user_id=f"u-{number}") for number in range(5)])
    seen: list[int] = []
    found = silence.let_time_pass(after(3 * HOUR), lambda done, total, message: seen.append(done))
    assert found == {"looked_at": 5, "changed": 5}
    assert seen == [2, 4, 5]


def test_a_release_that_lets_values_last_shorter_is_due_sooner(two_hours):
    told(observation(50))
    lasts("1h")
    assert silence.renew(after(30 * MINUTE)) == {"looked_at": 1, "changed": 0}
    assert standing().due == after(HOUR)
    assert silence.renew(after(30 * MINUTE)) == {"looked_at": 0, "changed": 0}
    silence.let_time_pass(after(90 * MINUTE))
    assert standing().state == UNKNOWN


def test_a_release_whose_time_is_over_already_makes_it_unknown_at_once(two_hours):
    told(observation(50))
    number = lasts("1h").number
    assert silence.renew(after(90 * MINUTE)) == {"looked_at": 1, "changed": 1}
    assert (standing().state, standing().release) == (UNKNOWN, number)


def test_a_release_that_lets_values_last_for_ever_leaves_nothing_due(two_hours):
    told(observation(50))
    lasts("")
    silence.renew(after(MINUTE))
    assert standing().due is None
    silence.let_time_pass(after(9 * HOUR))
    assert standing().state == NORMAL


def test_a_release_that_lets_values_last_longer_is_followed_when_the_old_time_is_over(two_hours):
    told(observation(50))
    lasts("3h")
    silence.let_time_pass(after(2 * HOUR))
    assert (standing().state, standing().due) == (NORMAL, after(3 * HOUR))


def test_what_nobody_watches_any_longer_is_never_due(two_hours, monkeypatch):
    told(observation(50))
    monkeypatch.setattr(contracts_now, "load", contracts_now.Released)
    assert silence.renew(after(MINUTE)) == {"looked_at": 1, "changed": 0}
    assert standing().due is None
    assert silence.renew(after(MINUTE)) == {"looked_at": 0, "changed": 0}


def test_nothing_is_found_of_somebody_who_was_erased_meanwhile(two_hours, monkeypatch):
    told(observation(18))
    monkeypatch.setattr(silence, "hold", lambda people: set())
    key = Standing.objects.values_list("subject", "kpi", "agent").get()
    assert silence._looked_at(contracts_now.current(), [StandingKey(*key)], after(3 * HOUR)) == {
        "looked_at": 1,
        "changed": 0,
    }
    assert standing().state == CRITICAL


def test_the_job_looks_every_minute_and_reckons_anew_once_a_release(two_hours):
    told(observation(18, NOW - 30 * HOUR))
    forget_all()
    for period in ("a", "b"):
        Job.objects.create(kind=SILENCE, key=period)
        run_due()
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.DONE}
    assert Job.objects.filter(kind=SILENCE).count() == 2
    assert Job.objects.filter(kind=RENEW).count() == 1
