"""A server with two processes, a worker and a schedule send to a collector, or to one that is silent."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager

import pytest
from django.conf import settings

from faults.servers import spare_port
from tracing.names import ATTRIBUTES

pytestmark = pytest.mark.slow
MARK = "marked-user-7731"
TRACE = "ab" * 16
PARENT = f"00-{TRACE}-{'cd' * 8}-01"
TOKENS = """
from bindings.identities import identity_of
from bindings.models import Agent, ApiToken
for name, scopes in (("NEUROS", ["observations:write"]), (None, ["registry:read"])):
    token = ApiToken(name="traced", scopes=scopes)
    token.agent = identity_of(Agent.objects.get(name=name)) if name else None
    secret = token.new_secret()
    token.save()
    print("token", secret)
"""


class Site:
    """`manage.py up` in a folder of its own."""

    def __init__(self, folder, collector, **more):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AUREN_", "OTEL_"))}
        for name in ("DATABASE_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE"):
            kept.pop(name, None)
        self.port = spare_port()
        self.environment = kept | {
            "AUREN_ENV_FILE": os.devnull,
            "AUREN_DATA_DIR": str(folder),
            "AUREN_WORKERS": "2",
            "AUREN_LOG_LEVEL": "ERROR",
            "PORT": str(self.port),
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.address,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            **more,
        }

    def start(self, *words):
        """A process, to be ended by whoever starts it."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *words],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    @contextmanager
    def up(self, *words):
        process = self.start("up", *words)
        try:
            end = time.monotonic() + 60
            while self.ask("/livez") != 200:
                assert time.monotonic() < end
                time.sleep(0.1)
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.communicate(timeout=30)

    def tokens(self):
        said = subprocess.check_output(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", TOKENS],
            cwd=settings.BASE_DIR,
            env=self.environment | {"OTEL_SDK_DISABLED": "true"},
            text=True,
        )
        return [line.split()[1] for line in said.splitlines() if line.startswith("token ")]

    def ask(self, path, body=None, **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, names)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own address
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0


@contextmanager
def ended(*processes):
    try:
        yield processes
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
                process.communicate()


def observations():
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    one = {"kpi": "hrv_rmssd", "value": 18, "at": now, "user_id": MARK, "measurement_source": "band"}
    return json.dumps([one]).encode()


def test_requests_and_the_job_that_one_asked_for_arrive_as_one_tree_and_nobody_is_named(tmp_path, collector):
    site = Site(tmp_path, collector)
    with site.up():
        agent, service = site.tokens()
        for _ in range(40):
            site.ask("/admin/login/")
            bearer = {"Authorization": f"Bearer {agent}", "Content_Type": "application/json"}
            assert site.ask("/api/v1/observations", observations(), **bearer, User_Agent=MARK) == 200
        site.ask(f"/api/v1/observations?user_id={MARK}")
        site.ask(f"/{MARK}?q={MARK}", Cookie=f"sessionid={MARK}")
        large = b"kpis:\n" + b"# a comment\n" * 200_000
        yaml = {"Authorization": f"Bearer {service}", "Content_Type": "application/yaml"}
        assert site.ask("/api/v1/validate", large, traceparent=PARENT, **yaml) == 202
        collector.wait_for("job validate_file", "POST /api/v1/validate", seconds=40)
        time.sleep(1)
    spans = collector.spans
    by_id = {span.id: span for span in spans}
    request = next(span for span in spans if span.name == "POST /api/v1/validate")
    job = next(span for span in spans if span.name == "job validate_file")
    assert (request.trace, request.parent) == tuple(PARENT.split("-")[1:3])
    assert (job.trace, job.parent) == (TRACE, request.id)
    assert job.resource["service.instance.id"] != request.resource["service.instance.id"]
    statements = [span for span in spans if span.trace == TRACE and span.kind == 3]
    assert {by_id[span.parent].name for span in statements} == {request.name, job.name}
    taken = [span for span in spans if span.name == "POST /api/v1/observations"]
    assert {span.attributes["auren.agent"] for span in taken if "auren.agent" in span.attributes} == {
        "NEUROS"
    }
    with closing(sqlite3.connect(tmp_path / "auren.sqlite3")) as database:
        opened = {trace for (trace,) in database.execute("SELECT trace FROM protocols_protocolrun")}
    assert opened
    assert opened <= {span.trace for span in taken}
    web = {span.resource["service.instance.id"] for span in spans if span.kind == 2}
    assert len(web) == 2
    for span in spans:
        assert set(span.attributes) <= ATTRIBUTES
        for hidden in (MARK, agent, service, agent.partition(".")[2], "127.0.0.1"):
            assert hidden not in span.text


def endings(site):
    """The seconds that a server, a worker and a schedule take to end, once each has made spans where it may."""
    took = []
    with site.up("--web-only") as server, ended(site.start("worker"), site.start("schedule")) as beside:
        time.sleep(4)
        for _ in range(20):
            assert site.ask("/admin/login/") == 200
        time.sleep(1)
        for process in (server, *beside):
            before = time.monotonic()
            process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=30)
            took.append(time.monotonic() - before)
            assert process.returncode == 0
            assert "Traceback" not in said
    return took


def test_no_process_waits_for_a_silent_collector_at_its_end(tmp_path, collector):
    """Less than six seconds in all, where the machine has nothing else to do; so it is compared with none."""
    collector.is_silent = True
    without = endings(Site(tmp_path / "without", collector, OTEL_SDK_DISABLED="true"))
    silent = endings(Site(tmp_path / "silent", collector))
    for one, other in zip(silent, without, strict=True):
        assert one < max(6, other + 3)


def test_a_collector_that_is_restarted_gets_what_comes_then_and_each_process_says_two_lines(
    tmp_path, collector
):
    collector.status = 503
    site = Site(
        tmp_path, collector, OTEL_EXPORTER_OTLP_TIMEOUT="1", AUREN_LOG_LEVEL="WARNING", AUREN_WORKERS="1"
    )
    with site.up("--web-only") as server:
        for _ in range(20):
            site.ask("/admin/login/")
            time.sleep(0.1)
        collector.status = 200
        site.ask("/admin/login/")
        collector.wait_for("GET /admin/login/")
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=30)
    lines = [line for line in said.splitlines() if " tracing" in line]
    assert len(lines) == 2
    assert "do not reach the collector" in lines[0]
    assert "reach the collector again" in lines[1]
