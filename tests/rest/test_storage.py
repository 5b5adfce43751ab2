"""A disk that is full and a database that is damaged are told in words, whoever met them."""

import errno
import sqlite3

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError, IntegrityError, OperationalError
from django.test import Client

from kpis.api.views import KPIResource
from rest import storage
from rest.storage import Failure, failure_of
from tests.kpis.conftest import registry  # noqa: F401 - a fixture
from tests.rest.calls import call


@pytest.fixture(autouse=True)
def undamaged():
    yield
    storage.forget_damage()


def raised(kind, **about):
    """Django's error as the driver's makes it."""
    error, cause = kind("it failed"), Exception("it failed")
    for name, value in about.items():
        setattr(cause, name, value)
    error.__cause__ = cause
    return error


FULL = raised(OperationalError, sqlite_errorname="SQLITE_FULL")
DAMAGED = raised(DatabaseError, sqlite_errorname="SQLITE_CORRUPT")


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (FULL, Failure.FULL),
        (raised(OperationalError, sqlstate="53100"), Failure.FULL),
        (OSError(errno.ENOSPC, "No space left on device"), Failure.FULL),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), Failure.FULL),
        (DAMAGED, Failure.DAMAGED),
        (raised(DatabaseError, sqlite_errorname="SQLITE_NOTADB"), Failure.DAMAGED),
        (raised(DatabaseError, sqlite_errorname="SQLITE_CORRUPT_INDEX"), Failure.DAMAGED),
        (raised(DatabaseError, sqlstate="XX001"), Failure.DAMAGED),
        (raised(OperationalError, sqlite_errorname="SQLITE_BUSY"), None),
        (raised(IntegrityError, sqlstate="23505"), None),
        (OSError(errno.EACCES, "Permission denied"), None),
        (ValueError("no"), None),
    ],
)
def test_a_failure_is_known_by_its_error(error, failure):
    assert failure_of(error) is failure


def test_sqlite_itself_says_it_so(tmp_path):
    (tmp_path / "none").write_bytes(b"garbage" * 1000)
    with pytest.raises(sqlite3.DatabaseError) as raised:
        sqlite3.connect(tmp_path / "none").execute("SELECT * FROM sqlite_master")
    error = DatabaseError()
    error.__cause__ = raised.value
    assert failure_of(error) is Failure.DAMAGED


@pytest.mark.parametrize(
    ("error", "status", "code"), [(FULL, 507, "disk_full"), (DAMAGED, 503, "database_damaged")]
)
def test_the_api_says_so(editor_client, monkeypatch, error, status, code):
    monkeypatch.setattr(KPIResource, "get_queryset", lambda self: (_ for _ in ()).throw(error))
    answer = call(editor_client, "GET", "kpis/")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer["Retry-After"] == "30"


@pytest.mark.parametrize(
    ("error", "status", "words"), [(FULL, 507, "disk is full"), (DAMAGED, 503, "is damaged")]
)
def test_a_sign_in_that_cannot_be_stored_is_a_page_in_words(editor, monkeypatch, error, status, words):
    monkeypatch.setattr(SessionStore, "save", lambda *args, **kwargs: (_ for _ in ()).throw(error))
    client = Client(raise_request_exception=False)
    editor.set_password("hush")
    editor.save()
    answer = client.post("/admin/login/", {"username": editor.get_username(), "password": "hush"})
    assert answer.status_code == status
    assert words in answer.text
    assert answer["Retry-After"] == "30"


def test_a_database_that_is_away_is_a_page_in_words(editor_client, monkeypatch):
    editor_client.raise_request_exception = False
    monkeypatch.setattr(
        "kpis.models.KPI.objects.get_queryset", lambda: (_ for _ in ()).throw(OperationalError("away"))
    )
    answer = editor_client.get("/admin/kpis/kpi/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Not available at the moment" in answer.text
