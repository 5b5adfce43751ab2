"""Pictures of long histories: from the history while that is quick, from summaries of it otherwise."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.evaluation import micros
from jobs.kinds import WorkerStopping
from jobs.models import Job
from jobs.runner import run_due
from telemetry import summaries
from telemetry.job_kinds import SUMMARIES
from telemetry.models import Series, Summary
from telemetry.summaries import DAY, HOUR
from tests.telemetry import samples
from tests.telemetry.samples import MINUTE, NOW, observation, told

BEGIN = micros(NOW) - 20 * DAY
MONTH = (BEGIN - DAY, micros(NOW) + DAY)


def done(until: int) -> None:
    """The job has summarised everything up to then."""
    Job.objects.create(kind=SUMMARIES, state=Job.State.DONE, result=summaries.renew(until))


def drawn(step: int = 6 * HOUR) -> list[summaries.Step]:
    return summaries.steps([one.pk for one in Series.objects.all()], *MONTH, step)


def stopped(done: int, total: int, message: str) -> None:
    """As a worker that is asked to stop."""
    raise WorkerStopping


@pytest.fixture
def a_value_an_hour(contract):
    start = NOW - 20 * samples.DAY
    told(*[observation(20 + number % 60, start + number * 47 * MINUTE) for number in range(600)])


def test_a_step_has_its_lowest_and_highest_value_and_how_many_there_are(contract):
    told(observation(50), observation(18, NOW + MINUTE), observation(60, NOW + 2 * MINUTE))
    series = Series.objects.get().pk
    assert summaries.steps([series], *MONTH, DAY) == [
        (series, micros(NOW), micros(NOW + 2 * MINUTE), 18, 60, 3)
    ]
    assert summaries.steps([], *MONTH, DAY) == []


def test_summaries_say_the_same_as_the_history(a_value_an_hour, monkeypatch):
    exact = drawn()
    done(micros(NOW))
    monkeypatch.setattr(summaries, "QUICK", 10)
    assert drawn() == exact
    Summary.objects.update(high=99)
    assert drawn() != exact  # it is they that were asked


def test_the_history_is_asked_where_that_is_quick_or_looked_at_closely(a_value_an_hour, monkeypatch):
    exact = drawn(), drawn(HOUR)
    done(micros(NOW))
    Summary.objects.update(high=99)
    assert drawn() == exact[0]
    monkeypatch.setattr(summaries, "QUICK", 10)
    assert drawn(HOUR) == exact[1]


def test_what_comes_late_or_is_corrected_is_summarised_the_next_time(a_value_an_hour, monkeypatch):
    done(micros(NOW))
    monkeypatch.setattr(summaries, "QUICK", 10)
    at = NOW - 10 * samples.DAY
    told(observation(77, at), now=NOW + samples.HOUR)
    before = Summary.objects.count()
    found = summaries.renew(micros(NOW) + 2 * HOUR)
    assert found["days"] >= 1
    assert Summary.objects.count() >= before
    assert Summary.objects.get(at=micros(at)).high == 77


def test_a_series_that_began_after_the_summaries_is_drawn_whole(a_value_an_hour, monkeypatch):
    done(micros(NOW) - 30 * DAY)
    monkeypatch.setattr(summaries, "QUICK", 10)
    exact = drawn()
    Summary.objects.all().delete()
    assert drawn() == exact


def test_the_job_does_it(a_value_an_hour):
    Job.objects.create(kind=SUMMARIES)
    run_due()
    job = Job.objects.get(kind=SUMMARIES)
    assert job.state == Job.State.DONE
    assert (job.result or {})["hours"] == Summary.objects.count() > 300


def test_many_series_are_summarised_in_small_transactions(contract, monkeypatch):
    """As many series as are taken at once, or fewer where they have many values; no two days at once."""
    monkeypatch.setattr(summaries, "AT_ONCE", 3)
    monkeypatch.setattr(summaries, "ROWS_AT_ONCE", 10)
    for day in range(2):
        at = NOW - day * samples.DAY
        told(*[observation(50, at, user_id=f"u-{number}") for number in range(5)])
        told(*[observation(50, at - (n + 1) * MINUTE, user_id="u-0") for n in range(10)])
    exact = drawn()
    seen: list[tuple[int, int]] = []
    found = summaries.renew(micros(NOW), lambda done, total, message: seen.append((done, total)))
    assert found["days"] == 2
    assert found["hours"] == Summary.objects.count() == 12
    assert seen == [(1, 10), (4, 10), (5, 10), (6, 10), (9, 10), (10, 10)]
    Job.objects.create(kind=SUMMARIES, state=Job.State.DONE, result=found)
    monkeypatch.setattr(summaries, "QUICK", 0)
    assert drawn() == exact


def test_summarising_takes_as_many_queries_however_many_series(contract, django_assert_max_num_queries):
    told(*[observation(50, user_id=f"u-{number}") for number in range(60)])
    with django_assert_max_num_queries(12):
        assert summaries.renew(micros(NOW))["hours"] == 60


def test_a_summary_that_was_made_is_made_anew_and_nothing_is_left_behind(contract):
    told(observation(50))
    summaries.renew(micros(NOW))
    told(observation(18, NOW + MINUTE))
    assert summaries.renew(micros(NOW))["hours"] == 1
    assert (Summary.objects.get().low, Summary.objects.get().count) == (18, 2)
    with pytest.raises(WorkerStopping):
        summaries.renew(micros(NOW), stopped)
    assert summaries.renew(micros(NOW))["hours"] == 1


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 12 * DAY), st.floats(1, 200)), unique_by=lambda row: row[0], max_size=40
    ),
    step=st.sampled_from([2 * HOUR, 6 * HOUR, DAY, 3 * DAY]),
)
def test_joined_at_any_edge_nothing_is_lost(contract, monkeypatch, rows, step):
    series = Series.objects.first() or _series()
    series.observations.all().delete()
    Summary.objects.all().delete()
    series.observations.bulk_create(
        series.observations.model(series=series, at=BEGIN + at, value=value, received=BEGIN)
        for at, value in rows
    )
    exact = drawn(step)
    Job.objects.all().delete()
    done(micros(NOW))
    monkeypatch.setattr(summaries, "QUICK", 0)
    assert [row[1:] for row in drawn(step)] == [row[1:] for row in exact]


def _series() -> Series:
    told(observation(50))
    return Series.objects.get()
