"""What opening runs costs those who report: the very same reports where episodes are followed, and where nobody does.

In a hundred observations one opens a run of two actions and two hand-offs, by the example contract, and one of the
next report ends it. Both sites are asked in turns, each time with the reports that the other one gets. Times are
microseconds an observation. Needs PostgreSQL's programs.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.bench_ingest import CALLERS, MICRO, PEOPLE, SIZE, Site, folders, server
from bench.figures import CannotMeasure, Figure
from bench.poll_servers import running

ROUNDS, BATCHES = 25, 3
OPENED = SIZE // 100
"""Runs that a report opens."""
GOAL = 1.2


def run() -> Iterator[Figure]:
    """The figures of this area."""
    with folders() as folder:
        yield cost("sqlite", *(site(folder / serve, "", serve) for serve in ("serve", "unfollowed")))
        with server(folder, "serve", "unfollowed") as urls:
            sites = (site(folder / f"web-{serve}", url, serve) for serve, url in urls.items())
            yield cost("postgres", *sites)


def site(folder: Path, database: str, serve: str) -> Site:
    folder.mkdir()
    return Site(folder, database, serve)


def cost(name: str, followed: Site, unfollowed: Site) -> Figure:
    """An observation's cost where runs are opened, against the same where none are."""
    reports = Reports()
    with running(followed, unfollowed):
        times: tuple[list[float], list[float]] = ([], [])
        for turn in range(ROUNDS + 1):
            shares = reports.more(BATCHES)
            sites = (followed, unfollowed)
            for place in (0, 1) if turn % 2 else (1, 0):
                times[place].append(sites[place].cost(shares, SIZE))
        opened, expected = followed.ask("opened"), reports.turn * CALLERS * OPENED
        if (opened, unfollowed.ask("opened")) != (expected, 0):
            raise CannotMeasure(f"{opened} runs were opened, not {expected}")
    # The first of each meet people for the first time.
    here, there = (statistics.median(taken[1:]) * MICRO for taken in times)
    ratios = sorted(one / other for one, other in zip(*(taken[1:] for taken in times), strict=True))
    print(f"  {name}: {here:.1f} and {there:.1f} us an observation, {ratios[0]:.2f} to {ratios[-1]:.2f}")
    return Figure(f"opening.{name}_us_1_percent_vs_none", here, there, GOAL)


class Reports:
    """Reports, each later than all before."""

    def __init__(self) -> None:
        self.turn = 0
        self._start = datetime.now(UTC) - timedelta(days=300)

    def more(self, count: int) -> list[list[bytes]]:
        """For each caller so many, of people of its own."""
        self.turn += count
        turns = range(self.turn - count, self.turn)
        return [[self._report(turn, f"caller-{caller}-") for turn in turns] for caller in range(CALLERS)]

    def _report(self, turn: int, who: str) -> bytes:
        """The last observation of some people is critical, and stays the last until the next report."""
        start = self._start + timedelta(seconds=turn * SIZE)
        first = SIZE - PEOPLE + turn * OPENED % PEOPLE
        items = [
            {
                "kpi": "hrv_rmssd",
                "value": 18.5 if first <= n < first + OPENED else 30 + n % 50 + 0.5,
                "at": (start + timedelta(seconds=n)).isoformat().replace("+00:00", "Z"),
                "user_id": f"{who}{n % PEOPLE}",
                "measurement_source": "band",
            }
            for n in range(SIZE)
        ]
        return json.dumps(items).encode()
