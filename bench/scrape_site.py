"""``python -m bench.scrape_site fill SERIES | changes SERIES | serve PORT``: a site that Prometheus reads.

It lives in AUREN_DATA_DIR, and has the example registry as release 1. ``changes`` gives some in a hundred another value
for every line it reads, and says when that is done.
"""

from __future__ import annotations

import json
import random
import sys
import time

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - Django has to be set up first

from auren_admin.server import serve  # noqa: E402
from bench.ingest_site import fill as fill_contract  # noqa: E402
from bindings.models import ApiToken  # noqa: E402
from telemetry import contracts_now  # noqa: E402

CHANGED = 0.01
STATES = 10
"""Of so many changed series one brings another state."""
AT_ONCE = 50_000
_CHANCE = random.Random(5)  # noqa: S311 - the same in every run


def fill(count: int) -> object:
    """So many series, each with a state; the secret of who may read metrics."""
    fill_contract()
    released = contracts_now.current()
    pairs = [pair for pair, watched in sorted(released.watched.items()) if watched.evaluator]
    people, now = count // len(pairs) + 1, time.time_ns() // 1000
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO telemetry_subject (id, user_id) VALUES (%s, %s)",
            [(n + 1, f"person-{n:07}") for n in range(people)],
        )
        for start in range(0, count, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, count))
            rows = [(n + 1, n // len(pairs) + 1, *pairs[n % len(pairs)]) for n in numbers]
            cursor.executemany(
                "INSERT INTO telemetry_series (id, subject_id, agent, kpi, source, value, at, received, changed)"
                " VALUES (%s, %s, %s, %s, 'band', %s, %s, %s, 1)",
                [(*row, _value(), now - row[0], now) for row in rows],
            )
            cursor.executemany(
                "INSERT INTO telemetry_standing (id, subject_id, agent, kpi, state, marks, skipped, release, changed,"
                " source, sources, open_severity, contracts)"
                " VALUES (%s, %s, %s, %s, 0, '', '', 1, 1, 'band', '', 0, '')",
                rows,
            )
        cursor.execute("UPDATE telemetry_clock SET tick = 1 WHERE id = 1")
    token = ApiToken(name="prometheus", scopes=["metrics:read"])
    secret = token.new_secret()
    token.save()
    return secret


def change(count: int) -> object:
    """One commit, by as much as is reported meanwhile; how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE telemetry_clock SET tick = tick + 1 WHERE id = 1 RETURNING tick")
        (tick,) = cursor.fetchone()
        some = _CHANCE.sample(range(1, count + 1), int(count * CHANGED))
        now = time.time_ns() // 1000
        cursor.executemany(
            "UPDATE telemetry_series SET value = %s, at = %s, received = %s, changed = %s WHERE id = %s",
            [(_value(), now, now, tick, pk) for pk in some],
        )
        cursor.executemany(
            "UPDATE telemetry_standing SET state = %s, changed = %s WHERE id = %s",
            [(_CHANCE.randrange(4), tick, pk) for pk in some[::STATES]],
        )
    return len(some)


def _value() -> float:
    return round(_CHANCE.uniform(20, 90), 1)


def main(command: str, number: int) -> None:
    """Do it."""
    if command == "serve":
        serve("127.0.0.1", number, on_listening=lambda: None)
    elif command == "fill":
        print(json.dumps(fill(number)))
    else:
        for _ in sys.stdin:
            print(json.dumps(change(number)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
