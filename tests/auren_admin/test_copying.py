"""From SQLite to PostgreSQL: everything is there afterwards, and the same to whoever looks."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

pytestmark = pytest.mark.postgres
SITE = "from tests.auren_admin.copied_site import *; "


def manage(environment, *command):
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=settings.BASE_DIR, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def both(tmp_path, django_db_blocker):
    """The environments of a site on SQLite, and of one on an empty database of PostgreSQL."""
    common = dict(os.environ) | {
        "AUREN_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
        "AUREN_SUBJECT_LABEL": "plain",
        "AUREN_RETENTION_DAYS": "800",
    }
    url, name = os.environ["DATABASE_URL"].rpartition("/")[0], f"copied_{os.getpid()}"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield common | {"DATABASE_URL": ""}, common | {"DATABASE_URL": f"{url}/{name}"}
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_everything_is_there_and_the_same_to_whoever_looks(both):
    old, new = both
    for environment in both:
        manage(environment, "migrate", "--verbosity", "0")
    lines = manage(old, "shell", "-v", "0", "-c", f"{SITE}fill()").splitlines()
    tokens = dict(line.split() for line in lines if line.count(" ") == 1)
    said = manage(old, "copy_database", "--no-input", "--to", new["DATABASE_URL"])
    assert "telemetry.Observation: " in said
    assert "the same in both" in said
    before, after = (
        json.loads(manage(one, "shell", "-v", "0", "-c", f"{SITE}told({tokens})")) for one in both
    )
    assert [name for name in before if before[name] != after[name]] == []
    assert {answer[0] for path, answer in before.items() if path.startswith("/")} == {200}
    assert 'auren_hrv_rmssd_ms{agent="NEUROS"' in "".join(before["/metrics/kpis"][2])
    with pytest.raises(AssertionError, match="not empty"):
        manage(old, "copy_database", "--no-input", "--to", new["DATABASE_URL"])


def test_a_database_without_tables_is_refused_and_what_to_do_said(both):
    old, new = both
    manage(old, "migrate", "--verbosity", "0")
    with pytest.raises(AssertionError, match="run DATABASE_URL=… manage.py migrate first"):
        manage(old, "copy_database", "--no-input", "--to", new["DATABASE_URL"])


@pytest.mark.django_db
def test_it_copies_from_sqlite_alone(both):
    with pytest.raises(CommandError, match="from SQLite to PostgreSQL"):
        call_command("copy_database", no_input=True, to=both[1]["DATABASE_URL"])


@pytest.mark.parametrize("url", ["sqlite:///x", "nonsense"])
def test_another_kind_of_address_is_refused(url):
    with pytest.raises(CommandError, match="--to"):
        call_command("copy_database", no_input=True, to=url)
