"""The program that reads files: what it finds, what it leaves alone, what stays of it."""

import json
import os
import sqlite3
import stat
import subprocess
import sys

import pytest

from telemetry.residue_scan import reader

WHO = "marked-person-7"


@pytest.fixture
def database(tmp_path):
    """In which somebody was deleted as SQLite does by itself: the bytes are still there."""
    path = tmp_path / "auren.sqlite3"
    one = sqlite3.connect(path, isolation_level=None)
    one.execute("PRAGMA journal_mode = WAL")
    one.execute("PRAGMA secure_delete = OFF")
    one.execute("CREATE TABLE t (who)")
    one.executemany("INSERT INTO t VALUES (?)", [(WHO,), ("somebody-else",)])
    one.execute("DELETE FROM t WHERE who = ?", [WHO])
    yield path
    one.close()


def asked(folder, own="", database=""):
    question = {"words": [WHO], "alone": WHO, "names": True, "folder": str(folder)}
    return reader.read(question | {"own": str(own), "database": str(database)})


def test_the_pages_of_a_database_are_searched_where_nothing_is_stored_too(database, tmp_path):
    assert asked(tmp_path, database, database) == {"files": 1, "found": ["auren.sqlite3"], "unread": []}


def test_files_of_a_database_in_use_are_left_alone_whatever_they_are_called(database, tmp_path):
    (tmp_path / "another-name").symlink_to(database)
    assert asked(tmp_path, database)["files"] == 0


def test_nobody_else_may_read_the_copy_and_nothing_stays_of_it(database, tmp_path):
    before = sorted(os.listdir(tmp_path))
    with reader.copied(str(database)) as file:
        status = os.fstat(file.fileno())
        assert (stat.S_IMODE(status.st_mode), status.st_nlink) == (0o600, 0)
        assert sorted(os.listdir(tmp_path)) == before
    assert sorted(os.listdir(tmp_path)) == before


def test_what_cannot_be_read_is_said(tmp_path):
    (tmp_path / "auren.sqlite3").write_bytes(b"no database" * 1000)
    found = asked(tmp_path, *[tmp_path / "auren.sqlite3"] * 2)
    assert found["unread"] == ["auren.sqlite3 (file is not a database)"]


def test_a_name_of_a_file_tells_too(tmp_path):
    (tmp_path / f"export-of {WHO}.csv").write_text("18")
    assert asked(tmp_path)["found"] == ["the name of a file"]


def test_it_runs_alone(tmp_path):
    (tmp_path / "export.csv").write_text("x" * (reader.CHUNK - 5) + f" {WHO} ")
    question = {
        "words": [WHO],
        "alone": WHO,
        "names": False,
        "folder": str(tmp_path),
        "own": "",
        "database": "",
    }
    command = [sys.executable, "-I", reader.__file__]
    ran = subprocess.run(command, input=json.dumps(question), capture_output=True, text=True, check=True)
    assert json.loads(ran.stdout) == {"files": 1, "found": ["export.csv"], "unread": []}
