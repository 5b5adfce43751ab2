"""`make stack`, as somebody runs it who wants to look, and ends it."""

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from django.conf import settings

from faults.servers import answers, spare_port, wait_until
from scripts.stack import prometheus_configuration
from tests.telemetry.monitoring import asked, is_ready, program

UNWANTED = ("DATABASE_URL", "CELERY_BROKER_URL", "PORT")


def environment(folder, **more):
    return {key: value for key, value in os.environ.items() if key not in UNWANTED} | {
        "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
        "AUREN_DATA_DIR": str(folder),
        **more,
    }


@contextmanager
def stack(folder):
    """`make stack` on its own, and what it prints."""
    command = [sys.executable, "-m", "scripts.stack", "--port", str(spare_port())]
    command += ["--", "--users", "1", "--days", "1", "--speed", "0"]
    printed = folder / "printed"
    with (
        printed.open("w") as output,
        subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment(folder), stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            yield process, printed
        finally:
            process.terminate()


def test_it_says_what_is_missing_and_starts_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "scripts.stack"],
        cwd=settings.BASE_DIR,
        env=environment(tmp_path, PATH="/nowhere"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "apt install prometheus prometheus-alertmanager" in done.stderr
    assert not (tmp_path / "stack").exists()


@pytest.mark.monitoring
def test_its_configuration_is_the_repository_s_own_with_other_addresses(tmp_path):
    (tmp_path / "token").write_text("secret")
    path = prometheus_configuration(tmp_path, site=1234, alertmanager=2345, token=tmp_path / "token")
    done = subprocess.run(
        [program("promtool"), "check", "config", str(path)], capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert set(re.findall(r"127\.0\.0\.1:(\d+)", path.read_text(encoding="utf-8"))) == {"1234", "2345"}


@pytest.mark.slow
@pytest.mark.monitoring
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_it_shows_alerts_and_ends_all_that_it_started(tmp_path, number):
    program("prometheus")
    program("prometheus-alertmanager")
    with stack(tmp_path) as (process, printed):
        wait_until(
            lambda: process.poll() is not None or "Files " in printed.read_text(), 120, "the stack", every=0.2
        )
        text = printed.read_text()
        site, reader, alerter = map(int, re.findall(r"http://127\.0\.0\.1:(\d+)/", text))
        assert process.poll() is None, text
        (page,) = re.findall(rf"Alerts +http://127\.0\.0\.1:{reader}(/\S+) ", text)
        assert is_ready(reader, page), "the page of alerts that it names"
        wait_until(lambda: len(asked(reader, "up == 1")) == 2, 40, "both scrapes", every=0.2)
        assert len((tmp_path / "stack/token").read_text()) > 40
        process.send_signal(number)
        assert process.wait(60) == 0
        assert printed.read_text().endswith("Stopped.\n")
    assert not any(answers(port) for port in (site, reader, alerter))
    assert not (tmp_path / "stack/token").exists()
