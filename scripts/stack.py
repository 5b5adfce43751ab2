"""The demo with Debian's Prometheus and Alertmanager beside it, by the exported files: ``make stack``.

All of it listens on this machine alone and lies in ``var/stack``, beside what the demo keeps. Publish something, and
alerts follow within seconds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Self
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import yaml

from faults.servers import Server, spare_port, wait_until

BASE = Path(__file__).resolve().parent.parent
FOLDER: Final = Path(os.environ.get("AUREN_DATA_DIR") or BASE / "var").resolve() / "stack"
MISSING: Final = (
    "It needs {}, which is not installed (Debian, Ubuntu: apt install prometheus prometheus-alertmanager)."
)
EVERY = 2.0
"""Seconds between two looks at what is released."""
GRANT: Final = """
from datetime import timedelta
from django.utils import timezone
from bindings.models import ApiToken
ApiToken.objects.filter(name="stack", revoked=None).update(revoked=timezone.now())
token = ApiToken(name="stack", scopes=["metrics:read", "registry:read"], expires=timezone.now() + timedelta(days=7))
print(token.new_secret())
token.save()
"""
REVOKE: Final = """
from django.utils import timezone
from bindings.models import ApiToken
ApiToken.objects.filter(name="stack", revoked=None).update(revoked=timezone.now())
"""


class CannotStart(Exception):
    """What is in the way, as a sentence."""


def prometheus_configuration(
    folder: Path, *, site: int, alertmanager: int, token: Path, settings: dict[str, str] | None = None
) -> Path:
    """deploy/prometheus.yml with the addresses of this machine, and other global settings where they are given."""
    found: dict[str, Any] = yaml.safe_load((BASE / "deploy/prometheus.yml").read_text(encoding="utf-8"))
    found["global"] |= settings or {}
    found["rule_files"] = [str(folder / "export/prometheus/rules/*.yml")]
    found["alerting"]["alertmanagers"] = [{"static_configs": [{"targets": [f"127.0.0.1:{alertmanager}"]}]}]
    ours = [job for job in found["scrape_configs"] if "authorization" in job]
    for job in ours:
        job["static_configs"] = [{"targets": [f"127.0.0.1:{site}"]}]
        job["authorization"]["credentials_file"] = str(token)
    found["scrape_configs"] = (
        ours  # nothing else is there: no collector, no exporter of the machine's figures
    )
    path = folder / "prometheus.yml"
    path.write_text(yaml.safe_dump(found, sort_keys=False), encoding="utf-8")
    return path


def prometheus_server(folder: Path, configuration: Path, port: int) -> Server:
    command = [
        program("prometheus"),
        f"--config.file={configuration}",
        f"--storage.tsdb.path={folder / 'prometheus'}",
        "--storage.tsdb.retention.time=2d",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    return Server(command, folder / "prometheus.log")


def alertmanager_server(folder: Path, configuration: Path, port: int) -> Server:
    command = [
        program("prometheus-alertmanager", "alertmanager"),
        f"--config.file={configuration}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",  # it has no neighbours
    ]
    return Server(command, folder / "alertmanager.log")


def program(*names: str) -> str:
    for name in names:
        if found := shutil.which(name):
            return found
    raise CannotStart(MISSING.format(names[0]))


def export(folder: Path, admin: str, environment: dict[str, str]) -> None:
    """Alerts, routes and dashboards of what agents follow."""
    chosen = ["--channel", "production", "--out", str(folder / "export"), "--admin-url", admin]
    manage(["registry", "export", *chosen], environment)


def manage(arguments: Sequence[str], environment: dict[str, str]) -> str:
    """What a command of manage.py prints. Raises `CannotStart` with what it says went wrong."""
    command = [sys.executable, str(BASE / "manage.py"), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise CannotStart(
            f"manage.py {' '.join(arguments[:2])} failed: {done.stderr.strip() or done.stdout.strip()}"
        )
    return done.stdout.strip()


class Published:
    """What agents are served: whether that is another release than at the last look."""

    def __init__(self, site: int, secret: str) -> None:
        self._address, self._secret, self._etag = f"http://127.0.0.1:{site}/api/v1/registry", secret, ""

    def has_changed(self) -> bool:
        headers = {"Authorization": f"Bearer {self._secret}", "If-None-Match": self._etag}
        try:
            with urlopen(Request(self._address, headers=headers), timeout=5) as answer:  # noqa: S310 - ours
                self._etag = answer.headers["ETag"]
                return True
        except HTTPError as error:
            error.close()
            return False
        except OSError:
            return False


def port_of(wanted: int) -> int:
    """The usual port, or a spare one where somebody listens there already."""
    try:
        with socket.create_server(("127.0.0.1", wanted)):
            return wanted
    except OSError:
        return spare_port()


class Stack:
    """Everything that runs, in the order it was started; leaving it stops that, the last first, and nothing else."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.site = folder, port_of(port)
        self.admin = f"http://127.0.0.1:{self.site}"
        self.environment = {**os.environ, "PORT": str(self.site)}
        self._running: list[tuple[str, Server]] = []
        self._beside = ExitStack()

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self

    def __exit__(self, *error: object) -> None:
        self._beside.close()

    def demo(self, options: Sequence[str]) -> str:
        """Start the demo; what it says of itself, which may hold a password."""
        command = [sys.executable, str(BASE / "manage.py"), "demo", *options]
        log = self.folder / "demo.log"
        log.unlink(missing_ok=True)
        self._run("The demo", Server(command, log, self.environment), self.site, "/readyz", 180)
        wait_until(lambda: "Ctrl-C" in log.read_text(encoding="utf-8"), 10, "what the demo says")
        return log.read_text(encoding="utf-8").partition("AUREN Admin is running.")[2].strip("\n")

    def token(self) -> Path:
        """A file with a token to scrape and look at the registry by, both gone at the end."""
        path = self.folder / "token"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        self._beside.callback(path.unlink)
        self._beside.callback(manage, ["shell", "--no-imports", "-c", REVOKE], self.environment)
        path.write_text(manage(["shell", "--no-imports", "-c", GRANT], self.environment), encoding="utf-8")
        return path

    def export(self) -> None:
        export(self.folder, self.admin, self.environment)

    def monitoring(self, token: Path) -> tuple[int, int]:
        """Start Alertmanager and Prometheus by the exported files; their ports."""
        reader, alerter = port_of(9090), port_of(9093)
        routes = self.folder / "export/alertmanager/alertmanager.yml"
        self._run("Alertmanager", alertmanager_server(self.folder, routes, alerter), alerter, "/-/ready", 60)
        by = prometheus_configuration(self.folder, site=self.site, alertmanager=alerter, token=token)
        self._run("Prometheus", prometheus_server(self.folder, by, reader), reader, "/-/ready", 60)
        return reader, alerter

    def follow(self, published: Published) -> None:
        """Export again after each publish, until something ends. Raises `CannotStart` then."""
        while True:
            time.sleep(EVERY)
            for name, server in self._running:
                ensure_runs(name, server)
            if published.has_changed():
                self.export()
                for name, server in self._running:
                    if name != "The demo" and server.process:
                        server.process.send_signal(signal.SIGHUP)  # both read their files again
                print("Published: alerts and dashboards were written again.", flush=True)

    def _run(self, name: str, server: Server, port: int, path: str, seconds: float) -> None:
        self._beside.callback(server.stop)
        server.start()
        wait_until(lambda: ensure_runs(name, server) and is_ready(port, path), seconds, name)
        self._running.append((name, server))


