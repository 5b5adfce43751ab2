"""The processes beside the web server."""

import os
import subprocess
import sys
import time

import pytest

from auren_admin import processes


@pytest.mark.parametrize(
    ("code", "words"),
    [(-9, "was killed by signal 9"), (3, "ended with exit code 3"), (0, "ended with exit code 0")],
)
def test_an_end_is_told_in_words(code, words):
    assert processes.ending(code) == words


def test_one_that_does_not_stop_is_stopped_by_force(monkeypatch):
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    monkeypatch.setattr(processes, "GRACE", 0.3)
    started = []

    def start(self, command):
        process = subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE)
        assert process.stdout
        process.stdout.readline()
        started.append(process)
        return process

    monkeypatch.setattr(processes.Companions, "_start", start)
    with processes.Companions(["worker"]):
        assert started[0].poll() is None
    assert started[0].returncode == -9
    started[0].communicate()


def test_a_process_ends_when_its_parent_is_gone():
    watch = "import time; from auren_admin.processes import stop_with; stop_with(1); time.sleep(30)"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    start = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", watch], env=environment, check=False, timeout=20)
    assert ended.returncode == -15  # its parent is this test, not process 1
    assert time.monotonic() - start < 10


def test_a_companion_may_have_options(monkeypatch):
    started = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **options: started.append(command))
    processes.Companions(())._start("simulate --users 3")
    assert started[0][2:] == ["simulate", "--users", "3", "--parent", str(os.getpid())]


def test_a_companion_that_ends_again_and_again_is_started_ever_later(monkeypatch, caplog):
    now, started = [100.0], []
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    companions = processes.Companions(["worker"])
    monkeypatch.setattr(subprocess, "Popen", lambda *arguments, **options: started.append(now[0]))
    companions._start("worker")
    while now[0] < 300:
        companions._revive("worker", -7)
        now[0] += 0.5
    waits = [round(late - early) for early, late in zip(started, started[1:], strict=False)]
    assert waits[:7] == [1, 2, 4, 8, 16, 32, 60]
    assert "The worker was killed by signal 7. It is started again in 60 s." in caplog.messages
