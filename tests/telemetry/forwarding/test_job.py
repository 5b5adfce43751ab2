"""The job that pushes once a minute."""

from datetime import timedelta

import pytest
from django.utils import timezone

from jobs.models import Job
from jobs.runner import run_due
from jobs.services import enqueue
from telemetry.job_kinds import FORWARD
from tests.telemetry.samples import USER, observation, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contract")]


def ran() -> Job:
    job = enqueue(kind=FORWARD, payload={})
    run_due()
    job.refresh_from_db()
    return job


def put_aside(minutes: int) -> Job:
    ended = timezone.now() - timedelta(minutes=minutes)
    return Job.objects.create(kind=FORWARD, state=Job.State.PARKED, finished_at=ended)


def test_it_says_how_much_it_pushed(cluster):
    told(observation(50))
    job = ran()
    assert (job.state, job.result) == (Job.State.DONE, {"samples": 3, "refused": 0})


def test_it_is_tried_again_by_itself(cluster, settings):
    settings.SUBJECT_LABEL = "plain"
    told(observation(50))
    cluster.answers = [503]
    job = ran()
    assert (job.state, job.attempts) == (Job.State.FAILED, 1)
    assert job.error == "NotForwarded: The cluster answered 503: its own log says why."
    assert USER not in job.error
    Job.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    run_due()
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert len(cluster.lines) == 3


def test_of_those_that_failed_for_good_one_is_left_to_tell(cluster):
    put_aside(9)
    latest = put_aside(8)
    told(observation(50))
    cluster.answers = [503]
    ran()
    assert list(Job.objects.filter(state=Job.State.PARKED)) == [latest]


def test_success_makes_good_what_failed(cluster):
    put_aside(9)
    told(observation(50))
    job = ran()
    assert list(Job.objects.filter(kind=FORWARD)) == [job]
