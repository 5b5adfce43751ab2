"""Reports of observations over HTTP, end to end: read, checked, stored, evaluated, counted and answered.

Two worker processes, asked by four callers at once, with single observations by sixteen. The baseline stores the same
rows without HTTP and without anything else: one transaction for each batch, the history and each series' latest
value, in the way that is fastest on that database. Times are microseconds an observation. Needs PostgreSQL's programs
and prometheus-pushgateway.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from bench.bare import BareStore, bare_postgres, bare_sqlite
from bench.figures import CannotMeasure, Figure
from bench.poll_servers import ROOT, Polled, running
from bench.reporters import Target, seconds_for
from faults.servers import Postgres, spare_port, wait_until

CALLERS, ROUNDS = 4, 5
SIZE, PEOPLE = 1000, 100
"""Observations of a batch, and how many people they are of."""
BATCHES = 15
"""Of each caller, in each round."""
SINGLES, SINGLE_CALLERS = 100, 16
"""Single observations of each caller, and how many call: as many as poll in the bench of polls."""
PUSHES = 100
"""Of each caller to a Pushgateway."""
RATE, SINGLE_RATE = 60_000, 2_000
FEW, MANY, FLAT = 10_000, 10_000_000, 1.25
MICRO = 1e6
PATH = "/api/v1/observations"


class Site(Polled):
    """The product, with two workers and a data folder of its own."""

    def __init__(self, folder: Path, database: str, serve: str = "serve") -> None:
        environment = {
            "AUREN_DATA_DIR": str(folder),
            "AUREN_ENV_FILE": os.devnull,
            "AUREN_LOG_LEVEL": "ERROR",
            "AUREN_WORKERS": "2",
            "DATABASE_URL": database,
            "DJANGO_SETTINGS_MODULE": "auren_admin.settings",
            "PYTHONPATH": str(ROOT),
        }
        port = spare_port()
        self.tool = [sys.executable, "-m", "bench.ingest_site"]
        super().__init__([*self.tool, serve, str(port)], port, folder, environment)
        secret = self.ask("fill")
        headers = f"Authorization: Bearer {secret}\r\nContent-Type: application/json\r\n"
        self.target = Target(port, PATH, headers)
        self.clock = datetime.now(UTC) - timedelta(days=300)

    def ask(self, *words: str) -> Any:
        """Run a command of `bench.ingest_site` on it."""
        command = [*self.tool, *words]
        answer = subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, check=True)  # noqa: S603
        return json.loads(answer.stdout.splitlines()[-1])

    def batches(
        self, count: int, size: int, people: int = PEOPLE, callers: int = CALLERS
    ) -> list[list[bytes]]:
        """For each caller so many batches of its own people, each later than all before."""
        start, self.clock = self.clock, self.clock + timedelta(seconds=count * size)
        return [
            [
                _batch(start + timedelta(seconds=turn * size), size, f"caller-{caller}-", people)
                for turn in range(count)
            ]
            for caller in range(callers)
        ]

    def singles(self, count: int = SINGLES) -> float:
        """Seconds a single observation takes."""
        return self.cost(self.batches(count, 1, callers=SINGLE_CALLERS), 1)

    def cost(self, shares: Sequence[Sequence[bytes]], size: int) -> float:
        """Seconds an observation takes."""
        requests = [[self.target.request(body) for body in bodies] for bodies in shares]
        taken = seconds_for(self.target.port, requests, expected=b'"errors":[]')
        return taken / (sum(map(len, shares)) * size)


def _batch(start: datetime, size: int, who: str, people: int) -> bytes:
    """Observations, the value of some in a hundred of which is critical."""
    items = [
        {
            "kpi": "hrv_rmssd",
            "value": 18.5 if n % 89 == 7 else 30 + n % 50 + 0.5,
            "at": (start + timedelta(seconds=n)).isoformat().replace("+00:00", "Z"),
            "user_id": f"{who}{n % people}",
            "measurement_source": "band",
        }
        for n in range(size)
    ]
    return json.dumps(items if size > 1 else items[0]).encode()


def run() -> Iterator[Figure]:
    """The figures of this area."""
    with folders() as folder:
        yield from on_sqlite(folder)
        yield from on_postgres(folder)


@contextmanager
def folders() -> Iterator[Path]:
    """A folder that PostgreSQL may enter."""
    with tempfile.TemporaryDirectory(prefix="auren-bench-") as name:
        Path(name).chmod(0o711)
        yield Path(name)


def on_sqlite(folder: Path) -> Iterator[Figure]:
    """Batches and single observations on a file."""
    site = _site(folder / "sqlite", "")
    with running(site):
        yield from speed("sqlite", site, bare_sqlite(folder / "bare.sqlite3"))
        site.singles(5)
        single = statistics.median(site.singles() for _ in range(ROUNDS))
        print(f"  single observations: {1 / single:,.0f} a second")
        yield Figure("ingest.sqlite_single_us", single * MICRO, MICRO / SINGLE_RATE, 1)
    yield from flat("sqlite", _site(folder / "few", ""), _site(folder / "many", ""))


def on_postgres(folder: Path) -> Iterator[Figure]:
    """Batches on PostgreSQL, and against a Pushgateway."""
    with server(folder, "bare", "speed", "few", "many") as urls:
        site = _site(folder / "web", urls["speed"])
        with running(site):
            yield from speed("postgres", site, bare_postgres(urls["bare"]), with_gateway=folder)
        few, many = (_site(folder / f"web-{name}", urls[name]) for name in ("few", "many"))
        yield from flat("postgres", few, many)


@contextmanager
def server(folder: Path, *names: str) -> Iterator[dict[str, str]]:
    """A PostgreSQL of our own; the addresses of databases with these names."""
    (folder / "postgres").mkdir()
    postgres = Postgres(folder / "postgres")
    postgres.start()
    try:
        wait_until(lambda: _answers(postgres.url), 20, "PostgreSQL")
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            for name in names:
                connection.execute(f"CREATE DATABASE {name}")
        yield {name: f"{postgres.url.rpartition('/')[0]}/{name}" for name in names}
    finally:
        postgres.stop()


def speed(name: str, site: Site, bare: BareStore, with_gateway: Path | None = None) -> Iterator[Figure]:
    """An observation's cost in a batch, against storing it and nothing else."""
    site.cost(site.batches(4, SIZE), SIZE)
    times: dict[str, list[float]] = {"here": [], "bare": [], "gateway": [], "apart": []}
    gateway = pushgateway(with_gateway) if with_gateway else None
    with running(*([gateway] if gateway else [])):
        for _ in range(ROUNDS):
            times["here"].append(site.cost(site.batches(BATCHES, SIZE), SIZE))
            times["bare"].append(bare.cost(BATCHES * CALLERS, SIZE, PEOPLE))
            times["apart"].append(site.cost(site.batches(BATCHES // 3, SIZE, SIZE), SIZE))
            if gateway:
                times["gateway"].append(pushed(gateway))
    here, bare_cost = statistics.median(times["here"]), statistics.median(times["bare"])
    apart = statistics.median(times["apart"])
    print(
        f"  {name}: {1 / here:,.0f} observations a second in batches of {SIZE:,} of {PEOPLE} people"
        f" ({1 / apart:,.0f} of {SIZE:,} people); bare statements {1 / bare_cost:,.0f}"
    )
    # Half the rate of the bare statements, or 60,000 a second.
    goal = max(2.0, 1 / RATE / bare_cost)
    yield Figure(f"ingest.{name}_us_vs_bare", here * MICRO, bare_cost * MICRO, goal)
    if gateway:
        pushing = statistics.median(times["gateway"])
        yield Figure("ingest.us_vs_pushgateway", here * MICRO, pushing * MICRO, 1 / 5)


def flat(name: str, few: Site, many: Site) -> Iterator[Figure]:
    """The same with a thousand times as many rows there, in turns."""
    few.ask("grow", str(FEW))
    many.ask("grow", str(MANY))
    with running(few, many):
        times: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS + 1):
            for site, taken in zip((many, few), times, strict=True):
                taken.append(site.cost(site.batches(BATCHES // 3, SIZE), SIZE))
        # The first of each meet people for the first time.
        here, there = (statistics.median(taken[1:]) * MICRO for taken in times)
    yield Figure(f"ingest.{name}_us_10M_vs_10k", here, there, FLAT)


def pushgateway(folder: Path) -> Polled:
    """Debian's, as it comes, but that it keeps nothing beyond its own end."""
    program = shutil.which("prometheus-pushgateway")
    if program is None:
        raise CannotMeasure("prometheus-pushgateway is not installed (Debian, Ubuntu: apt install it)")
    port = spare_port()
    command = [program, f"--web.listen-address=127.0.0.1:{port}", "--persistence.file="]
    return Polled(command, port, folder, {})


def pushed(gateway: Polled) -> float:
    """Seconds that a Pushgateway takes for an observation: one push to its series' group for each, because a push
    replaces all that its group had of a metric. (Once a group holds the latest of many, they can be pushed at once.)
    """
    shares = [
        [
            Target(
                gateway.port, f"/metrics/job/NEUROS/user_id/{caller}-{n % PEOPLE}/measurement_source/band"
            ).request(f"# TYPE auren_hrv_rmssd_ms gauge\nauren_hrv_rmssd_ms {30 + n % 50}.5\n".encode())
            for n in range(PUSHES)
        ]
        for caller in range(CALLERS)
    ]
    return seconds_for(gateway.port, shares) / (CALLERS * PUSHES)


def _answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:  # it listens, and still starts up
        return False
    return True


def _site(folder: Path, database: str) -> Site:
    folder.mkdir()
    return Site(folder, database)
