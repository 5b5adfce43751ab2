"""The least that storing observations can cost: the rows of the history and each series' latest value, no more."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg

Row = tuple[int, int, float, int]
HISTORY = "(series bigint, at bigint, value double precision, received bigint, PRIMARY KEY (series, at))"
LATEST = "(series bigint PRIMARY KEY, at bigint, value double precision, received bigint)"
UPSERT = (
    " ON CONFLICT (series) DO UPDATE SET at = excluded.at, value = excluded.value, received = excluded.received"
    " WHERE excluded.at >= latest.at"
)


class BareStore:
    """Two tables, and what writes a batch into them in one transaction."""

    def __init__(self, write: Callable[[Sequence[Row], Sequence[Row]], Any]) -> None:
        self._write = write
        self._now = 0

    def cost(self, batches: int, size: int, people: int) -> float:
        """Seconds an observation takes."""
        made = [self._batch(size, people) for _ in range(batches)]
        start = time.perf_counter()
        for rows, latest in made:
            self._write(rows, latest)
        return (time.perf_counter() - start) / (batches * size)

    def _batch(self, size: int, people: int) -> tuple[list[Row], list[Row]]:
        self._now += size
        rows = [(n % people, self._now + n, 50.5, self._now) for n in range(size)]
        return rows, rows[-people:]


def bare_sqlite(path: Path) -> BareStore:
    """On a file, as the product's is set up."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute(f"CREATE TABLE history {HISTORY} WITHOUT ROWID")
    connection.execute(f"CREATE TABLE latest {LATEST} WITHOUT ROWID")

    def write(rows: Sequence[Row], latest: Sequence[Row]) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO history VALUES (?, ?, ?, ?)", rows)
        connection.executemany(f"INSERT INTO latest VALUES (?, ?, ?, ?){UPSERT}", latest)  # noqa: S608 - ours
        connection.execute("COMMIT")

    return BareStore(write)


def bare_postgres(url: str) -> BareStore:
    """On PostgreSQL, rows as arrays."""
    connection = psycopg.connect(url, autocommit=True)
    connection.execute(f"CREATE TABLE history {HISTORY}")
    connection.execute(f"CREATE TABLE latest {LATEST}")
    arrays = "SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::float8[], %s::bigint[])"

    def write(rows: Sequence[Row], latest: Sequence[Row]) -> None:
        with connection.transaction():
            connection.execute(f"INSERT INTO history {arrays}", [*map(list, zip(*rows, strict=True))])  # noqa: S608
            connection.execute(
                f"INSERT INTO latest {arrays}{UPSERT}",  # noqa: S608 - ours
                [*map(list, zip(*latest, strict=True))],
            )

    return BareStore(write)
