"""The working copy is judged once, however often somebody asks, and again as soon as anything of it is written."""

from datetime import date, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from bindings.models import Agent, Waiver
from kpis.models import KPI, RegistrySettings, Threshold, Unit
from releases import services
from releases.apps import watch_tables
from releases.models import PreparedCopy, WorkingCopyMark
from releases.models.working_copy import TABLES
from releases.services import planning
from tests.releases.samples import edit, publish

pytestmark = pytest.mark.django_db


def refuse(*progress, **seen):
    raise AssertionError("It was judged again.")


@pytest.fixture
def never_judged(monkeypatch):
    monkeypatch.setattr(planning, "judge_all", refuse)


WRITES = {
    "a KPI": lambda: KPI.objects.update(title="Other"),
    "a threshold": lambda: Threshold.objects.update(condition="< 1"),
    "a unit": lambda: Unit.objects.create(code="laps", title="Laps"),
    "settings": lambda: RegistrySettings.objects.update(version="9"),
    "an agent": lambda: Agent.objects.update(role="Other"),
    "a waiver": lambda: Waiver.objects.create(
        rule="KPI011", subject_kind="registry", reason="Known.", owner="me", expires=date(2030, 1, 1)
    ),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_whatever_is_written_changes_the_mark(first, write):
    before = WorkingCopyMark.current()
    write()
    assert WorkingCopyMark.current() != before


def test_each_table_of_the_working_copy_is_watched(db):
    known = {
        model._meta.db_table
        for app in ("kpis", "bindings")
        for model in apps.get_app_config(app).get_models()
    }
    apart = {
        "kpis_revision", "kpis_keptlogentry", "kpis_upload", "bindings_agentidentity", "bindings_apitoken",
        "bindings_tokenrevision", "bindings_validationreport", "kpis_seenfiles",
    }  # fmt: skip
    assert known - apart == set(TABLES)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite loses triggers with a table")
def test_a_trigger_that_was_lost_is_back_after_the_next_migration(first):
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER changes_working_copy_kpis_kpi_update")
    watch_tables(apps.get_app_config("releases"), using="default")
    before = WorkingCopyMark.current()
    KPI.objects.update(title="Other")
    assert WorkingCopyMark.current() != before


def test_what_was_planned_is_published_without_being_judged_again(first, request):
    edit("< 25")
    plan = services.plan_publish()
    request.getfixturevalue("never_judged")
    assert services.plan_publish().digest == plan.digest
    assert publish(digest=plan.digest).created


def test_where_nothing_is_new_nothing_is_read(first, never_judged, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        done = publish()
    assert (done.release, done.created, done.moved) == (first, False, False)


def test_an_edit_and_its_opposite_are_nothing_new(first):
    edit("< 25")
    edit("< 20")
    assert not publish().created


@pytest.mark.parametrize("what", ["day", "code"])
def test_on_another_day_and_by_other_code_it_is_judged_again(first, what, monkeypatch):
    services.plan_publish()
    value = timezone.localdate() - timedelta(days=1) if what == "day" else "other"
    PreparedCopy.objects.update(**{what: value})
    assert not planning.is_prepared()
    services.plan_publish()
    assert planning.is_prepared()
