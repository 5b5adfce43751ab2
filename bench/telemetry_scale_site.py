"""``python -m bench.telemetry_scale_site OPERATION SERIES``: one operation on a site where so many people are measured.

The site is that of AUREN_DATA_DIR or DATABASE_URL. Prints one line of JSON, as `bench.scale_site` does, and the
processor seconds of the database's own process (PostgreSQL; SQLite works within ours). `bench.bench_scale_telemetry`
has what the operations are for.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from bench.scale_site import measured, told  # sets up Django, which the rest needs

# isort: split
from django.db import connection

from bench.ingest_site import AGENT, KPI, fill
from contracts.evaluation import moment
from telemetry import ingest, keeping, silence, summaries
from telemetry.models import Series, Standing, Transition

SIZE = 1000
"""Observations of a batch, each of another person."""
HOUR = 3_600_000_000
LONG = 400 * 24 * HOUR
"""No value lasts so long."""
CRITICAL_EVERY = 89


def batches(series: int, turn: int, size: int = SIZE) -> Iterator[bytes]:
    """One value of everybody, minutes ago; ``turn`` is larger the later it is."""
    at = (moment(ingest.clock()) - timedelta(minutes=20 - turn)).isoformat()
    for start in range(0, series, size):
        yield json.dumps(
            [
                {
                    "kpi": KPI,
                    "value": 18.5 if n % CRITICAL_EVERY == 7 else 30.5 + n % 50,
                    "at": at,
                    "user_id": f"person-{n:07}",
                    "measurement_source": "band",
                }
                for n in range(start, min(start + size, series))
            ]
        ).encode()


def reported(series: int, turn: int, size: int = SIZE) -> int:
    """Take one value of everybody in; only that is measured."""
    bodies = list(batches(series, turn, size))

    def work() -> int:
        for body in bodies:
            ingest.report(body, agent=AGENT)
        return Series.objects.count()

    return measured(work)


def first(series: int) -> int:
    """Everybody's first value, on an empty site with the example registry."""
    fill()
    return reported(series, 0)


def again(series: int) -> int:
    """The second and third, by a process that has seen everybody once, which is not measured."""
    for body in batches(series, 1):
        ingest.report(body, agent=AGENT)
    return reported(series, 2)


def singles(series: int) -> int:
    """A value of one in a hundred, one by one."""
    return reported(series // 100, 3, 1)


def summarised(_: int) -> int:
    """The hours of all that was reported."""
    return summaries.renew(ingest.clock())["hours"]


def tidied(_: int) -> int:
    """Retention, when nothing is old."""
    return sum(keeping.forget_old(ingest.clock()).values())


def swept(series: int) -> int:
    """Everybody's value is too old at once."""
    found = silence.let_time_pass(ingest.clock() + LONG)["looked_at"]
    if found != series or Standing.objects.exclude(state=Standing.State.UNKNOWN).exists():
        raise RuntimeError(f"{found} were looked at, or not all are unknown")
    return Transition.objects.count()


OPERATIONS: dict[str, Callable[[int], int]] = {
    "ingest_first": first,
    "ingest_again": again,
    "singles": singles,
    "summaries": summarised,
    "retention_of_nothing": tidied,
    "sweep": swept,
}


def server_seconds() -> float:
    """Processor seconds of the database's process for this connection. Fields 14 and 15:
    https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"""
    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def main(operation: str, series: str) -> None:
    """Run one of OPERATIONS, and print what it took."""
    before = server_seconds()
    measured(lambda: OPERATIONS[operation](int(series)))
    print(json.dumps(told | {"server": server_seconds() - before}))


if __name__ == "__main__":
    main(*sys.argv[1:])
