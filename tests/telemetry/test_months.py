"""PostgreSQL's tables of months: made ahead, filled, dropped."""

import pytest
from django.db import connection, connections

from contracts.evaluation import micros
from telemetry import months
from telemetry.models import Observation
from tests.telemetry.samples import DAY, NOW, history, observation, told

pytestmark = pytest.mark.postgres


def count(table: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - ours
        return cursor.fetchone()[0]


def without(*names: str) -> None:
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TABLE telemetry_observation_{name}")


def test_months_are_there_once_the_tables_are(db):
    assert len(months.there()) >= 14


def test_an_observation_goes_to_its_month(contract):
    told(observation(50), observation(51, NOW - 30 * DAY))
    assert (count("telemetry_observation_2026_11"), count("telemetry_observation_2026_10")) == (1, 1)
    assert count(months.REST) == 0


def test_what_waited_for_its_month_moves_into_it_once_that_is_made(contract):
    without("2026_11")
    told(observation(50), observation(51, NOW - 30 * DAY))
    assert count(months.REST) == 1
    assert months.make(micros(NOW), 60) == 1
    assert (count(months.REST), count("telemetry_observation_2026_11")) == (0, 1)
    assert [value for _, value in history()] == [51, 50]
    assert months.make(micros(NOW), 60) == 0


def test_a_month_that_is_over_is_dropped_with_what_is_in_it(contract):
    told(observation(50), observation(51, NOW - 60 * DAY))
    before = micros(NOW - 40 * DAY)
    assert months.drop(before) >= 1
    assert all(month.until > before for month in months.there())
    assert Observation.objects.count() == 1


def test_where_somebody_else_holds_the_months_none_is_made_or_dropped_and_nothing_fails(db, monkeypatch):
    monkeypatch.setattr(months, "_PATIENCE", "20ms")
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [months._LOCK])
        assert months.drop(micros(NOW)) == 0
        without("2026_11")
        assert months.make(micros(NOW), 60) == 0
    finally:
        with other.cursor() as cursor:  # a pool would keep the session
            cursor.execute("SELECT pg_advisory_unlock(%s)", [months._LOCK])
        other.close()
    assert months.make(micros(NOW), 60) == 1


def test_the_same_moment_twice_is_refused_in_a_month_made_later(contract):
    without("2026_11")
    months.make(micros(NOW), 60)
    assert told(observation(50), observation(50))["results"] == ["accepted", "duplicate"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'telemetry_observation_2026_11'")
        assert cursor.fetchone()[0] == 1
