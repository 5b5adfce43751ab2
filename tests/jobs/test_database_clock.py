"""The time that all nodes share."""

import time

import pytest
from django.db import connection

from jobs import dispatcher, runner
from jobs.database_clock import TOLERATED, DatabaseClock
from jobs.models import Job

BEHIND = 600.0


def learned(monkeypatch, skew):
    """A clock that asked the database, on a machine whose own is off."""
    real = time.time
    monkeypatch.setattr("jobs.database_clock.time.time", lambda: real() + skew)
    clock = DatabaseClock()
    clock.learn()
    return clock


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("skew", [-BEHIND, BEHIND])
def test_a_node_whose_clock_is_off_goes_by_the_database(monkeypatch, skew):
    clock = learned(monkeypatch, skew)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    assert abs((clock.moment() - now).total_seconds()) < 1
    assert clock.skew == pytest.approx(skew, abs=1)
    assert clock.skewed_since


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="a file goes by its machine's clock")
def test_on_sqlite_the_machine_tells_the_time(monkeypatch):
    clock = learned(monkeypatch, -BEHIND)
    assert clock.skew == pytest.approx(0, abs=0.1)
    assert clock.time() == pytest.approx(time.time(), abs=0.1)


def test_a_base_that_agrees_within_its_uncertainty_changes_nothing():
    clock, base = DatabaseClock(), time.time() - time.monotonic()
    clock.set(base)
    clock.set(base + 0.4, within=0.5)
    assert clock.skew == pytest.approx(0, abs=0.1)
    clock.set(base + 0.4, within=0.1)
    assert clock.skew == pytest.approx(-0.4, abs=0.1)


def test_a_machine_that_is_set_right_is_well_again():
    clock, base = DatabaseClock(), time.time() - time.monotonic()
    clock.set(base + 2 * TOLERATED)
    assert clock.skewed_since
    clock.set(base)
    assert clock.skewed_since is None


@pytest.mark.django_db
def test_it_is_asked_again_only_after_some_seconds(django_assert_max_num_queries):
    clock = DatabaseClock()
    clock.learn_when_due()
    with django_assert_max_num_queries(0):
        clock.learn_when_due()


def test_the_worker_and_the_schedule_learn_it(db, monkeypatch):
    asked = []
    monkeypatch.setattr(DatabaseClock, "learn_when_due", lambda self, using="default": asked.append(using))
    dispatcher.enqueue_scheduled()
    runner.run_job(0)
    assert len(asked) == 2
    assert not Job.objects.filter(state="running").exists()
