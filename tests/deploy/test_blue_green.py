"""The switch from one server to another: two real ones, a real nginx, and traffic that never fails."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.conf import settings

from faults.servers import Server, answers, spare_port, wait_until
from scripts.blue_green import REFUSED, ROLLED_BACK, SWITCHED

pytestmark = pytest.mark.slow
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
KEY = "this-one-is-made-up-" * 4
SCRIPT = settings.BASE_DIR / "scripts/blue_green.py"
DIRECTIVES = re.findall(
    r"^    (proxy_.+;)", (settings.BASE_DIR / "deploy/nginx.conf").read_text(encoding="utf-8"), re.MULTILINE
)
(UPSTREAM,) = re.findall(
    r"```nginx\n(upstream.+?)```",
    (settings.BASE_DIR / "docs/deploy/blue-green.md").read_text(encoding="utf-8"),
    re.DOTALL,
)
UNWANTED = ("DATABASE_URL", "CELERY_BROKER_URL", "PORT")
TOKEN = """
from bindings.models import ApiToken
token = ApiToken(name="made-up", scopes=["registry:read", "observations:write"])
print(token.new_secret())
token.save()
"""


def environment(folder, name):
    return {key: value for key, value in os.environ.items() if key not in UNWANTED} | {
        "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
        "AUREN_DATA_DIR": str(folder / name),
        "AUREN_SECRET_KEY": KEY,
        "DATABASE_URL": f"sqlite:///{folder}/auren.sqlite3",
        "AUREN_API_RATE": "1000000",
        "AUREN_API_ADDRESS_RATE": "1000000",
    }


@contextmanager
def product(folder, name):
    """A server by `manage.py up --web-only`, with a folder of its own and the database of all."""
    port = spare_port()
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "up", "--web-only", "--port", str(port)]
    server = Server(command, folder / f"{name}.log", environment(folder, name))
    server.start()
    try:
        yield port, server
    finally:
        server.stop()


@contextmanager
def unwell(good, status=503):
    """Something whose /readyz is 200 so many times, and then not; it answers everything else."""
    left = [good]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            ready = self.path != "/readyz" or left[0] > 0
            left[0] -= self.path == "/readyz"
            self.send_response(200 if ready else status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Proxy:
    """nginx with the directives of deploy/nginx.conf, and an upstream in a file of its own."""

    def __init__(self, folder, port):
        self.port, self.upstream = spare_port(), folder / "upstream.conf"
        self.upstream.write_text(UPSTREAM.replace("127.0.0.1:8001", f"127.0.0.1:{port}"))
        paths = " ".join(
            f"{one}_temp_path {folder}/temp;" for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;" if os.getuid() == 0 else ""
        configuration = folder / "nginx.conf"
        configuration.write_text(
            f"daemon off; {user} worker_processes 1; pid {folder}/pid; error_log {folder}/errors; events {{}}\n"
            f"http {{ access_log off; {paths} include {self.upstream}; server {{ listen 127.0.0.1:{self.port};\n"
            f"location / {{ add_header X-Upstream $upstream_addr always; {' '.join(DIRECTIVES)} }} }} }}\n"
        )
        self.command = [str(NGINX), "-c", str(configuration), "-e", str(folder / "errors")]
        self.server = Server(self.command, folder / "nginx.log")

    def leads_to(self):
        (port,) = re.findall(r"server 127.0.0.1:(\d+);", self.upstream.read_text())
        return int(port)

    def options(self, to, **more):
        told = {"upstream": self.upstream, "to": f"127.0.0.1:{to}", "wait": 20, "watch": 2, **more}
        told |= {
            "check": shlex.join([*self.command, "-t", "-q"]),
            "reload": shlex.join([*self.command, "-s", "reload"]),
        }
        return [f"--{name}={value}" for name, value in told.items()]

    def switch(self, to, **more):
        command = [sys.executable, str(SCRIPT), *self.options(to, **more)]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


@contextmanager
def proxied(folder, port):
    if NGINX is None:
        pytest.skip("needs nginx (Debian, Ubuntu: apt install nginx-light)")
    proxy = Proxy(folder, port)
    proxy.server.start()
    try:
        wait_until(lambda: answers(proxy.port), 10, "nginx")
        yield proxy
    finally:
        proxy.server.stop()


class Traffic(threading.Thread):
    """Asks and reports through the proxy without a pause; counts answers by status and by who gave them."""

    def __init__(self, port, method="GET", path="/api/v1/registry", secret="", body=None):
        super().__init__()
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        self.request = Request(f"http://127.0.0.1:{port}{path}", body, headers, method=method)
        self.seen: Counter[int | str] = Counter()
        self.by: Counter[str] = Counter()
        self.over = threading.Event()

    def run(self):
        while not self.over.is_set():
            try:
                with urlopen(self.request, timeout=10) as answer:  # noqa: S310 - ours
                    answer.read()
                    self.seen[answer.status] += 1
                    self.by[answer.headers["X-Upstream"].rpartition(":")[2]] += 1
            except HTTPError as error:
                self.seen[error.code] += 1
            except OSError as error:
                self.seen[str(error)] += 1

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


def observation():
    """A report that may be sent again and again: it counts once."""
    now = datetime.now(UTC).isoformat()
    told = {
        "agent": "NEUROS",
        "kpi": "hrv_rmssd",
        "value": 48,
        "at": now,
        "user_id": "a",
        "measurement_source": "band",
    }
    return json.dumps(told).encode()


@pytest.fixture(scope="module")
def blue(tmp_path_factory):
    """A server that everybody is led to, its folder, and a token."""
    folder = tmp_path_factory.mktemp("blue_green")
    with product(folder, "blue") as (port, _):
        wait_until(lambda: answers(port), 60, "the first server")
        make = [sys.executable, "manage.py", "shell", "--no-imports", "-c", TOKEN]
        made = subprocess.run(
            make,
            cwd=settings.BASE_DIR,
            env=environment(folder, "blue"),
            check=True,
            capture_output=True,
            text=True,
        )
        yield folder, port, made.stdout.strip()


def test_no_request_fails_while_another_server_takes_over_and_gives_back(blue, tmp_path):
    folder, old, secret = blue
    report = observation()
    with proxied(tmp_path, old) as proxy, product(folder, "green") as (new, _), ExitStack() as traffic:
        start = [
            traffic.enter_context(Traffic(proxy.port, secret=secret)),
            traffic.enter_context(Traffic(proxy.port, secret=secret)),
            traffic.enter_context(Traffic(proxy.port, "POST", "/api/v1/observations", secret, report)),
        ]
        done = proxy.switch(new, wait=60)  # it is asked to before the new one has even begun to listen
        assert (done.returncode, proxy.leads_to()) == (SWITCHED, new), done.stdout
        assert "backup" not in proxy.upstream.read_text()
        before = [one.by[str(new)] for one in start]
        wait_until(
            lambda: all(one.by[str(new)] > count + 20 for one, count in zip(start, before, strict=True)),
            20,
            "more",
        )
        back = proxy.switch(old)
        assert (back.returncode, proxy.leads_to()) == (SWITCHED, old), back.stdout
    for one in start:
        assert one.seen.keys() == {200}, one.seen
        assert min(one.by[str(old)], one.by[str(new)]) > 20


def test_a_server_that_dies_after_the_switch_loses_no_request_and_the_traffic(blue, tmp_path):
    folder, old, secret = blue
    with proxied(tmp_path, old) as proxy, product(folder, "dying") as (new, server):
        wait_until(lambda: answers(new), 60, "the new server")
        with Traffic(proxy.port, secret=secret) as one:
            command = [sys.executable, str(SCRIPT), *proxy.options(new, watch=60)]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as switching:
                wait_until(lambda: one.by[str(new)] > 20, 30, "traffic at the new server")
                server.stop()
                said, _ = switching.communicate(timeout=60)
        assert (switching.returncode, proxy.leads_to()) == (ROLLED_BACK, old), said
        assert f"Rolled back to 127.0.0.1:{old}" in said
        assert one.seen.keys() == {200}, one.seen


def test_a_server_that_is_unwell_after_the_switch_is_rolled_back(blue, tmp_path):
    _, old, _ = blue
    with proxied(tmp_path, old) as proxy, unwell(good=5) as new:
        done = proxy.switch(new, watch=20)
        assert (done.returncode, proxy.leads_to()) == (ROLLED_BACK, old), done.stdout
        assert "answers /readyz by 503" in done.stdout


@pytest.mark.parametrize("good", [0, 2])
def test_a_server_that_is_not_ready_is_refused(blue, tmp_path, good):
    _, old, _ = blue
    with proxied(tmp_path, old) as proxy, unwell(good) as new:
        before = proxy.upstream.read_bytes()
        done = proxy.switch(new, wait=1)
        assert (done.returncode, proxy.upstream.read_bytes()) == (REFUSED, before), done.stdout
        assert "nothing has changed" in done.stdout


def test_nobody_at_all_is_refused(blue, tmp_path):
    _, old, _ = blue
    with proxied(tmp_path, old) as proxy:
        done = proxy.switch(spare_port(), wait=0)
        assert (done.returncode, proxy.leads_to()) == (REFUSED, old)
        assert "does not answer" in done.stdout


def test_what_nginx_cannot_read_is_put_back_as_it_was(blue, tmp_path):
    _, old, _ = blue
    with proxied(tmp_path, old) as proxy, unwell(good=100) as new:
        (tmp_path / "nginx.conf").write_text("what is this")
        before = proxy.upstream.read_bytes()
        done = proxy.switch(new)
        assert (done.returncode, proxy.upstream.read_bytes()) == (REFUSED, before)
        assert "what" in done.stdout


def test_one_switch_at_a_time_and_a_stopped_one_rolls_back(blue, tmp_path):
    _, old, _ = blue
    with proxied(tmp_path, old) as proxy, unwell(good=1000) as new:
        command = [sys.executable, str(SCRIPT), *proxy.options(new, watch=60)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as first:
            wait_until(lambda: proxy.leads_to() == new, 20, "the switch")
            second = proxy.switch(new)
            assert (second.returncode, "under way" in second.stdout) == (REFUSED, True)
            time.sleep(0.5)
            first.send_signal(signal.SIGTERM)
            first.communicate(timeout=30)
        assert (first.returncode, proxy.leads_to()) == (ROLLED_BACK, old)
