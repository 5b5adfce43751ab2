"""Very many people: each operation in a process of its own, against its goal in processor seconds, on both databases.

``SIZE`` in the environment says how many: 1k (10,000 people with a series each; the default), 3k or 10k (100,000).
Goals are those of 10k; smaller ones get a share of it. Counted are our process and the database's own process for it.
Prints the most memory and the queries of each operation beside its figure.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from bench.bench_ingest import folders, server
from bench.bench_scale import one
from bench.figures import CannotMeasure, Figure

SERIES: Final[Mapping[str, int]] = {"1k": 10_000, "3k": 30_000, "10k": 100_000}
LARGEST: Final = 100_000
LEAST: Final = 0.1
"""Processor seconds: below that, the machine's noise is what one measures."""
GOALS: Final[Mapping[str, float]] = {
    "ingest_first": 8,
    "ingest_again": 2.5,
    "singles": 0.2,
    "summaries": 3,
    "retention_of_nothing": 1,
    "sweep": 8,
}
"""Processor seconds for 100,000 series: 40,000 observations a second in batches of 1,000 people, 5,000 single ones."""


def run() -> Iterator[Figure]:
    """The figures of this area."""
    asked = os.environ.get("SIZE") or "1k"
    if asked not in SERIES:
        raise CannotMeasure(f"SIZE={asked} is none of {', '.join(SERIES)}")
    with folders() as folder, server(folder, "site") as urls:
        for database, url in (("sqlite", ""), ("postgres", urls["site"])):
            yield from figures(f"{asked}_{database}", SERIES[asked], folder / database, url)


def figures(name: str, series: int, folder: Path, url: str) -> Iterator[Figure]:
    """Of so many people."""
    for operation, goal in GOALS.items():
        told = one(folder, operation, str(series), module="bench.telemetry_scale_site", database=url)
        rest = f"{told['bytes'] / 1e6:,.0f} MB, {told['queries']:,} queries, {told['size']:,} rows"
        print(
            f"  {operation}: {told['seconds']:.1f} s by the clock, {told['server']:.1f} of the database; {rest}"
        )
        taken = told["processor"] + told["server"]
        yield Figure(f"scale_telemetry.{name}_{operation}_s", taken, max(goal * series / LARGEST, LEAST), 1)
