"""After a change of the working copy the report is out of date, says so, and the next one is made soon."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db.models.functions import Now
from django.urls import reverse

from bindings.background import VALIDATION_REPORT, ask_for_report, follow_change
from bindings.models import ValidationReport
from jobs.models import Job
from jobs.runner import run_due
from tests.bindings.reports.conftest import report
from tests.kpis.conftest import form_data, hrv, registry

__all__ = ["hrv", "registry"]
PAGE = "/admin/bindings/validationreport/"
OUTDATED = "Something was changed after this report was made."
BADGE = "before the latest edit"


@pytest.fixture
def editor(editor):
    editor.user_permissions.add(*Permission.objects.filter(codename__endswith="_validationreport"))
    return editor


def save(client, kpi, **fields):
    answer = client.post(reverse("admin:kpis_kpi_change", args=[kpi.pk]), form_data(kpi, **fields))
    assert answer.status_code == 302


def test_page_and_badge_say_that_a_report_is_older_than_the_registry(hrv, editor_client):
    report()
    page = editor_client.get(PAGE).text
    assert OUTDATED not in page
    assert BADGE not in page
    save(editor_client, hrv, critical_condition="< 15")
    page = editor_client.get(PAGE).text
    assert OUTDATED in page
    assert BADGE in page
    report()
    assert OUTDATED not in editor_client.get(PAGE).text


def test_a_unit_that_was_changed_counts_too(hrv, editor_client):
    report()
    hrv.unit.symbol = "msec"
    hrv.unit.save()
    assert OUTDATED in editor_client.get(PAGE).text


def test_a_save_has_its_report_made_within_a_minute(hrv, editor_client, django_capture_on_commit_callbacks):
    report()
    with django_capture_on_commit_callbacks(execute=True):
        save(editor_client, hrv, critical_condition="< 15")
    job = Job.objects.get(kind=VALIDATION_REPORT)
    soon = Job.objects.filter(due_at__gt=Now(), due_at__lte=Now() + timedelta(minutes=1))
    assert soon.get() == job
    Job.objects.update(due_at=Now())
    assert run_due() == 1
    assert ValidationReport.objects.latest("pk").trigger == "change"
    assert OUTDATED not in editor_client.get(PAGE).text


def test_many_saves_are_one_report(hrv, editor_client, django_capture_on_commit_callbacks):
    for text in ("< 15", "< 16", "< 17"):
        hrv.refresh_from_db()
        with django_capture_on_commit_callbacks(execute=True):
            save(editor_client, hrv, critical_condition=text)
    assert Job.objects.filter(kind=VALIDATION_REPORT).count() == 1


def test_what_changed_nothing_asks_for_nothing(hrv):
    report()
    follow_change()
    assert not Job.objects.exists()


def test_one_that_comes_by_itself_does_not_hide_the_button(hrv, editor_client):
    follow_change()
    assert "Validate now" in editor_client.get(PAGE).text


def test_whoever_asks_does_not_wait_for_the_one_that_comes_by_itself(hrv):
    follow_change()
    ask_for_report(trigger="manual")
    job = Job.objects.get()
    assert Job.objects.due().get() == job
    assert job.payload == {"trigger": "manual"}
