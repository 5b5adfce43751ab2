"""Jobs in the admin: what a person sees and may do, and what a page that waits is told."""

import re
from datetime import timedelta

import pytest

from jobs import kinds, services
from jobs.models import Job
from jobs.runner import run_due

pytestmark = pytest.mark.django_db
LIST = "/admin/jobs/job/"


@pytest.fixture
def parked(kind):
    """A job that failed for good."""
    kind(lambda work: None)
    job = services.enqueue(kind="test", payload={})
    Job.objects.update(state=Job.State.PARKED, attempts=5, error="ValueError: <b>no</b>", done=3, total=8)
    job.refresh_from_db()
    return job


def press(client, job, button):
    return client.post(f"{LIST}{job.pk}/{button}/", follow=True)


def test_the_list_tells_state_attempts_progress_and_error(parked, onlooker_client):
    page = onlooker_client.get(LIST).content.decode()
    assert '<span class="chip critical">parked</span>' in page
    assert "5 of 5" in page
    assert "3 of 8" in page
    assert "ValueError: &lt;b&gt;no" in page


def test_the_list_asks_the_same_number_of_queries_for_3_and_30_jobs(
    parked, onlooker_client, django_assert_num_queries
):
    for count in (2, 27):
        for _ in range(count):
            services.enqueue(kind="test", payload={})
        with django_assert_num_queries(7):  # session, user, permissions (2), kinds, count, jobs
            onlooker_client.get(LIST)


@pytest.fixture
def routine(parked, monkeypatch, operator):
    """Jobs of a kind that runs every minute: two done by themselves, one asked for, one that failed."""
    monkeypatch.setattr(kinds, "SCHEDULES", [kinds.Schedule("sweep", timedelta(minutes=1), timedelta(0), {})])
    for number, (state, author) in enumerate(
        [("done", None), ("done", None), ("done", operator), ("failed", None)], start=101
    ):
        Job.objects.create(pk=number, kind="sweep", key=str(number), state=state, author=author)
    return {101, 102}


@pytest.fixture
def operator(editor):
    return editor


def listed(client, query=""):
    """The numbers of the jobs in the list, and whether the page says that some are folded away."""
    page = client.get(f"{LIST}{query}").content.decode()
    return {int(pk) for pk in re.findall(r"/admin/jobs/job/(\d+)/change/", page)}, "folded away." in page


def test_housekeeping_that_was_done_is_folded_away_and_can_be_shown(parked, routine, onlooker_client):
    assert listed(onlooker_client) == ({parked.pk, 103, 104}, True)
    assert listed(onlooker_client, "?housekeeping=shown") == ({parked.pk, 101, 102, 103, 104}, False)
    assert listed(onlooker_client, "?state__exact=done") == ({103}, True)


@pytest.mark.parametrize("query", ["?kind=sweep", "?q=sweep"])
def test_who_asks_for_a_kind_gets_all_of_it(routine, onlooker_client, query):
    found, folded = listed(onlooker_client, query)
    assert found >= routine
    assert not folded


def test_what_runs_every_minute_or_hour_is_housekeeping_and_a_nightly_report_is_not():
    assert {"telemetry_tidy", "telemetry_silence"} <= set(kinds.routine_kinds())
    assert not {"telemetry_retention", "validation_report"} & set(kinds.routine_kinds())


@pytest.mark.parametrize("way", ["button", "action"])
def test_a_parked_job_is_run_again(parked, operator_client, way):
    if way == "button":
        page = press(operator_client, parked, "again")
    else:
        asked = {"action": "run_again", "_selected_action": [parked.pk]}
        page = operator_client.post(LIST, asked, follow=True)
    assert "1 job queued again." in page.content.decode()
    assert run_due() == 1
    parked.refresh_from_db()
    assert (parked.state, parked.error) == ("done", "")


def test_a_waiting_job_is_cancelled_once(parked, operator_client):
    services.rerun(jobs=Job.objects.all())
    assert "1 job cancelled." in press(operator_client, parked, "cancel").content.decode()
    assert "already finished" in press(operator_client, parked, "cancel").content.decode()
    assert run_due() == 0


@pytest.mark.parametrize("button", ["again", "cancel"])
def test_who_may_only_look_is_refused(parked, onlooker_client, button):
    assert press(onlooker_client, parked, button).status_code == 403
    assert f"/{button}/" not in onlooker_client.get(f"{LIST}{parked.pk}/change/").content.decode()


def test_nothing_happens_by_following_a_link(parked, operator_client):
    assert operator_client.get(f"{LIST}{parked.pk}/again/").status_code == 405
    assert operator_client.get(f"{LIST}add/").status_code == 403


def test_the_page_of_a_job_has_the_buttons_and_no_field_to_edit(parked, operator_client):
    page = operator_client.get(f"{LIST}{parked.pk}/change/").content.decode()
    assert f"{LIST}{parked.pk}/again/" in page
    assert f"{LIST}{parked.pk}/cancel/" not in page
    assert 'name="state"' not in page


def test_a_waiting_page_is_told_how_far_it_is(parked, onlooker_client):
    answer = onlooker_client.get(f"{LIST}{parked.pk}/progress/")
    told = answer.json()
    assert (told["state"], told["over"], told["done"], told["total"]) == ("parked", True, 3, 8)
    assert "no-store" in answer["Cache-Control"]


def test_progress_is_for_those_who_may_see_jobs_and_for_who_asked(parked, viewer, viewer_client):
    assert viewer_client.get(f"{LIST}{parked.pk}/progress/").status_code == 403
    Job.objects.update(author=viewer)
    assert viewer_client.get(f"{LIST}{parked.pk}/progress/").status_code == 200


def test_progress_of_no_job_is_not_found(onlooker_client, db):
    assert onlooker_client.get(f"{LIST}1/progress/").status_code == 404
