"""What programs and people do with jobs."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from jobs import services
from jobs.models import Job, from_now

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def known(kind):
    kind(lambda work: None)


def test_a_kind_nobody_registered_is_refused_at_once():
    with pytest.raises(KeyError, match="validaton"):
        services.enqueue(kind="validaton", payload={})


def test_who_asked_is_kept(editor):
    assert services.enqueue(kind="test", payload={}, author=editor).author == editor
    assert services.enqueue(kind="test", payload={}, author=AnonymousUser()).author is None


def test_with_a_key_there_is_one_job_however_often_it_is_asked_for():
    first = services.enqueue(kind="test", payload={"n": 1}, key="2026-01-01")
    assert services.enqueue(kind="test", payload={"n": 2}, key="2026-01-01") == first
    services.enqueue(kind="test", payload={}, key="2026-01-02")
    services.enqueue(kind="test", payload={})
    services.enqueue(kind="test", payload={})
    assert Job.objects.count() == 4


def test_the_database_itself_refuses_a_second_one():
    services.enqueue(kind="test", payload={}, key="2026-01-01")
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="test", key="2026-01-01")


@pytest.mark.parametrize("values", [{"state": "lost"}, {"state": "running", "lease_until": None}])
def test_the_database_refuses_a_state_that_cannot_be(values):
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(kind="test", **values)


def test_asking_for_a_job_talks_to_the_database_only(django_assert_num_queries, monkeypatch):
    monkeypatch.setattr("celery.app.task.Task.apply_async", lambda *args, **kwargs: pytest.fail("it called"))
    with django_assert_num_queries(1):  # its row
        services.enqueue(kind="test", payload={})


def test_what_was_over_long_ago_is_forgotten_and_what_is_parked_stays():
    for state in ("done", "parked", "cancelled", "queued"):
        Job.objects.create(kind="test", state=state, finished_at=from_now(-timedelta(days=31)))
    Job.objects.create(kind="test", state="done", finished_at=from_now(-timedelta(days=29)))
    assert services.forget_old() == 2
    assert sorted(Job.objects.values_list("state", flat=True)) == ["done", "parked", "queued"]
