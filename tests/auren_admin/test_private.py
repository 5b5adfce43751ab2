"""What is kept is for its owner alone."""

import os
import stat
import subprocess
import sys

import pytest
from django.conf import settings

from auren_admin.environment import SettingError, development_key
from auren_admin.private import tighten


def mode(path):
    return stat.S_IMODE(path.lstat().st_mode)


def manage(folder, *words, umask=0o022):
    environment = os.environ | {
        "AUREN_DATA_DIR": str(folder),
        "AUREN_SECRET_KEY": "",
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
    }
    command = [sys.executable, "manage.py", *words]
    subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True, umask=umask)


def test_whatever_a_first_start_makes_is_for_its_owner_alone(tmp_path):
    folder = tmp_path / "var"
    code = "from django.db import connection as c; c.cursor().execute('CREATE TABLE t (a)'); import auren_admin.celery"
    code += "; import os; print(sorted(os.listdir(os.environ['AUREN_DATA_DIR'])))"
    manage(folder, "shell", "-v", "0", "-c", code, umask=0)
    made = {path.name: mode(path) for path in folder.iterdir()}
    assert mode(folder) == 0o700
    assert {name: bits for name, bits in made.items() if bits & 0o077} == {}
    assert {"auren.sqlite3", "secret_key", "wake-ups"} <= set(made)


@pytest.fixture
def older(tmp_path):
    """What an earlier version left, for everybody to read."""
    folder = tmp_path / "var"
    (folder / "snapshots").mkdir(parents=True)
    (folder / "static").mkdir()
    for name in ("auren.sqlite3", "auren.sqlite3-wal", "secret_key", "snapshots/stock", "static/page.css"):
        (folder / name).write_text("x")
        (folder / name).chmod(0o644)
    folder.chmod(0o755)
    (folder / "snapshots").chmod(0o755)
    return folder


def test_what_an_earlier_version_left_is_tightened_with_a_word(older, caplog):
    tighten(older, older / "auren.sqlite3")
    for name in ("", "snapshots"):
        assert mode(older / name) == 0o700
    for name in ("auren.sqlite3", "auren.sqlite3-wal", "secret_key", "snapshots/stock"):
        assert mode(older / name) == 0o600
    assert mode(older / "static/page.css") == 0o644
    assert f"{older} (was 755)" in caplog.text
    caplog.clear()
    tighten(older, older / "auren.sqlite3")
    assert caplog.text == ""


def test_a_folder_that_holds_something_else_is_left_and_that_is_said(older, caplog):
    (older / "letters").mkdir(mode=0o755)
    tighten(older, older / "auren.sqlite3")
    assert (mode(older), mode(older / "letters")) == (0o755, 0o755)
    assert mode(older / "auren.sqlite3") == 0o600
    assert "It holds more than what is ours" in caplog.text


def test_a_database_elsewhere_is_tightened_and_nothing_beside_it(older, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    for name in ("mine.db", "mine.db-shm", "letter"):
        (elsewhere / name).touch(0o644)
    tighten(older, elsewhere / "mine.db")
    assert [mode(elsewhere / name) for name in ("mine.db", "mine.db-shm", "letter", "")] == [
        0o600,
        0o600,
        0o644,
        0o755,
    ]


def test_no_link_is_followed(older, tmp_path):
    target = tmp_path / "letter"
    target.touch(0o644)
    (older / "secret_key").unlink()
    (older / "secret_key").symlink_to(target)
    tighten(older, None)
    assert mode(target) == 0o644


def test_a_key_that_finds_no_room_is_said_in_words(tmp_path, monkeypatch):
    def full(path, text):
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("auren_admin.environment.write_private", full)
    with pytest.raises(SettingError, match="AUREN_SECRET_KEY.*No space left"):
        development_key(tmp_path / "secret_key")
    assert list(tmp_path.iterdir()) == []
