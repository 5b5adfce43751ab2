"""How the database is now: asked once for all who want to know, and waited for by nobody."""

import time
from threading import Event, Thread

import psycopg
import pytest
from django.db import InterfaceError, connection

from releases.serving import pulse, readiness
from releases.serving.holder import Holder
from releases.serving.pulse import AWAY, READ_ONLY, SLOW, Pulse, asked, troubles_of


def test_who_wants_to_know_is_not_kept_waiting():
    go = Event()
    found = Pulse(lambda: frozenset() if go.wait(10) else frozenset({AWAY}))
    start = time.monotonic()
    assert found.take(0.1) == {SLOW}
    assert time.monotonic() - start < 1
    go.set()
    assert found.take(5) == frozenset()


def test_many_who_want_to_know_ask_once():
    answers = iter([frozenset({READ_ONLY})])  # a second question would have none
    found = Pulse(lambda: next(answers))
    assert {found.take(5) for _ in range(10)} == {frozenset({READ_ONLY})}


def test_what_is_old_is_asked_anew(monkeypatch):
    monkeypatch.setattr(pulse, "YOUNG", 0.0)
    answers = iter([frozenset({READ_ONLY}), frozenset()])
    found = Pulse(lambda: next(answers))
    assert [found.take(5), found.take(5)] == [{READ_ONLY}, frozenset()]


def test_readiness_says_what_is_measured_and_since_when(monkeypatch):
    found = frozenset({READ_ONLY})
    holder = Holder(is_watched=True, answered=time.monotonic() + 60, shelf=object())  # type: ignore[arg-type]
    holder.pulse = Pulse(lambda: found)
    monkeypatch.setattr(pulse, "YOUNG", 0.0)
    status, said = readiness.readiness(holder)
    assert (status, said["status"]) == (200, "degraded")
    assert [one["what"] for one in said["degraded"]] == [READ_ONLY]
    assert "refused" in said["degraded"][0]["meaning"]
    found = frozenset()
    assert readiness.readiness(holder) == (200, {"status": "ready"})


@pytest.mark.postgres
def test_a_database_that_can_only_be_read_says_so(db):
    assert troubles_of(connection) == frozenset()
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
    assert troubles_of(connection) == {READ_ONLY}


@pytest.mark.postgres
def test_whoever_waits_for_a_lock_for_long_is_seen(db):
    settings = connection.settings_dict
    own = {"user": settings["USER"], "password": settings["PASSWORD"], "dbname": settings["NAME"]}
    address = own | {"host": settings["HOST"], "port": settings["PORT"] or 5432}
    with psycopg.connect(**address) as one, psycopg.connect(**address) as other:
        one.execute("LOCK TABLE telemetry_series")
        waiting = Thread(target=other.execute, args=("LOCK TABLE telemetry_series",))
        waiting.start()
        time.sleep(1.3)
        assert troubles_of(connection) == {SLOW}
        one.rollback()
        waiting.join()


@pytest.mark.postgres
def test_a_database_that_is_not_there_is_away(db, monkeypatch):
    def fails(*_):
        raise InterfaceError("away")

    monkeypatch.setattr(pulse, "troubles_of", fails)
    assert asked("default") == {AWAY}