def ensure_runs(name: str, server: Server) -> bool:
    """True. Raises `CannotStart` with its last words where it has ended."""
    if server.process is None or server.process.poll() is None:
        return True
    last = server.log.read_text(encoding="utf-8", errors="replace").strip()[-1000:]
    raise CannotStart(f"{name} has ended:\n{last}")


def is_ready(port: int, path: str) -> bool:
    """It listens before it can answer questions."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:  # noqa: S310 - ours
            return bool(answer.status == 200)
    except OSError:
        return False


def page_of(prometheus: int, path: str) -> str:
    """Where Prometheus has one of its pages: Debian builds it with the classic ones alone."""
    return path if is_ready(prometheus, path) else f"/classic{path}"


def run(folder: Path, port: int, options: Sequence[str]) -> None:
    program("prometheus")
    program("prometheus-alertmanager", "alertmanager")
    with Stack(folder, port) as stack:
        print("Starting the demo …", flush=True)
        print(f"\n{stack.demo(options)}", flush=True)
        token = stack.token()
        published = Published(stack.site, token.read_text(encoding="utf-8"))
        published.has_changed()
        stack.export()
        reader, alerter = stack.monitoring(token)
        print(f"  Alerts   http://127.0.0.1:{reader}{page_of(reader, '/alerts')} (Prometheus)")
        print(f"  Routed   http://127.0.0.1:{alerter}/ (Alertmanager; Debian's has no pages:")
        print(f"           amtool --alertmanager.url=http://127.0.0.1:{alerter} alert)")
        print(f"  Files    {folder / 'export'}, written again after each publish", flush=True)
        stack.follow(published)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="The demo, with Prometheus and Alertmanager by the exported files."
    )
    parser.add_argument(
        "--port", type=int, default=int(os.environ.get("PORT") or 8000), help="of the pages (PORT, 8000)"
    )
    parser.add_argument("demo", nargs="*", help="options of the demo, after --, such as --users 50")
    told = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # also where a shell has Ctrl-C be ignored
    try:
        run(FOLDER, told.port, told.demo)
    except KeyboardInterrupt:
        print("Stopped.", flush=True)
        return 0
    except (CannotStart, TimeoutError) as error:
        print(f"\n{error}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
