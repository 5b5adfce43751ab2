"""Actions on what is ticked: any number of rows, at once or in the background."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from jobs.models import Job, from_now
from jobs.runner import run_due
from kpis import bulk
from kpis.models import KPI, Revision, Threshold, Unit
from tests.conftest import signed_in
from tests.kpis.conftest import make

LIST = "/admin/kpis/kpi/"


@pytest.fixture
def root(db):
    return signed_in(User.objects.create_superuser("root"))


def many(count):
    unit = Unit.objects.get(code="milliseconds")
    rows = KPI.objects.bulk_create(
        KPI(name=f"hrv_{n}", unit=unit, prometheus_metric=f"auren_hrv_{n}_ms", position=n)
        for n in range(count)
    )
    Threshold.objects.bulk_create(
        Threshold(kpi=kpi, severity="critical", condition="< 20", action="rest_now") for kpi in rows
    )


def across(action, **more):
    """What a list sends once all of its rows are chosen by the link above it."""
    first = KPI.objects.values_list("pk", flat=True)[0]
    return {"action": action, "select_across": "1", "_selected_action": [first]} | more


def confirmed(client, data):
    page = client.post(LIST, data | {"index": "0"})
    assert page.status_code == 200
    inputs = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
    return page, inputs


@pytest.mark.slow
def test_ten_thousand_are_deleted_with_a_form_of_a_few_fields(root, registry):
    many(10_050)
    page, inputs = confirmed(root, across("delete_selected"))
    assert "All 10050 will be deleted. The first 100 of them:" in page.text
    assert len(page.content) < 60_000
    assert len(re.findall("<input", page.text)) < 20
    answer = root.post(LIST, inputs)
    assert answer.status_code == 302
    assert "Waiting for a worker" in root.get(answer["Location"]).text
    run_due()
    assert "10050 deleted" in root.get(answer["Location"]).text
    assert not KPI.objects.exists()
    assert Revision.objects.filter(document__isnull=True).count() == 10_050


def test_more_than_fit_into_one_request_are_changed_in_parts(root, registry, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    monkeypatch.setattr("kpis.admin.bulk.AT_ONCE", 2)
    many(5)
    KPI.objects.filter(name="hrv_1").update(prometheus_metric="hrv_1_total")
    answer = root.post(LIST, across("deprecate", index="0"))
    run_due()
    page = root.get(answer["Location"]).text
    assert "4 now deprecated" in page
    assert "1 could not be" in page
    assert "hrv_1: " in page
    assert KPI.objects.filter(status="deprecated").count() == 4


def test_its_page_does_not_speak_of_what_is_not_done_yet(root, registry):
    many(2)
    ids = list(KPI.objects.values_list("pk", flat=True))
    job = bulk.start(name="kpi.delete", ids=ids, author=User.objects.get(username="root"))
    Job.objects.filter(pk=job.pk).update(
        state="running", done=1, total=2, lease_until=from_now(timedelta(hours=1))
    )
    page = root.get(f"{LIST}bulk/{job.pk}/").text
    assert "So far: 1 of 2" in page
    assert "deleted" not in page


def test_one_that_is_the_successor_of_a_later_part_goes_as_well(root, registry, monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 1)
    many(3)
    first = KPI.objects.get(name="hrv_0")
    KPI.objects.exclude(pk=first.pk).update(successor=first)
    ids = list(KPI.objects.values_list("pk", flat=True))
    bulk.start(name="kpi.delete", ids=ids, author=User.objects.get(username="root"))
    run_due()
    assert Job.objects.get().result == {"changed": 3, "refused": 0, "reasons": []}


def test_what_others_use_is_named_and_stays(root, registry):
    many(3)
    first, second, third = KPI.objects.all()
    KPI.objects.filter(pk=third.pk).update(successor=first)
    ids = [first.pk, second.pk]
    job = bulk.start(name="kpi.delete", ids=ids, author=User.objects.get(username="root"))
    run_due()
    job.refresh_from_db()
    assert job.result == {"changed": 1, "refused": 1, "reasons": ["It is still used by hrv_2."]}


def test_whoever_may_not_any_more_changes_nothing(hrv, editor):
    job = bulk.start(name="kpi.delete", ids=[hrv.pk], author=editor)
    editor.user_permissions.clear()
    editor.groups.clear()
    run_due()
    job.refresh_from_db()
    assert (job.state, KPI.objects.count()) == ("failed", 1)


def test_a_list_that_changed_after_it_was_shown_is_asked_about_again(root, registry):
    many(3)
    _, inputs = confirmed(root, across("delete_selected"))
    make(name="one_more", prometheus_metric="auren_one_more_ms")
    assert root.post(LIST, inputs).status_code == 200
    assert KPI.objects.count() == 4


def test_many_are_judged_by_one_view_of_the_registry(root, registry, django_assert_max_num_queries):
    many(40)
    with django_assert_max_num_queries(40):
        answer = root.post(LIST, across("deprecate", index="0"))
    assert answer.status_code == 302
    assert KPI.objects.filter(status="deprecated").count() == 40


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"data": {f"f{n}": "1" for n in range(10_001)}}, "more than 10,000 fields"),
        ({"data": {"a": "1"}, "headers": {"host": "elsewhere.example"}}, "not known by the host name"),
    ],
    ids=["fields", "host"],
)
def test_a_400_says_what_was_wrong(root, how, said):
    page = root.post(LIST, **how)
    assert page.status_code == 400
    assert said in page.text
    assert ("AUREN_ALLOWED_HOSTS" in page.text) is ("host" in said)
