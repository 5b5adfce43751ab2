"""`manage.py up`: what the first start does, what the next ones leave alone, and how it stops."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import OperationalError

from auren_admin.management.commands import up
from bindings.models import Agent, HandOff
from kpis.models import KPI
from releases.models import Release

pytestmark = pytest.mark.django_db


@pytest.fixture
def start(monkeypatch):
    """Run the command without a server or its companions, and return what a person sees."""
    monkeypatch.setattr(up, "COMPANIONS", ())
    monkeypatch.setattr(up, "serve", lambda host, port, on_listening: on_listening())

    def start(**options):
        out = StringIO()
        call_command("up", stdout=out, port=0, **options)
        return out.getvalue()

    return start


def password_in(text):
    found = re.search(r"with the password (\S+)", text)
    return found.group(1) if found else ""


def test_the_first_start_loads_the_examples_and_makes_an_admin(start):
    text = start()
    admin = get_user_model().objects.get()
    assert KPI.objects.count() == 19
    assert admin.is_superuser
    assert admin.check_password(password_in(text))
    assert "changepassword admin" in text


def test_the_first_start_publishes_the_examples_as_release_1(start):
    start()
    release = Release.objects.get()
    assert (release.number, release.count("kpis"), release.count("error")) == (1, 19, 0)
    assert [channel.name for channel in release.channels.all()] == ["production"]
    start()
    assert Release.objects.count() == 1


def test_the_password_is_shown_once_and_kept_nowhere_in_clear(start):
    password = password_in(start())
    again = start()
    assert password_in(again) == ""
    assert password not in again
    assert password not in get_user_model().objects.get().password


def test_the_next_start_changes_nothing(start):
    start()
    before = get_user_model().objects.get().password
    start()
    assert KPI.objects.count() == 19
    assert get_user_model().objects.get().password == before


def test_examples_someone_deleted_do_not_come_back(start):
    start()
    kpis = KPI.objects.all()
    LogEntry.objects.log_actions(get_user_model().objects.get().pk, kpis[:1], action_flag=3)
    HandOff.objects.all().delete()
    Agent.objects.all().delete()
    kpis.delete()
    start()
    assert not kpis.exists()


def test_an_existing_admin_is_left_alone(start):
    get_user_model().objects.create_superuser("ann", password="her own")
    assert "Sign in" not in start()
    assert get_user_model().objects.get().username == "ann"


def test_production_makes_no_account_and_loads_no_examples_but_says_how(start, settings, tmp_path):
    settings.PRODUCTION = True
    (tmp_path / "staticfiles.json").touch()
    settings.STATIC_ROOT = tmp_path
    text = start()
    assert "createsuperuser" in text
    assert "registry import PATH" in text
    assert not get_user_model().objects.exists()
    assert not KPI.objects.exists()


def test_a_port_in_use_is_said_in_words(start):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(CommandError, match=f"Port {port} on 127.0.0.1 is in use"):
            call_command("up", port=port)


def test_a_host_that_cannot_be_listened_on_is_said_in_words():
    with pytest.raises(CommandError, match="Cannot listen on 192.0.2.1"):
        call_command("up", host="192.0.2.1", port=0)


@pytest.fixture
def running(tmp_path):
    """The real command in a process of its own, with an empty database. Yields it and its address."""
    with process_of("up", folder=tmp_path) as process:
        yield process


@pytest.fixture
def running_demo(tmp_path):
    """The same with made-up people."""
    with process_of("demo", "--users", "2", "--days", "2", folder=tmp_path) as process:
        yield process


@contextlib.contextmanager
def process_of(*words, folder):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    unwanted = ("DATABASE_URL", "CELERY_BROKER_URL")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment |= {
        "PORT": str(port),
        "AUREN_DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
    }
    command = [sys.executable, "manage.py", *words]
    with subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield process, f"http://127.0.0.1:{port}"
        process.terminate()  # not kill: its worker processes would live on


def fetch(process, url):
    """The page at an address, once the process answers."""
    deadline = time.monotonic() + 30
    while process.poll() is None:
        try:
            return urllib.request.urlopen(url, timeout=5).read().decode()  # noqa: S310
        except urllib.error.URLError:
            assert time.monotonic() < deadline, f"nothing answers at {url}"
            time.sleep(0.05)
    pytest.fail(f"it stopped: {process.stdout.read()}")


@pytest.mark.slow
def test_it_serves_pages_and_stops_cleanly(running):
    process, address = running
    assert fetch(process, f"{address}/livez") == "ok\n"
    assert "AUREN Admin" in fetch(process, f"{address}/admin/")
    process.send_signal(signal.SIGINT)
    text, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "AUREN Admin is running." in text
    assert text.endswith("Stopped.\n")


@pytest.mark.parametrize("moment", ["prepare", "serve"])
def test_sigterm_ends_it_cleanly_before_it_serves_too(start, monkeypatch, moment):
    def terminated(*args, **options):
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(up if moment == "serve" else up.Command, moment, terminated)
    assert start().endswith("Stopped.\n")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_pages_for_https_alone_are_opened_at_the_proxy(start, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["admin.example.org", "localhost"]
    text = start()
    assert "Open     https://admin.example.org/\n" in text
    assert "http://" not in text
    assert "docs/proxy.md" in text
    settings.ALLOWED_HOSTS = [".example.org"]
    assert "Open     https://….example.org/\n" in start()


@pytest.mark.slow
def test_a_demo_that_is_told_to_stop_stops_without_a_word_more(running_demo):
    process, address = running_demo
    fetch(process, f"{address}/livez")
    wait_until(lambda: "simulate" in commands_beside(process))
    process.terminate()
    text, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert text.endswith("Stopped.\n")
    assert "Traceback" not in text
    assert commands_beside(process) == set()


def commands_beside(process):
    """What runs beside it, of those that it started."""
    found = set()
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = line.read_text().split("\0")
            if "--parent" in words and words[words.index("--parent") + 1] == str(process.pid):
                found.add(words[2])
    return found


def companions_of(process):
    """The processes it started, by their command."""
    found = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            words = (status.parent / "cmdline").read_text().split("\0")
            if "--parent" in words and words[words.index("--parent") + 1] == str(process.pid):
                found[words[words.index("--parent") - 1]] = int(status.parent.name)
    return found


@pytest.mark.skipif(
    not Path("/proc/self/cmdline").exists(), reason="looks for processes where Linux has them"
)
@pytest.mark.slow
def test_a_worker_and_a_schedule_run_beside_it_are_replaced_and_end_with_it(running):
    process, address = running
    fetch(process, f"{address}/livez")
    first = companions_of(process)
    assert set(first) == {"worker", "schedule"}
    os.kill(first["worker"], signal.SIGKILL)
    wait_until(lambda: companions_of(process).get("worker") not in (None, first["worker"]))
    process.terminate()
    text, _ = process.communicate(timeout=20)
    assert "The worker was killed by signal 9. It is started again in 1 s." in text
    assert text.endswith("Stopped.\n")
    assert process.returncode == 0
    assert companions_of(process) == {}


@pytest.mark.skipif(
    not Path("/proc/self/cmdline").exists(), reason="looks for processes where Linux has them"
)
@pytest.mark.slow
def test_they_end_when_it_is_killed(running):
    process, address = running
    fetch(process, f"{address}/livez")
    started = companions_of(process)
    servers = set(children_of(process)) - set(started.values())
    process.kill()
    process.wait()
    wait_until(lambda: not any(map(alive, started.values())))
    for pid in servers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def wait_until(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def alive(pid):
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def children_of(process):
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in children.read_text().split()]


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("0.0.0.0", "localhost"),
        ("::", "localhost"),
        ("::1", "[::1]"),
        ("box", "box"),
    ],
)
def test_the_address_shown_is_one_a_browser_can_open(host, shown):
    assert up.reachable(host) == shown


def test_a_database_that_does_not_answer_is_said_in_words(start, monkeypatch):
    def no_answer(*args, **kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr(up, "call_command", no_answer)
    with pytest.raises(CommandError, match="The database cannot be used: connection refused"):
        start()
