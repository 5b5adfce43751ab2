"""What `/readyz` says where the database is damaged."""

import os

import pytest
from django.db import DatabaseError, connections

from releases.serving.assembly import watchers_alias
from releases.serving.holder import Holder
from releases.serving.readiness import readiness
from releases.serving.snapshot import Snapshot
from releases.serving.watcher import Watcher
from rest import storage
from rest.storage import failure_of
from tests.releases.serving.conftest import Site


@pytest.fixture
def damage():
    """The database is damaged, as a request found out."""

    def found():
        error, cause = DatabaseError("database disk image is malformed"), Exception()
        vars(cause)["sqlite_errorname"] = "SQLITE_CORRUPT"
        error.__cause__ = cause
        failure_of(error)

    yield found
    storage.forget_damage()


def test_what_a_request_found_out_is_told_and_what_to_do(site: Site, damage):
    site.holder.is_watched = True
    assert readiness(site.holder) == (200, {"status": "ready"})
    damage()
    status, said = readiness(site.holder)
    assert (status, said["status"], said["degraded"][0]["what"]) == (200, "degraded", "damage")
    assert "restore a backup" in said["degraded"][0]["meaning"]


def test_where_nothing_can_be_served_it_is_not_ready(damage, db):
    damage()
    for holder in (Holder(is_watched=True), Holder(is_watched=False)):
        status, said = readiness(holder)
        assert (status, said["status"]) == (503, "not ready")
        assert "damage" in [one["what"] for one in said["degraded"]]


@pytest.fixture
def file(tmp_path, settings):
    """The watcher's connection leads to a file of its own."""
    alias = watchers_alias()
    name = tmp_path / "auren.sqlite3"
    connections.settings[alias] |= {"ENGINE": "django.db.backends.sqlite3", "NAME": str(name), "OPTIONS": {}}
    connections.settings[alias] |= {"CONN_MAX_AGE": 0, "AUTOCOMMIT": True, "TIME_ZONE": None}
    yield alias, name
    connections[alias].close()
    del connections[alias]
    del connections.settings[alias]
    storage.forget_damage()


def test_a_file_that_is_written_over_is_noticed_by_whoever_watches_it(file, tmp_path, django_db_blocker):
    alias, name = file
    with django_db_blocker.unblock():
        with connections[alias].cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute(
                "CREATE TABLE releases_servingrevision (id integer, revision integer, "
                "approval_required boolean)"
            )
            cursor.execute("CREATE TABLE bindings_tokenrevision (id integer, revision integer)")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with name.open("r+b") as opened:
            opened.write(os.urandom(4096))
        Watcher(Holder(), using=alias, snapshot=Snapshot(tmp_path, "test")).look()
    assert storage.damaged_since()
