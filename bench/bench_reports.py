"""A validation report of 10,000 KPIs and 100,000 bindings as one job, against its limits; and the curve to it.

Ours are seconds, by the clock and of the processor, and bytes of a process that does nothing else; their baselines
are the limits, 60 s and 1 GB on two cores. The curve is the processor's time of a row, against a row of the smallest
registry; queries are counted by the thousand rows.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench.apart import measured_apart
from bench.figures import Figure

SIZES = (1_000, 3_000, 10_000)
BINDINGS_A_KPI = 10
SECONDS, BYTES = 60.0, 1_000_000_000
LINEAR_WITHIN = 1.5
"""What a row of the largest registry may cost, as a multiple of one of the smallest."""
QUERIES_A_THOUSAND = 8
"""Queries that a thousand rows may take: two for KPIs, five for agents with bindings, progress and lease."""


def run() -> Iterator[Figure]:
    """The figures of this area."""
    found = {kpis: measured_apart("bench.report_job", kpis, BINDINGS_A_KPI) for kpis in SIZES}
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
