"""Claiming, doing, failing, parking: one attempt at a time."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models.functions import Now

from jobs import services
from jobs.kinds import JobCancelled, JobRun, LeaseLost
from jobs.models import Job, from_now
from jobs.runner import claim, run_due, run_job

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def enqueue(**payload):
    return services.enqueue(kind="test", payload=payload)


def make_due(job):
    Job.objects.filter(pk=job.pk).update(due_at=Now())


def end_lease(job):
    Job.objects.filter(pk=job.pk).update(lease_until=from_now(-MINUTE))


def test_a_job_is_done_and_keeps_its_result(kind):
    kind(lambda work: {"twice": 2 * work.payload["number"]})
    job = enqueue(number=21)
    assert run_due() == 1
    job.refresh_from_db()
    assert (job.state, job.result, job.attempts) == ("done", {"twice": 42}, 1)
    assert job.finished_at is not None
    assert run_due() == 0


def test_a_job_is_taken_by_one_of_two_workers_that_read_it_together(kind):
    kind(lambda work: None)
    job = enqueue()
    assert claim(job, MINUTE) is not None
    assert claim(job, MINUTE) is None


def test_a_worker_that_read_it_long_ago_does_not_take_it(kind):
    """Its attempt would be another one's, and nothing that it writes would be kept."""
    kind(lambda work: 1 / 0)
    read_long_ago = enqueue()
    run_due()
    make_due(read_long_ago)
    assert claim(read_long_ago, MINUTE) is None
    assert Job.objects.get().state == "failed"


def test_each_attempt_that_fails_waits_twice_as_long(kind, monkeypatch):
    kind(lambda work: 1 / 0)
    job, asked = enqueue(), list[timedelta]()

    def noted(delta):
        asked.append(delta)
        return from_now(delta)

    monkeypatch.setattr("jobs.runner.from_now", noted)
    for _ in range(4):
        run_due()
        make_due(job)
    leases, waits = asked[::2], asked[1::2]
    assert len(set(leases)) == 1
    assert waits == [timedelta(seconds=seconds) for seconds in (2, 4, 8, 16)]


def test_a_job_is_not_taken_before_it_is_due(kind):
    kind(lambda work: None)
    job = enqueue()
    Job.objects.filter(pk=job.pk).update(due_at=from_now(MINUTE))
    assert not run_job(job.pk)


def test_a_failure_is_told_and_tried_again_later(kind):
    kind(lambda work: 1 / 0)
    job = enqueue()
    run_due()
    job.refresh_from_db()
    assert job.state == "failed"
    assert "ZeroDivisionError" in job.error
    assert run_due() == 0
    make_due(job)
    assert run_due() == 1


def test_a_row_that_a_database_quotes_is_not_kept(kind):
    def refused(work):
        raise ValueError("duplicate key\nDETAIL:  Key (user_id)=(somebody) already exists.")

    kind(refused)
    job = enqueue()
    run_due()
    job.refresh_from_db()
    assert job.error == "ValueError: duplicate key"


def test_after_five_attempts_it_is_parked_and_can_be_run_again(kind):
    kind(lambda work: 1 / 0)
    job = enqueue()
    for _ in range(7):
        make_due(job)
        run_due()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("parked", 5)
    kind(lambda work: {"fine": True})
    assert services.rerun(jobs=Job.objects.all()) == 1
    run_due()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == ("done", 6, "")


def test_a_job_whose_worker_died_is_taken_by_another(kind):
    kind(lambda work: None)
    job = enqueue()
    claim(job, MINUTE)
    assert run_due() == 0
    end_lease(job)
    assert run_due() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


def test_a_job_that_kills_its_workers_is_parked(kind):
    kind(lambda work: None)
    job = enqueue()
    for _ in range(5):
        job.refresh_from_db()
        assert claim(job, MINUTE)
        end_lease(job)
    assert run_due() == 0
    assert services.park_worn_out() == 1
    job.refresh_from_db()
    assert (job.state, job.error) == ("parked", services.DIED)


def test_a_worker_that_wakes_up_late_can_write_nothing(kind):
    kind(lambda work: {"by": work.attempt})
    job = enqueue()
    frozen = claim(job, MINUTE)
    assert frozen
    end_lease(job)
    run_due()
    with pytest.raises(LeaseLost):
        frozen.progress(1, 1)
    with pytest.raises(LeaseLost), transaction.atomic():
        frozen.finish({"by": "the frozen one"})
    job.refresh_from_db()
    assert job.result == {"by": 2}


def test_a_rerun_does_not_let_the_frozen_worker_in_again(kind):
    kind(lambda work: None)
    job = enqueue()
    frozen = claim(job, MINUTE)
    assert frozen
    services.cancel(jobs=Job.objects.all())
    services.rerun(jobs=Job.objects.all())
    job.refresh_from_db()
    assert claim(job, MINUTE)
    with pytest.raises(LeaseLost):
        frozen.finish()


def test_progress_is_kept_and_renews_the_lease(kind):
    kind(lambda work: None)
    job = enqueue()
    work = claim(job, MINUTE)
    assert work
    end_lease(job)
    work.progress(3, 3, "three of three")
    job.refresh_from_db()
    assert (job.done, job.total, job.message) == (3, 3, "three of three")
    assert not Job.objects.due().exists()


def test_a_cancelled_job_stops_at_its_next_note_of_progress(kind):
    def cancelled_half_way(work):
        work.progress(1, 2)
        services.cancel(jobs=Job.objects.all())
        work.progress(2, 2)
        pytest.fail("it went on")

    kind(cancelled_half_way)
    job = enqueue()
    run_due()
    job.refresh_from_db()
    assert job.state == "cancelled"
    with pytest.raises(JobCancelled):
        JobRun(job.pk, job.attempts, {}).finish()


def test_what_a_job_stores_and_its_end_are_one(kind):
    def stores_after_losing_the_job(work):
        end_lease(job)
        Job.objects.filter(pk=job.pk).update(attempts=9)
        with transaction.atomic():
            services.enqueue(kind="test", payload={"stored": True})
            work.finish()

    kind(stores_after_losing_the_job)
    job = enqueue()
    run_job(job.pk)
    assert not Job.objects.filter(payload={"stored": True}).exists()
