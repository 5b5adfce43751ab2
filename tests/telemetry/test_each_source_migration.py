"""Standings from before each source was judged by itself."""

import importlib

import pytest
from django.apps import apps
from django.db import connection

from telemetry.models import Standing, Transition
from tests.telemetry.samples import HOUR, NOW, observation, state, told

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("contract")]
migration = importlib.import_module("telemetry.migrations.0009_each_source")


def test_what_was_remembered_goes_on_with_the_source_that_spoke_last():
    told(observation(18, NOW - HOUR), observation(18, NOW - HOUR, user_id="u-2"))
    told(observation(60, NOW - 2 * HOUR, measurement_source="ring"))
    Standing.objects.update(source="", sources="", open_severity=0)
    Transition.objects.update(source="")
    migration.carry_over(apps, connection.schema_editor())
    rows = Standing.objects.order_by("subject__user_id").values_list(
        "source", "sources", "state", "open_severity"
    )
    assert list(rows) == [("band", "", 3, 3)] * 2
    assert set(Transition.objects.values_list("source", flat=True)) == {"band"}
    found = state(observation(60))
    assert (found["previous"], found["state"]) == ("critical", "normal")


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="tables are not made anew elsewhere")
def test_deletions_are_still_counted():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'telemetry_standing'"
        )
        assert cursor.fetchall() == [("telemetry_standing_gone",)]
