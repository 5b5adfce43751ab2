"""A validation report of 10,000 KPIs and 100,000 bindings as one job, against its limits; and the curve to it.

Ours are seconds, by the clock and of the processor, and bytes of a process that does nothing else; their baselines
are the limits, 60 s and 1 GB on two cores. The curve is the processor's time of a row, against a row of the smallest
registry; queries are counted by the thousand rows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure

SIZES = (1_000, 3_000, 10_000)
BINDINGS_A_KPI = 10
SECONDS, BYTES = 60.0, 1_000_000_000
LINEAR_WITHIN = 1.5
"""What a row of the largest registry may cost, as a multiple of one of the smallest."""
QUERIES_A_THOUSAND = 8
"""Queries that a thousand rows may take: two for KPIs, five for agents with bindings, progress and lease."""


def measured(kpis: int) -> dict[str, float]:
    """Fill a database and run one report's job on it, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="auren-bench-") as folder:
        environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3",
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        }
        command = [sys.executable, "-m", "bench.report_job", str(kpis), str(BINDINGS_A_KPI)]
        answer = subprocess.run(  # noqa: S603 - our own program
            command,
            check=True,
            capture_output=True,
            text=True,
            env=environment,
            cwd=Path(__file__).resolve().parent.parent,
        )
    found: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return found


def run() -> Iterator[Figure]:
    """The figures of this area."""
    found = {kpis: measured(kpis) for kpis in SIZES}
    rows = {kpis: kpis * (1 + BINDINGS_A_KPI) for kpis in SIZES}
    large, small = SIZES[-1], SIZES[0]
    yield Figure("reports.seconds_10k", found[large]["seconds"], SECONDS, 1.0)
    yield Figure("reports.processor_seconds_10k", found[large]["processor"], SECONDS, 1.0)
    yield Figure("reports.bytes_10k", found[large]["bytes"], BYTES, 1.0)
    a_row = {kpis: found[kpis]["processor"] / rows[kpis] for kpis in SIZES}
    for kpis in SIZES[1:]:
        yield Figure(f"reports.linear_{kpis // 1000}k", a_row[kpis], a_row[small], LINEAR_WITHIN)
    queries = found[large]["queries"] / (rows[large] / 1000)
    yield Figure("reports.queries_a_thousand_rows", queries, QUERIES_A_THOUSAND, 1.0)
