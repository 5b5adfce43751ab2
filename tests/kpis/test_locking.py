"""The lock of the working copy: who waits too long is told so at each door, and nothing is done by halves."""

from functools import partial

import pytest
from django.db import DatabaseError, OperationalError, connection

from kpis import locking
from kpis.locking import working_copy_lock
from kpis.models import Unit
from rest.handling import Busy
from tests.racing import browser, together
from tests.rest.calls import call, seen


class Refused(Exception):
    """As a driver says it."""

    def __init__(self, sqlstate):
        self.sqlstate = sqlstate


def refused(sqlstate, text="no"):
    error = OperationalError(text)
    error.__cause__ = Refused(sqlstate)
    return error


@pytest.mark.parametrize("sqlstate", ["55P03", "57014", "40P01", "40001"])
def test_whatever_others_hold_is_said_as_one_thing(sqlstate, db):
    with pytest.raises(Busy, match="Someone else"), working_copy_lock():
        raise refused(sqlstate)


def test_a_database_that_is_away_is_no_other_person(db):
    with pytest.raises(DatabaseError) as found, working_copy_lock():
        raise refused("08006")
    assert not isinstance(found.value, Busy)


def test_what_was_done_before_it_is_undone(db):
    @working_copy_lock()
    def work():
        Unit.objects.create(code="spoons")
        raise refused("40P01")

    pytest.raises(Busy, work)
    assert not Unit.objects.filter(code="spoons").exists()


def test_the_api_says_when_to_try_again(editor_client, registry, monkeypatch):
    _, etag = seen(editor_client, "units/hours/")
    monkeypatch.setattr("kpis.locking._take", partial(fail, "55P03"))
    answer = call(editor_client, "PATCH", "units/hours/", {"title": "x"}, if_match=etag)
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "busy", "5")
    assert "try again" in answer.json()["detail"]


def test_a_page_says_when_to_try_again(editor_client, registry, monkeypatch):
    unit = Unit.objects.get(code="hours")
    monkeypatch.setattr("kpis.locking._take", partial(fail, "55P03"))
    answer = editor_client.post(f"/admin/kpis/unit/{unit.pk}/change/", {})
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "go back in your browser" in answer.text


def fail(sqlstate):
    raise refused(sqlstate)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_ever(monkeypatch):
    monkeypatch.setattr(locking, "WAIT_SECONDS", 1)
    unit = Unit.objects.create(code="spoons")
    client = browser()
    with working_copy_lock():
        [answer] = together(partial(client.post, f"/admin/kpis/unit/{unit.pk}/change/", {}))
    assert answer.status_code == 503
    assert connection.in_atomic_block is False


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_the_wait_is_bounded_for_that_transaction_only():
    def asked():
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return cursor.fetchone()[0]

    before = asked()
    with working_copy_lock():
        assert asked() == f"{locking.WAIT_SECONDS}s"
    assert asked() == before
