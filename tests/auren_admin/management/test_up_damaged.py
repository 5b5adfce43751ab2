"""`manage.py up` on a damaged database: it says what is wrong and what to do, and agents' polls go on."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError

from auren_admin.management.commands import up
from rest import storage

TOKEN = (
    "from bindings.models import ApiToken; token = ApiToken(name='poll', scopes=['registry:read']);"
    "print('secret', token.new_secret()); token.save();"
    "from releases.models import ServingRevision; ServingRevision.bump()"
)


@pytest.fixture
def site(tmp_path):
    """Runs `manage.py` with a database of its own; yields that and the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    unwanted = ("DATABASE_URL", "CELERY_BROKER_URL")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment |= {
        "PORT": str(port),
        "AUREN_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
    }
    started = []

    def manage(*words):
        process = subprocess.Popen(
            [sys.executable, "manage.py", *words],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield manage, port
    for process in started:
        process.terminate()  # not kill: its worker processes would live on
        process.communicate(timeout=20)


def ask(port, path, secret=""):
    """The status and the body, once anything answers; with a session, where there is no token."""
    headers = {"Authorization": f"Bearer {secret}"} if secret else {"Cookie": f"sessionid={'a' * 32}"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)  # noqa: S310
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            time.sleep(0.1)
    pytest.fail("nothing answers")


def garble(file):
    with file.open("r+b") as opened:
        opened.write(os.urandom(4096))


@pytest.mark.slow
def test_polls_go_on_and_everything_else_says_what_to_do(site, tmp_path):
    manage, port = site
    server = manage("up")
    ask(port, "/livez")
    text, _ = manage("shell", "-v", "0", "-c", TOKEN).communicate(timeout=60)
    secret = re.findall(r"secret (\S+)", text)[0]
    ask(port, "/livez")
    while ask(port, "/api/v1/registry", secret)[0] != 200:
        time.sleep(0.2)
    time.sleep(1)  # until the file has the token, too
    server.terminate()
    server.communicate(timeout=30)
    garble(tmp_path / "auren.sqlite3")
    again = manage("up")
    assert ask(port, "/api/v1/registry", secret)[0] == 200
    ready, said = ask(port, "/readyz")
    assert (ready, json.loads(said)["status"]) == (200, "degraded")
    assert "restore a backup" in said
    status, page = ask(port, "/admin/")
    assert (status, "The database is damaged" in page) == (503, True)
    status, problem = ask(port, "/api/v1/kpis/", secret)
    assert (status, json.loads(problem)["code"]) == (503, "database_damaged")
    again.terminate()
    text, _ = again.communicate(timeout=30)
    assert "restore a backup of the database" in text
    assert "Traceback" not in text.partition("is damaged")[0]


DAMAGED, FULL = DatabaseError("file is not a database"), OperationalError("database or disk is full")
for error, name in (DAMAGED, "SQLITE_NOTADB"), (FULL, "SQLITE_FULL"):
    error.__cause__ = Exception()
    vars(error.__cause__)["sqlite_errorname"] = name


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (DAMAGED, "file is not a database. Stop AUREN Admin, then restore a backup"),
        (FULL, "database or disk is full. Make room on the disk"),
    ],
)
@pytest.mark.django_db  # on PostgreSQL a start takes its turn there
def test_without_a_file_of_what_agents_poll_it_ends_in_words(monkeypatch, settings, tmp_path, error, words):
    def refuse(*args, **kwargs):
        raise error

    settings.SNAPSHOT_DIR = tmp_path
    monkeypatch.setattr(up, "call_command", refuse)
    with pytest.raises(CommandError, match=words):
        call_command("up", port=0)
    storage.forget_damage()


def test_a_command_says_what_to_do_too(tmp_path):
    (tmp_path / "auren.sqlite3").write_bytes(b"garbage!" * 1000)
    environment = os.environ | {
        "AUREN_DATA_DIR": str(tmp_path),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
    }
    command = [sys.executable, "manage.py", "migrate"]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert "restore a backup" in done.stderr
    assert "Traceback" not in done.stderr
