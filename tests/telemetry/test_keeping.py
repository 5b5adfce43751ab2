"""What is too old goes, and nothing else does."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.evaluation import micros
from jobs.models import Job
from jobs.runner import run_due
from telemetry import keeping, months
from telemetry.job_kinds import RETENTION, TIDY
from telemetry.models import Batch, Correction, Observation, Series, Standing, Subject, Summary, Transition
from tests.telemetry.samples import DAY, HOUR, MINUTE, NOW, history, observation, rows, told

DAYS = 30


@pytest.fixture(autouse=True)
def thirty_days(contract, settings):
    settings.RETENTION_DAYS = DAYS


def later(days: int) -> int:
    return micros(NOW + days * DAY)


def test_what_is_older_than_it_is_kept_is_forgotten():
    told(observation(50, NOW - 20 * DAY), observation(18, NOW - 10 * DAY), observation(60))
    assert keeping.forget_old(later(15))["observations"] == 1
    assert [value for _, value in history()] == [18, 60]
    assert keeping.forget_old(later(15))["observations"] == 0


def test_of_who_was_heard_of_lately_the_latest_value_and_state_stay():
    told(observation(50, NOW - 20 * DAY), observation(18))
    keeping.forget_old(later(29))
    assert (Series.objects.count(), Standing.objects.get().state) == (1, 3)


def test_of_who_was_not_heard_of_for_so_long_nothing_is_left():
    told(observation(18), observation(50, user_id="u-2", at=NOW))
    told(observation(19), now=NOW + HOUR)
    told(observation(50, NOW + 9 * DAY, user_id="u-2"), now=NOW + 9 * DAY)
    Batch.objects.all().delete()
    found = keeping.forget_old(later(31))
    assert (found["people"], found["series"], found["standings"]) == (1, 1, 1)
    assert list(Subject.objects.values_list("user_id", flat=True)) == ["u-2"]
    keeping.forget_old(later(60))
    assert set(rows().values()) == {0}


def test_who_still_has_data_stays_though_another_source_of_theirs_went_silent():
    told(observation(50, measurement_source="ring"), observation(50, NOW - MINUTE))
    told(observation(60, NOW + 9 * DAY), now=NOW + 9 * DAY)
    found = keeping.forget_old(later(31))
    assert (found["people"], found["series"]) == (0, 1)
    assert list(Series.objects.values_list("subject__user_id", "source")) == [("u-1", "band")]
    assert list(Observation.objects.values_list("value", flat=True)) == [60]


def test_a_source_whose_data_is_gone_speaks_no_more_and_is_remembered_nowhere():
    """The others were heard less than a week after the ring, whose critical state therefore still counted."""
    told(observation(18, measurement_source="ring"), observation(50, NOW - MINUTE))
    at = NOW + 6 * DAY
    told(observation(51, at, measurement_source="watch"), observation(60, at + HOUR), now=at + HOUR)
    assert Standing.objects.get().source == "ring"
    keeping.forget_old(later(31))
    left = Standing.objects.get()
    assert "ring" not in left.sources
    assert (left.source, left.state, left.open_severity) == ("band", 0, 0)
    assert left.since == micros(at)
    assert set(Transition.objects.values_list("source", flat=True)) == {"watch"}


def test_of_two_sources_the_one_that_is_left_says_it_all():
    told(observation(18, measurement_source="ring"))
    told(observation(60, NOW + 9 * DAY), now=NOW + 9 * DAY)
    keeping.forget_old(later(31))
    left = Standing.objects.get()
    assert (left.source, left.sources, left.state, left.since) == ("band", "", 0, later(9))
    assert told(observation(18, NOW + 31 * DAY), now=NOW + 31 * DAY)["states"][0]["state"] == "critical"


def test_a_series_with_very_much_to_forget_is_forgotten_in_pieces(monkeypatch):
    monkeypatch.setattr(keeping, "ROWS_AT_ONCE", 3)
    told(
        *[observation(50 + number, NOW - number * HOUR) for number in range(10)],
        observation(60, user_id="u-2"),
    )
    assert keeping.forget_old(later(31))["observations"] == 11
    assert not Observation.objects.exists()


def test_corrections_and_transitions_go_with_their_time():
    told(observation(50, NOW - 20 * DAY))
    told(observation(18, NOW - 20 * DAY), observation(50))
    assert (Correction.objects.count(), Transition.objects.count() > 1) == (1, True)
    found = keeping.forget_old(later(15))
    assert found["corrections"] == 1
    assert found["transitions"] >= 1
    assert not Correction.objects.exists()


def test_an_answer_is_kept_for_a_day_so_that_a_retry_gets_it_again():
    body = observation(18)
    first = told(body)
    keeping.tidy(micros(NOW + 23 * HOUR))
    assert told(body, now=NOW + 23 * HOUR) == first
    assert keeping.tidy(micros(NOW + 25 * HOUR))["answers"] == 1
    assert told(body, now=NOW + 25 * HOUR)["results"] == ["duplicate"]


def test_summaries_of_pictures_go_with_their_history():
    told(observation(50, NOW - 20 * DAY), observation(60))
    series = Series.objects.get()
    for at in (NOW - 20 * DAY, NOW):
        Summary.objects.create(series=series, at=micros(at), first=1, last=1, low=1, high=1, count=1)
    keeping.forget_old(later(15))
    assert Summary.objects.count() == 1


def test_a_summary_whose_month_was_dropped_goes_too():
    """Its values went with their table."""
    told(observation(60))
    Summary.objects.create(
        series=Series.objects.get(), at=micros(NOW - 20 * DAY), first=1, last=1, low=1, high=1, count=1
    )
    keeping.forget_old(later(15))
    assert not Summary.objects.exists()


def test_where_nothing_is_old_nobody_is_looked_at_one_by_one(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(keeping, "AT_ONCE", 2)
    told(observation(60))
    keeping.forget_old(later(15))  # on PostgreSQL months are dropped
    with CaptureQueriesContext(connection) as few:
        keeping.forget_old(later(15))
    told(*[observation(60, user_id=f"u-{number}") for number in range(20)])
    with django_assert_num_queries(len(few)):
        keeping.forget_old(later(15))


def test_people_who_are_forgotten_may_come_again():
    told(observation(18))
    keeping.forget_old(later(31))
    at = NOW + 31 * DAY
    assert told(observation(18, at), now=at)["results"] == ["accepted"]


def test_the_jobs_do_it():
    for kind in (RETENTION, TIDY):
        Job.objects.create(kind=kind)
    assert run_due() == 2
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.DONE}


def test_there_are_no_months_on_sqlite_and_a_month_after_another_everywhere():
    month = months.Month.of(2026, 13)
    assert (month.table, month) == ("telemetry_observation_2027_01", months.Month.of(2027, 1))
    wanted = months.wanted(micros(NOW), 60)
    assert [one.table[-7:] for one in wanted] == ["2026_09", "2026_10", "2026_11", "2026_12", "2027_01"]
    assert all(one.until == following.since for one, following in zip(wanted, wanted[1:], strict=False))
    assert len(months.wanted(micros(NOW), 36_500)) == months.MOST_BACK + 1 + months.AHEAD
