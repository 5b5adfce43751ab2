"""Finding what changed, and who is called how."""

import threading

import pytest
from django.db import connection, transaction

from telemetry import cursors
from telemetry.models import Series, Standing
from telemetry.subjects import label, pseudonym
from tests.telemetry.samples import HOUR, MINUTE, NOW, observation, publish_with_settings, told


@pytest.fixture
def known(contract):
    told(observation(50, user_id="a"), observation(50, user_id="b"))


def changed(cursor):
    series, following = cursors.changed_since(Series.objects.order_by("pk"), cursor)
    return [one.subject.user_id for one in series.select_related("subject")], following


def values(cursor):
    series, following = cursors.changed_since(Series.objects.all(), cursor)
    return dict(series.values_list("subject__user_id", "value")), following


@pytest.mark.django_db
@pytest.mark.usefixtures("known")
def test_the_first_look_finds_all():
    assert changed(cursors.START)[0] == ["a", "b"]


@pytest.mark.django_db
@pytest.mark.usefixtures("known")
def test_a_late_value_changes_no_series():
    before = list(Series.objects.order_by("pk").values_list("changed", flat=True))
    told(observation(50, NOW - HOUR, user_id="a"))
    assert list(Series.objects.order_by("pk").values_list("changed", flat=True)) == before


@pytest.mark.django_db
@pytest.mark.usefixtures("known")
def test_only_another_state_changes_a_standing():
    before = Standing.objects.get(subject__user_id="a").changed
    told(observation(51, NOW + MINUTE, user_id="a"))
    assert Standing.objects.get(subject__user_id="a").changed == before
    told(observation(18, NOW + 2 * MINUTE, user_id="a"))
    assert Standing.objects.get(subject__user_id="a").changed >= before
    assert Standing.objects.get(subject__user_id="a").state == 3


@pytest.mark.django_db
@pytest.mark.usefixtures("known")
@pytest.mark.skipif(connection.vendor != "sqlite", reason="a test's transaction is open there all the time")
def test_what_was_seen_is_not_told_again_on_sqlite():
    _, cursor = changed(cursors.START)
    assert changed(cursor)[0] == []
    told(observation(51, NOW + MINUTE, user_id="b"))
    found, cursor = changed(cursor)
    assert found == ["b"]
    assert changed(cursor)[0] == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_commit_that_was_still_under_way_is_not_missed():
    publish_with_settings()
    told(observation(50, user_id="slow", kpi="hrv_patient"), observation(50, user_id="quick"))
    _, cursor = values(cursors.START)
    reported, looked = threading.Event(), threading.Event()

    def slow():  # another KPI: those of the same one wait for each other's counts
        try:
            with transaction.atomic():
                told(observation(51, NOW + MINUTE, user_id="slow", kpi="hrv_patient"))
                reported.set()
                looked.wait(10)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    reported.wait(10)
    told(observation(51, NOW + MINUTE, user_id="quick"))
    found, cursor = values(cursor)
    assert found["quick"] == 51
    assert found.get("slow") != 51
    looked.set()
    thread.join()
    assert values(cursor)[0]["slow"] == 51


def test_people_are_called_as_the_setting_says(settings):
    settings.SUBJECT_LABEL = "plain"
    assert label("anna") == "anna"
    settings.SUBJECT_LABEL = "off"
    assert label("anna") == ""
    settings.SUBJECT_LABEL = "pseudonym"
    assert label("anna") == pseudonym("anna") != pseudonym("bert")
    assert len(label("anna")) == 16
    assert "anna" not in label("anna")


def test_another_pepper_calls_people_otherwise(settings):
    before = pseudonym("anna")
    settings.TOKEN_PEPPER = "other" * 10
    assert pseudonym("anna") != before
