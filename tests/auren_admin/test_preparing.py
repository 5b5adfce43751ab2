"""Two nodes that are started at once bring the database up to date one after the other."""

import fcntl
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError
from django.db import connection

from auren_admin.preparing import alone

COMMAND = [sys.executable, "manage.py", "migrate", "--verbosity", "1"]


def migrating(environment):
    return subprocess.Popen(
        COMMAND, cwd=settings.BASE_DIR, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@pytest.fixture
def empty(tmp_path, request):
    """The environment of a node whose database is empty: a file, or one of this PostgreSQL's."""
    environment = dict(os.environ) | {
        "AUREN_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
    }
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        yield environment
        return
    request.getfixturevalue("django_db_blocker").unblock()
    name = f"two_at_once_{os.getpid()}"
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield environment | {"DATABASE_URL": os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"}
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.slow
def test_of_two_at_once_one_waits_and_then_has_nothing_to_do(empty):
    both = [migrating(empty), migrating(empty)]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("Applying telemetry.0001" in out for out, _ in said) == 1
    assert sum("No migrations to apply." in out for out, _ in said) == 1
    assert sum("waiting for it" in err for _, err in said) <= 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="there it is a lock of the session")
def test_who_waits_too_long_is_told_what_to_do(settings, tmp_path, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "auren.sqlite3"))
    settings.DATA_DIR = tmp_path
    said: list[str] = []
    with (tmp_path / "migrate.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="end it if not, and start again"):
            alone(said.append, patience=0.05).__enter__()
    assert said == ["Another process brings the database up to date; waiting for it."]


def test_who_has_the_lock_may_ask_again(db):
    said: list[str] = []
    with alone(said.append), alone(said.append):
        pass
    assert not said
