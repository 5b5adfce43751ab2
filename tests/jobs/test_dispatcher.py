"""The schedule: what is told to workers, how often, and what runs by itself."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError

from auren_admin.celery import app
from jobs import dispatcher, services, tasks
from jobs.kinds import Schedule
from jobs.models import Job, from_now

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def known(kind, monkeypatch):
    """A kind of job, and nothing that runs by itself."""
    kind(lambda work: None)
    monkeypatch.setattr(dispatcher, "SCHEDULES", [])


@pytest.fixture
def told(monkeypatch):
    """The jobs that workers were told of; nothing is sent."""
    calls = []
    monkeypatch.setattr(tasks.run, "apply_async", lambda args, **options: calls.append(args[0]))
    return calls


@pytest.fixture
def nightly(monkeypatch):
    schedule = Schedule("test", DAY, timedelta(hours=2), {"trigger": "nightly"})
    monkeypatch.setattr(dispatcher, "SCHEDULES", [schedule])


def enqueue(count=1):
    return [services.enqueue(kind="test", payload={}).pk for _ in range(count)]


def test_workers_are_told_once_of_what_is_due(told):
    pks = enqueue(3)
    assert dispatcher.tell_workers() == 3
    assert dispatcher.tell_workers() == 0
    assert told == pks


def test_they_are_told_again_when_nobody_came(told):
    enqueue()
    dispatcher.tell_workers()
    Job.objects.update(sent_at=from_now(-2 * dispatcher.TELL_AGAIN))
    assert dispatcher.tell_workers() == 1


def test_they_are_told_of_a_job_whose_worker_died(told):
    enqueue()
    Job.objects.update(state="running", attempts=1, lease_until=from_now(DAY))
    assert dispatcher.tell_workers() == 0
    Job.objects.update(lease_until=from_now(-DAY))
    assert dispatcher.tell_workers() == 1


def test_the_queue_stays_short_when_no_worker_runs(told):
    enqueue(dispatcher.WINDOW + 50)
    assert dispatcher.tell_workers() == dispatcher.WINDOW
    assert dispatcher.tell_workers() == 0


def test_what_could_not_be_told_is_told_later(told, monkeypatch):
    def no_broker(args, **options):
        raise ConnectionError("refused")

    enqueue()
    with monkeypatch.context() as patch:
        patch.setattr(tasks.run, "apply_async", no_broker)
        with pytest.raises(ConnectionError):
            dispatcher.tell_workers()
    assert dispatcher.tell_workers() == 1


def test_a_round_asks_the_same_few_queries_for_any_number_of_jobs(told, django_assert_num_queries):
    for count in (1, 30):
        enqueue(count)
        # Any to park? How many told of, which to tell of; lock and mark them, between two for the transaction.
        with django_assert_num_queries(7):
            services.park_worn_out()
            dispatcher.tell_workers()


def test_what_runs_by_itself_has_one_job_a_period(nightly):
    dispatcher.enqueue_scheduled()
    dispatcher.enqueue_scheduled()
    assert Job.objects.get().payload == {"trigger": "nightly"}


def test_a_period_that_another_schedule_writes_meanwhile_is_no_error(nightly, monkeypatch):
    dispatcher.enqueue_scheduled()
    monkeypatch.setattr("django.db.models.query.QuerySet.exists", lambda self: False)
    dispatcher.enqueue_scheduled()
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-03-10 01:59", "2026-03-09 02:00"),
        ("2026-03-10 02:00", "2026-03-10 02:00"),
        ("2026-03-29 01:30", "2026-03-28 02:00"),  # the night when clocks in Europe change
        ("2026-03-29 03:00", "2026-03-29 02:00"),
    ],
)
def test_the_period_is_the_last_time_it_was_due(now, due):
    schedule = Schedule("test", DAY, timedelta(hours=2), {})
    assert schedule.period(moment(now)) == moment(due)


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def beat(monkeypatch):
    monkeypatch.setattr(dispatcher, "close_old_connections", lambda: None)  # the test's own would go
    return dispatcher.Dispatcher(app=app)


def test_trouble_is_told_once_and_waited_out(beat, told, monkeypatch, caplog):
    monkeypatch.setattr(dispatcher.logger, "propagate", True)
    with monkeypatch.context() as patch:
        patch.setattr(dispatcher, "tell_workers", lambda: failing("the database is away"))
        assert [beat.tick(), beat.tick()] == [dispatcher.AFTER_TROUBLE] * 2
    assert beat.tick() == dispatcher.INTERVAL
    monkeypatch.setattr(dispatcher.logger, "propagate", True)


def failing(text):
    raise OperationalError(text)


def test_a_round_forgets_old_jobs_once_an_hour(beat, told):
    Job.objects.create(kind="test", state="done", finished_at=from_now(-timedelta(days=40)))
    beat.tick()
    assert not Job.objects.exists()
    Job.objects.create(kind="test", state="done", finished_at=from_now(-timedelta(days=40)))
    beat.tick()
    assert Job.objects.exists()
