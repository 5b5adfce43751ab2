"""The three that are polled: nginx with a static file, a plain Django view, and this product."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bench.wrk import LoadError
from faults.servers import Server, answers, spare_port, wait_until

ROOT = Path(__file__).resolve().parent.parent
PATH = "/body"
"""Where nginx and the plain view have it."""

INHERITED = ("PATH", "HOME", "LANG", "TZ", "LD_LIBRARY_PATH")
"""As little of this shell's environment as a service gets; granian copies all of it for every request."""

TICKS = os.sysconf("SC_CLK_TCK")
NGINX = """
daemon off; {user} worker_processes {workers}; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; default_type application/json;
  open_file_cache max=10 inactive=1h; open_file_cache_valid 1h;
  client_body_temp_path {folder}/temp; proxy_temp_path {folder}/temp; fastcgi_temp_path {folder}/temp;
  uwsgi_temp_path {folder}/temp; scgi_temp_path {folder}/temp;
  server {{ listen 127.0.0.1:{port} reuseport; root {folder}/www; }}
}}
"""


class Polled(Server):
    """A server on a spare port."""

    def __init__(self, command: list[str], port: int, folder: Path, environment: dict[str, str]) -> None:
        told = {name: os.environ[name] for name in INHERITED if name in os.environ}
        super().__init__(command, folder / "polled.log", told | environment)
        self.port, self.folder = port, folder

    def start(self) -> None:
        """Start it, and wait until it listens. Raises TimeoutError, and LoadError when it ends instead."""
        super().start()
        wait_until(self._listens, 60, f"{self.command[0]} on port {self.port}")

    def _listens(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise LoadError(f"{' '.join(self.command)} ended: {self.log.read_text()[-2000:]}")
        return answers(self.port)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def get(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers by lower-case name, and body."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("GET", path, headers=dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    def changed_at(self, path: str, headers: Mapping[str, str], limit: float = 60) -> float:
        """When the answers over one connection became others. Raises TimeoutError."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=limit)) as connection:
            first, end = "", time.monotonic() + limit
            while time.monotonic() < end:
                connection.request("GET", path, headers=dict(headers))
                answer = connection.getresponse()
                answer.read()
                now = f"{answer.status} {answer.headers['ETag']}"
                first = first or now
                if now != first:
                    return time.monotonic()
                time.sleep(0.02)
        raise TimeoutError(f"{path}: nothing changed in {limit:.0f} s")

    def processes(self) -> list[int]:
        """Its process and all that it started, by the session they share."""
        return [
            pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _session(pid) == self.pid
        ]

    def processor(self) -> float:
        """Seconds of the processor that all of its processes have used."""
        return sum(sum(map(int, _stat(pid)[11:13])) for pid in self.processes()) / TICKS

    def memory(self) -> int:
        """Bytes of its largest process, which is the worker."""
        return max(int(_stat(pid)[21]) for pid in self.processes()) * os.sysconf("SC_PAGESIZE")


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name, the state first; zeros when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ["0"] * 50


def _session(pid: int) -> int:
    return int(_stat(pid)[3])


def nginx(folder: Path, body: bytes, workers: int = 1) -> Polled:
    """nginx with the body as a file."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        raise LoadError("nginx is not installed (Debian, Ubuntu: apt install nginx-light)")
    (folder / "www").mkdir()
    (folder / "www" / PATH.strip("/")).write_bytes(body)
    port, configuration = spare_port(), folder / "nginx.conf"
    user = "user root;" if os.getuid() == 0 else ""
    configuration.write_text(NGINX.format(folder=folder, port=port, user=user, workers=workers))
    return Polled([program, "-c", str(configuration), "-e", str(folder / "nginx.log")], port, folder, {})


def plain_view(folder: Path, body: bytes, workers: int = 1) -> Polled:
    """A plain Django view, served at its best: a second thread would only stand in the first one's way."""
    (folder / "body").write_bytes(body)
    port = spare_port()
    options = [
        "--interface",
        "wsgi",
        "--no-ws",
        "--http",
        "1",
        "--blocking-threads",
        "1",
        "--log-level",
        "warning",
    ]
    options += ["--workers", str(workers)]
    command = [sys.executable, "-m", "granian", *options, "--port", str(port), "bench.plain_view:application"]
    return Polled(command, port, folder, {"BENCH_FILE": str(folder / "body"), "PYTHONPATH": str(ROOT)})


class Site(Polled):
    """The product, with a data folder of its own in which agents, tokens and a release already are."""

    def __init__(self, folder: Path, agents: int, workers: int = 1) -> None:
        environment = {
            "AUREN_DATA_DIR": str(folder),
            "AUREN_ENV_FILE": os.devnull,
            "AUREN_LOG_LEVEL": "ERROR",
            "AUREN_WORKERS": str(workers),
            "DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
            "PYTHONPATH": str(ROOT),
        }
        port = spare_port()
        command = [sys.executable, "-m", "bench.poll_site"]
        super().__init__([*command, "serve", str(port)], port, folder, environment)
        self.tool = command
        self.tokens: dict[str, str] = self.ask("fill", str(agents))

    def ask(self, *words: str) -> Any:
        """Run a command of `bench.poll_site` on it."""
        command = [*self.tool, *words]
        answer = subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, check=True)  # noqa: S603
        return json.loads(answer.stdout.splitlines()[-1])

    def headers(self, agent: str) -> dict[str, str]:
        """What this agent sends with each poll."""
        return {"Authorization": f"Bearer {self.tokens[agent]}", "Accept": "*/*"}


@contextmanager
def running(*servers: Polled) -> Iterator[None]:
    """Have them run, and stop them whatever happens."""
    try:
        for server in servers:
            server.start()
        yield
    finally:
        for server in servers:
            server.stop()
