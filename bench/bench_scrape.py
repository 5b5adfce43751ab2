"""Scrapes over HTTP: what changed since the last one is found and put in, and all of it is sent and read.

Series are counted as Prometheus counts them, by lines: of a KPI's series it has the value and the time, of a binding
its state. One in a hundred changed since the last scrape, which was some seconds ago. Against nginx with the same
bytes as a file, prometheus-pushgateway and prometheus_client holding the same series. Times are milliseconds. Needs
nginx, prometheus-pushgateway and prometheus.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from bench.bench_ingest import pushgateway
from bench.figures import CannotMeasure, Figure
from bench.poll_servers import PATH, ROOT, Polled, nginx, running
from bench.wrk import LoadError
from faults.servers import spare_port, wait_until

MANY, VERY_MANY = 100_000, 1_000_000
ROUNDS, FEW = 9, 3
BETWEEN = 2.0
"""Seconds from a change to the scrape: a seventh of what Prometheus waits by itself."""
LIMIT_MB = 500
MB, MILLI = 1e6, 1e3
SCRAPED = "/metrics/kpis"
PARTS = 3
"""Lines of a KPI's series."""


class Site(Polled):
    """The product with one worker, holding so many series as Prometheus counts them."""

    def __init__(self, folder: Path, lines: int) -> None:
        folder.mkdir()
        environment = {
            "AUREN_DATA_DIR": str(folder),
            "AUREN_ENV_FILE": os.devnull,
            "AUREN_LOG_LEVEL": "ERROR",
            "AUREN_SERIES_BUDGET": str(VERY_MANY),
            "DATABASE_URL": "",
            "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
            "PYTHONPATH": str(ROOT),
        }
        port = spare_port()
        self.tool = [sys.executable, "-m", "bench.scrape_site"]
        super().__init__([*self.tool, "serve", str(port)], port, folder, environment)
        self.series = str(lines // PARTS)
        fill = [*self.tool, "fill", self.series]
        done = subprocess.run(fill, env=self.environment, stdout=subprocess.PIPE, check=True)  # noqa: S603
        self.secret: str = json.loads(done.stdout.splitlines()[-1])
        self.headers = {"Authorization": f"Bearer {self.secret}"}
        self._changes: subprocess.Popen[str] | None = None

    def change(self) -> None:
        """Some in a hundred get another value; returns after a while."""
        if self._changes is None:
            command = [*self.tool, "changes", self.series]
            self._changes = subprocess.Popen(  # noqa: S603 - our own program
                command, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        asked, told = self._changes.stdin, self._changes.stdout
        _say(asked)
        if not told or not told.readline():
            raise CannotMeasure("nothing could be changed")
        time.sleep(BETWEEN)

    def stop(self) -> None:
        """The server, and what changes its data."""
        super().stop()
        if self._changes is not None:
            self._changes.communicate()


def _say(pipe: IO[str] | None) -> None:
    if pipe:
        pipe.write("\n")
        pipe.flush()


def run() -> Iterator[Figure]:
    """The figures of this area."""
    with tempfile.TemporaryDirectory(prefix="auren-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        try:
            yield from many(folder / "many")
            yield from very_many(folder / "very_many")
        except LoadError as error:
            raise CannotMeasure(str(error)) from error


def many(folder: Path) -> Iterator[Figure]:
    """100,000 series, against everything else that could answer."""
    folder.mkdir()
    site = Site(folder / "site", MANY)
    with running(site):
        body = scraped(site, SCRAPED, site.headers)[1]
        print(f"  {body.count(b'{'):,} series, {len(body) / MB:.1f} MB")
        file, library, gateway = nginx(folder, body), library_view(folder, body), pushgateway(folder)
        with running(file, library, gateway):
            push(gateway, body)
            ours, theirs = in_turn(site, lambda: scraped(file, PATH)[0], ROUNDS)
            yield Figure("scrape.100k_ms_vs_nginx", ours, theirs, 2.5)
            ours, theirs = in_turn(site, lambda: scraped(gateway, "/metrics")[0], FEW)
            yield Figure("scrape.100k_ms_vs_pushgateway", ours, theirs, 1 / 15)
            ours, theirs = in_turn(site, lambda: scraped(library, "/")[0], FEW)
            yield Figure("scrape.100k_ms_vs_prometheus_client", ours, theirs, 1 / 40)
        show_prometheus(folder, site)


def very_many(folder: Path) -> Iterator[Figure]:
    """1,000,000 series, and what they take of a worker's memory."""
    folder.mkdir()
    site = Site(folder / "site", VERY_MANY)
    with running(site):
        took, body = scraped(site, SCRAPED, site.headers)
        print(
            f"  {body.count(b'{'):,} series, {len(body) / MB:.1f} MB; read for the first time in {took / MILLI:.1f} s"
        )
        file = nginx(folder, body)
        del body
        with running(file):
            ours, theirs = in_turn(site, lambda: scraped(file, PATH)[0], ROUNDS)
            yield Figure("scrape.1M_ms_vs_nginx", ours, theirs, 4)
        yield Figure("scrape.1M_worker_mb", site.memory() / MB, LIMIT_MB, 1)


def in_turn(site: Site, baseline: Callable[[], float], rounds: int) -> tuple[float, float]:
    """Medians of a scrape after a change, and of the baseline."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        site.change()
        times[0].append(scraped(site, SCRAPED, site.headers)[0])
        times[1].append(baseline())
    return statistics.median(times[0]), statistics.median(times[1])


def scraped(server: Polled, path: str, headers: Mapping[str, str] | None = None) -> tuple[float, bytes]:
    """Milliseconds from the question to the last byte, over a connection of its own; and the bytes."""
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)) as connection:
        start = time.perf_counter()
        connection.request("GET", path, headers=dict(headers or {}))
        answer = connection.getresponse()
        body = answer.read()
        took = time.perf_counter() - start
    if answer.status != 200:
        raise LoadError(f"{path} was answered {answer.status}: {body[:200]!r}")
    return took * MILLI, body


def library_view(folder: Path, body: bytes) -> Polled:
    """prometheus_client behind the same server."""
    (folder / "held").write_bytes(body)
    port = spare_port()
    options = ["--interface", "wsgi", "--no-ws", "--blocking-threads", "1", "--log-level", "warning"]
    command = [
        sys.executable,
        "-m",
        "granian",
        *options,
        "--port",
        str(port),
        "bench.library_view:application",
    ]
    return Polled(command, port, folder, {"BENCH_FILE": str(folder / "held"), "PYTHONPATH": str(ROOT)})


def push(gateway: Polled, body: bytes) -> None:
    """Have a Pushgateway hold what is in a body."""
    with closing(http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=120)) as connection:
        connection.request("PUT", "/metrics/job/auren", body=body)
        answer = connection.getresponse()
        if answer.status != 200:
            raise LoadError(f"the Pushgateway refuses the series: {answer.read()[:200]!r}")


def show_prometheus(folder: Path, site: Site) -> None:
    """How long a real Prometheus takes, by its own figure: it compresses, and stores what it reads."""
    program = shutil.which("prometheus")
    if program is None:
        raise CannotMeasure("prometheus is not installed (Debian, Ubuntu: apt install it)")
    (folder / "secret").write_text(site.secret)
    text = (ROOT / "deploy" / "prometheus.yml").read_text(encoding="utf-8")
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{site.port}").replace("15s", "3s").replace("10s", "3s")
    (folder / "prometheus.yml").write_text(
        text.replace("/etc/prometheus/auren_token", str(folder / "secret"))
    )
    port = spare_port()
    options = {"config.file": folder / "prometheus.yml", "storage.tsdb.path": folder / "tsdb"}
    command = [
        program,
        f"--web.listen-address=127.0.0.1:{port}",
        *[f"--{key}={value}" for key, value in options.items()],
    ]
    prometheus = Polled(command, port, folder, {})
    with running(prometheus):
        job = '{job="auren_kpis"}'
        wait_until(
            lambda: told(prometheus, f"count_over_time(scrape_duration_seconds{job}[1m]) > 3"), 60, "scrapes"
        )
        took = told(prometheus, f"scrape_duration_seconds{job}")
        count = told(prometheus, f"scrape_samples_scraped{job}")
    print(
        f"  a real Prometheus reads {float(count):,.0f} series in {float(took) * MILLI:.0f} ms (its scrape duration)"
    )


def told(prometheus: Polled, question: str) -> Any:
    """What it answers to PromQL: the number, or nothing."""
    status, _, body = prometheus.get(f"/api/v1/query?query={quote(question)}")
    found = json.loads(body)["data"]["result"] if status == 200 else []
    return found[0]["value"][1] if found else None
