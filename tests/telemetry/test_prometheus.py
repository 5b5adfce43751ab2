"""A real Prometheus, by the repository's own configuration, reads a server of this project."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from urllib.request import Request, urlopen

import pytest
import yaml
from django.conf import settings

from faults.servers import Server, spare_port, wait_until
from telemetry.forwarding.running import forward
from telemetry.subjects import pseudonym
from tests.telemetry.monitoring import asked, is_ready, program, prometheus, running
from tests.telemetry.samples import MINUTE, iso, observation, told

pytestmark = pytest.mark.monitoring
CONFIGURATION = settings.BASE_DIR / "deploy" / "prometheus.yml"
UNWANTED = ("DATABASE_URL", "CELERY_BROKER_URL", "PORT")
FILL = """
from bench.ingest_site import fill
from bindings.models import ApiToken
from telemetry.subjects import pseudonym
reporting = fill()
token = ApiToken(name="prometheus", scopes=["metrics:read"])
reading = token.new_secret()
token.save()
print("\\n".join([reporting, reading, *map(pseudonym, "ab")]))
"""


def configuration(target: str, secret_file: str) -> str:
    """The repository's, with the two things that everybody changes; and nobody waits for 15 s in a test."""
    found = yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))
    found["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s"}
    for job in found["scrape_configs"]:
        job["static_configs"] = [{"targets": [target]}]
        job["authorization"]["credentials_file"] = secret_file
    return yaml.safe_dump(found)


def test_prometheus_takes_the_configuration_as_it_is(tmp_path):
    text = CONFIGURATION.read_text(encoding="utf-8")
    (tmp_path / "token").write_text("secret")
    (tmp_path / "prometheus.yml").write_text(
        text.replace("/etc/prometheus/auren_token", str(tmp_path / "token"))
    )
    check = [program("promtool"), "check", "config", str(tmp_path / "prometheus.yml")]
    done = subprocess.run(check, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_promql_finds_what_was_reported(tmp_path):
    program("prometheus")
    environment = {name: value for name, value in os.environ.items() if name not in UNWANTED} | {
        "AUREN_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
    }
    shell = [sys.executable, "manage.py", "shell", "--no-imports", "-c", FILL]
    told_by = subprocess.run(
        shell, cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True, text=True
    )
    reporting, reading, *names = told_by.stdout.split()
    (tmp_path / "token").write_text(reading)
    site = spare_port()
    serve = [sys.executable, "-m", "bench.ingest_site", "serve", str(site)]
    server = Server(serve, tmp_path / "site.log", environment)
    server.start()
    try:
        wait_until(lambda: is_ready(site, "/livez"), 30, "the site")
        post(site, reporting, [report(48, "a"), report(18, "b"), report(20, "a", "ring")])
        reader, port = prometheus(tmp_path, configuration(f"127.0.0.1:{site}", str(tmp_path / "token")))
        with running(reader, port, "/-/ready"):
            wait_until(lambda: bool(asked(port, "auren_hrv_rmssd_ms")), 30, "a scrape", every=0.2)
            found = asked(port, 'auren_hrv_rmssd_ms{agent="NEUROS"}')
            who = ("user_id", "measurement_source")
            assert {(*[labels[one] for one in who], value) for labels, _, value in found} == {
                (names[0], "band", 48),
                (names[1], "band", 18),
                (names[0], "ring", 20),
            }
            states = asked(port, 'auren_binding_state{agent="NEUROS",kpi="hrv_rmssd"}')
            assert {labels["user_id"] for labels, _, _ in states} == set(names)
            assert max(value for _, _, value in states) == 3
            wait_until(lambda: len(asked(port, "up == 1")) == 2, 15, "both jobs", every=0.2)
    finally:
        server.stop()


def report(value: float, user: str, source: str = "band") -> dict[str, object]:
    now = datetime.now(UTC)
    return {"kpi": "hrv_rmssd", "value": value, "at": iso(now), "user_id": user, "measurement_source": source}


def post(port: int, secret: str, observations: list[dict[str, object]]) -> None:
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {secret}"}
    address = f"http://127.0.0.1:{port}/api/v1/observations"
    with urlopen(Request(address, json.dumps(observations).encode(), headers), timeout=10) as answer:
        assert json.load(answer)["results"] == ["accepted"] * len(observations)


@pytest.mark.django_db
@pytest.mark.usefixtures("contract")
def test_it_takes_by_remote_write_what_is_not_too_old(tmp_path, settings):
    now = datetime.now(UTC).replace(microsecond=0)
    server, port = prometheus(tmp_path, "{}", "--web.enable-remote-write-receiver")
    settings.FORWARD_URL = f"http://127.0.0.1:{port}/api/v1/write"
    with running(server, port, "/-/ready"):
        told(observation(18, now - MINUTE, user_id="a"), now=now)
        assert forward() == {"samples": 3, "refused": 0}
        ((labels, _, value),) = asked(port, 'auren_hrv_rmssd_ms{agent="NEUROS"}')
        assert (labels["user_id"], labels["measurement_source"], value) == (pseudonym("a"), "band", 18)
        settings.FORWARD_TENANT = "the same, told everything again"
        told(observation(18, now - timedelta(hours=6), user_id="c"), now=now)  # before its newest block
        told(observation(50, now, user_id="b"), now=now)
        assert forward() == {"samples": 9, "refused": 3}  # the value, the state and what is open
        assert len(asked(port, "auren_hrv_rmssd_ms")) == 2
