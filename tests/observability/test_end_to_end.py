"""From an observation to the alert that somebody gets: a server, Prometheus and Alertmanager by the exported files."""

import json
import os
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.request import Request, urlopen

import pytest
import yaml
from django.conf import settings

from faults.servers import Server, answers, spare_port, wait_until
from scripts.stack import alertmanager_server, export, manage, prometheus_configuration, prometheus_server
from tests.telemetry.monitoring import asked, get, is_ready, program

pytestmark = [pytest.mark.monitoring, pytest.mark.slow]
UNWANTED = ("DATABASE_URL", "CELERY_BROKER_URL", "PORT")
AT_ONCE = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
LATE = timedelta(days=2)
"""When this KPI's data counts as missing, by the example registry."""
CRITICAL, WARNING, MISSING = "AurenHrvRmssdCritical", "AurenHrvRmssdWarning", "AurenHrvRmssdMissingData"
TOKEN = """
from bindings.models import ApiToken
token = ApiToken(name="made-up", scopes=["metrics:read", "observations:write", "registry:read"])
print(token.new_secret())
token.save()
"""


class Receiver(ThreadingHTTPServer):
    """Somebody's pager: what Alertmanager tells it, alert by alert."""

    def __init__(self):
        self.alerts: list[dict[str, Any]] = []
        alerts = self.alerts

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                alerts.extend(json.loads(self.rfile.read(int(self.headers["Content-Length"])))["alerts"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)

    def told(self, name, status):
        """What it was told of CARDIOS' alert of this name, by its status."""
        found = [(one["labels"], one) for one in self.alerts if one["status"] == status]
        return [
            one for labels, one in found if (labels["alertname"], labels.get("agent")) == (name, "CARDIOS")
        ]

    @contextmanager
    def listening(self):
        thread = threading.Thread(target=self.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            self.server_close()
            thread.join()


class World:
    """A server with the example registry released, and what watches it by what was exported, at a second's pace."""

    def __init__(self, folder, receiver):
        self.folder, self.receiver = folder, receiver
        self.site, self.prometheus, self.alertmanager = spare_port(), spare_port(), spare_port()
        self.environment = {name: value for name, value in os.environ.items() if name not in UNWANTED} | {
            "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
            "AUREN_DATA_DIR": str(folder / "data"),
            "AUREN_SUBJECT_LABEL": "plain",
            "PORT": str(self.site),
        }

    @contextmanager
    def running(self):
        with ExitStack() as beside:
            command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "up", "--web-only"]
            self._start(
                beside, Server(command, self.folder / "site.log", self.environment), self.site, "/readyz"
            )
            self.secret = manage(["shell", "--no-imports", "-c", TOKEN], self.environment)
            token = self.folder / "token"
            token.write_text(self.secret)
            export(self.folder, f"http://127.0.0.1:{self.site}", self.environment)
            self._hasten()
            routes = self.folder / "export/alertmanager/alertmanager.yml"
            alerter = alertmanager_server(self.folder, routes, self.alertmanager)
            self._start(beside, alerter, self.alertmanager, "/-/ready")
            configuration = prometheus_configuration(
                self.folder, site=self.site, alertmanager=self.alertmanager, token=token, settings=AT_ONCE
            )
            reader = prometheus_server(self.folder, configuration, self.prometheus)
            self._start(beside, reader, self.prometheus, "/-/ready")
            yield self

    @staticmethod
    def _start(beside, server, port, path):
        beside.callback(server.stop)
        server.start()
        wait_until(lambda: answers(port) and is_ready(port, path), 90, server.command[0])

    def _hasten(self):
        """Nobody waits for 15 s in a test, and receivers are ours. No rule, no route and no inhibition is touched."""
        for path in (self.folder / "export/prometheus/rules").glob("*.yml"):
            rules = yaml.safe_load(path.read_text(encoding="utf-8"))
            for group in rules["groups"]:
                group["interval"] = "1s"
            path.write_text(yaml.safe_dump(rules, sort_keys=False), encoding="utf-8")
        path = self.folder / "export/alertmanager/alertmanager.yml"
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
        hook = {"url": f"http://127.0.0.1:{self.receiver.server_port}/", "send_resolved": True}
        found["receivers"] = [{"name": one["name"], "webhook_configs": [hook]} for one in found["receivers"]]
        routes = [found["route"]]
        for route in routes:
            route |= {"group_wait": "1s", "group_interval": "1s"}
            routes.extend(route.get("routes", ()))
        path.write_text(yaml.safe_dump(found, sort_keys=False), encoding="utf-8")

    def report(self, value, at):
        told = {"agent": "CARDIOS", "kpi": "hrv_rmssd", "value": value, "at": at.isoformat()}
        body = json.dumps(told | {"user_id": "p-1", "measurement_source": "band"}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.secret}"}
        address = f"http://127.0.0.1:{self.site}/api/v1/observations"
        with urlopen(Request(address, body, headers), timeout=10) as answer:  # noqa: S310 - ours
            assert json.load(answer)["results"] == ["accepted"]

    def firing(self):
        """CARDIOS' alerts about the one KPI, as Prometheus has them."""
        found = asked(self.prometheus, 'ALERTS{alertstate="firing",agent="CARDIOS",kpi="hrv_rmssd"}')
        return {labels["alertname"] for labels, _, _ in found}

    def routed(self):
        """By name, what Alertmanager makes of them: active, or suppressed."""
        found = json.loads(get(self.alertmanager, "/api/v2/alerts", filter='agent="CARDIOS"'))
        return {
            one["labels"]["alertname"]: (one["status"]["state"], bool(one["status"]["inhibitedBy"]))
            for one in found
        }


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    program("prometheus")
    program("prometheus-alertmanager")
    with (
        Receiver().listening() as receiver,
        World(tmp_path_factory.mktemp("stack"), receiver).running() as world,
    ):
        yield world


def test_a_critical_value_is_told_once_through_silence_until_a_value_ends_it(world):
    silent = datetime.now(UTC) + timedelta(seconds=45)
    world.report(18, silent - LATE)  # of a device that says nothing more: missing in 45 s

    wait_until(lambda: world.firing() >= {CRITICAL, WARNING}, 40, "the alerts", every=0.2)
    wait_until(lambda: world.routed().get(WARNING) == ("suppressed", True), 30, "the inhibition", every=0.2)
    wait_until(
        lambda: bool(world.receiver.told(CRITICAL, "firing")), 30, "the alert at its receiver", every=0.2
    )
    told = world.receiver.told(CRITICAL, "firing")[0]
    assert told["labels"] | {"severity": "critical", "kpi": "hrv_rmssd", "user_id": "p-1"} == told["labels"]
    assert told["annotations"]["summary"] == "Heart-rate variability: critical for p-1"
    assert "The value from band is 18 ms" in told["annotations"]["description"]
    assert "CARDIOS acts when it is below 20 ms" in told["annotations"]["description"]
    assert told["annotations"]["dashboard"].startswith("/d/auren-agent-")

    value = 'auren_hrv_rmssd_ms{agent="CARDIOS"}'
    wait_until(lambda: not asked(world.prometheus, value), 90, "the silence", every=0.2)
    wait_until(lambda: MISSING in world.firing(), 30, "the alert about missing data", every=0.2)
    time.sleep(5)  # as many evaluations and scrapes
    assert not asked(world.prometheus, value)
    assert world.firing() >= {CRITICAL, WARNING}
    assert world.routed()[CRITICAL] == ("active", False)
    assert world.receiver.told(CRITICAL, "resolved") == []

    world.report(48, datetime.now(UTC))
    wait_until(lambda: not world.firing(), 30, "the recovery", every=0.2)
    wait_until(
        lambda: bool(world.receiver.told(CRITICAL, "resolved")), 30, "the end at the receiver", every=0.2
    )
    assert world.receiver.told(WARNING, "firing") == []
