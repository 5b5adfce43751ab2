"""A real Prometheus, with the repository's own configuration, scrapes the demo."""

import json
import shutil
from contextlib import contextmanager
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
import yaml
from django.conf import settings

from faults.servers import Server, spare_port, wait_until
from tests.telemetry.simulation.demos import running_demo

pytestmark = pytest.mark.slow
CONFIGURATION = settings.BASE_DIR / "deploy" / "prometheus.yml"
PROGRAM = shutil.which("prometheus") or ""
MAKE_TOKEN = """
from bindings.models import ApiToken
token = ApiToken(name="prometheus", scopes=["metrics:read"])
secret = token.new_secret()
token.save()
print(secret)
"""


def configuration(target, secret_file):
    """The repository's, with the only two things that everybody changes: where it is, and the secret's file."""
    found = yaml.safe_load(CONFIGURATION.read_text())
    for job in found["scrape_configs"]:
        for group in job.get("static_configs", ()):
            group["targets"] = [target]
        if "authorization" in job:
            job["authorization"]["credentials_file"] = str(secret_file)
        job["scrape_interval"] = job["scrape_timeout"] = "1s"  # nobody waits for 15 s in a test
    found.pop("rule_files", None)
    return yaml.safe_dump(found)


@contextmanager
def running_prometheus(folder, target, secret):
    (folder / "token").write_text(secret)
    (folder / "token").chmod(0o600)
    (folder / "prometheus.yml").write_text(configuration(target, folder / "token"))
    port = spare_port()
    server = Server(
        [
            PROGRAM,
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
        ],
        folder / "prometheus.log",
    )
    server.start()
    try:
        wait_until(lambda: is_ready(port), 30, "Prometheus")
        yield port
    finally:
        server.stop()


def is_ready(port):
    """It listens before it can answer questions."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=5):
            return True
    except OSError:
        return False


def asked(port, promql):
    """The series that an expression gives now: labels and value."""
    with urlopen(
        f"http://127.0.0.1:{port}/api/v1/query?{urlencode({'query': promql})}", timeout=10
    ) as answer:
        found = json.load(answer)
    assert found["status"] == "success"
    return [(one["metric"], float(one["value"][1])) for one in found["data"]["result"]]


@pytest.mark.skipif(not PROGRAM, reason="no Prometheus here (Debian: apt install prometheus)")
def test_promql_returns_every_series_with_its_labels(tmp_path):
    for name in ("site", "prometheus"):
        (tmp_path / name).mkdir()
    with (
        running_demo(tmp_path / "site", "--days", "5") as demo,
        running_prometheus(tmp_path / "prometheus", f"127.0.0.1:{demo.port}", demo.run(MAKE_TOKEN)) as port,
    ):
        wait_until(lambda: bool(asked(port, "auren_hrv_rmssd_ms")), 60, "a scrape", every=0.5)
        found = asked(port, 'auren_hrv_rmssd_ms{agent="NEUROS"}')
        assert {labels["measurement_source"] for labels, _ in found} == {"resampled_heartbeats"}
        assert (
            len({labels["user_id"] for labels, _ in found}) == len(found) == 11
        )  # one fell silent for longer than the contract allows
        assert not any("demo-" in labels["user_id"] for labels, _ in found)  # pseudonyms
        assert all(10 < value < 150 for _, value in found)
        assert len(asked(port, "count by (agent) (auren_binding_state)")) == 9
        assert asked(port, "min(up)") == [({}, 1.0)]
