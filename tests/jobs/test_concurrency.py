"""Workers that reach for the same jobs at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections, transaction

from jobs import dispatcher, services
from jobs.models import Job, from_now
from jobs.runner import run_due

WORKERS, JOBS = 4, 40  # as many workers as the pool of connections lets work at once


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_each_job_is_done_by_one_of_them(kind):
    kind(lambda work: {"attempt": work.attempt})
    for _ in range(JOBS):
        services.enqueue(kind="test", payload={})

    def work(_: int) -> int:
        taken = run_due(JOBS)
        connections.close_all()
        return taken

    with ThreadPoolExecutor(WORKERS) as pool:
        assert sum(pool.map(work, range(WORKERS))) == JOBS
    assert set(Job.objects.values_list("state", "attempts")) == {("done", 1)}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_period_has_one_job_when_many_schedules_write_it(kind):
    kind(lambda work: None)

    def ask(_: int) -> int:
        job = services.enqueue(kind="test", payload={}, key="2026-01-01")
        connections.close_all()
        return job.pk

    with ThreadPoolExecutor(WORKERS) as pool:
        assert len(set(pool.map(ask, range(WORKERS * 4)))) == 1
    assert Job.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_job_that_a_frozen_worker_has_locked_holds_up_nobody(kind, monkeypatch):
    kind(lambda work: None)
    monkeypatch.setattr("jobs.tasks.run.apply_async", lambda args, **options: None)
    frozen, other = (services.enqueue(kind="test", payload={}) for _ in range(2))
    Job.objects.filter(pk=frozen.pk).update(
        state="running", attempts=5, lease_until=from_now(-timedelta(days=1))
    )

    def work() -> tuple[int, int, int]:
        done = services.park_worn_out(), dispatcher.tell_workers(), run_due()
        connections.close_all()
        return done

    with transaction.atomic():
        Job.objects.held(frozen.pk, 5).update(done=1)
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(work).result(timeout=10) == (0, 1, 1)
    assert services.park_worn_out() == 1
    other.refresh_from_db()
    assert other.state == "done"
