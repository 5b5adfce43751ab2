"""``python -m bench.ingest_site fill | grow ROWS | opened | serve PORT | unfollowed PORT``: a site of reports.

It lives in AUREN_DATA_DIR or DATABASE_URL, and has the example registry as release 1. Where it is unfollowed, no
observation opens a run. Every command prints one line of JSON.
"""

from __future__ import annotations

import io
import json
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - Django has to be set up first
from django.db import connection  # noqa: E402

from auren_admin.server import serve  # noqa: E402
from bindings.identities import identity_of  # noqa: E402
from bindings.models import Agent, ApiToken  # noqa: E402
from protocols.models import ProtocolRun  # noqa: E402
from releases.services import publish  # noqa: E402
from telemetry.episodes import FOLLOWERS  # noqa: E402

AGENT, KPI = "NEUROS", "hrv_rmssd"
OLD = 1_600_000_000_000_000
"""When the rows that are already there were measured, in microseconds."""
GROW = {
    "postgresql": "INSERT INTO telemetry_observation (series_id, at, value, received)"
    " SELECT 1000000 + n %% 1000, %s + n, 50, 0 FROM generate_series(1, %s) AS n ORDER BY 1, 2",
    "sqlite": "WITH RECURSIVE s(i) AS (SELECT 1000000 UNION ALL SELECT i + 1 FROM s WHERE i < 1000999),"
    " n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s)"
    " INSERT INTO telemetry_observation (series_id, at, value, received)"
    " SELECT s.i, %s + n.i, 50, 0 FROM s CROSS JOIN n",
}

SETTLE = {
    "postgresql": ("VACUUM ANALYZE telemetry_observation", "CHECKPOINT"),
    "sqlite": ("ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"),
}


def fill() -> object:
    """An empty database with the example registry, published; the secret of an agent."""
    call_command("migrate", verbosity=0)
    call_command("registry", "import", "examples/auren", verbosity=0, stdout=io.StringIO())
    publish(author=None, message="First", author_name="bench", accepted="Known.")
    token = ApiToken(
        name="bench", agent=identity_of(Agent.objects.get(name=AGENT)), scopes=["observations:write"]
    )
    secret = token.new_secret()
    token.save()
    return secret


def grow(rows: str) -> object:
    """So many rows of other series in the history."""
    count = int(rows)
    start = OLD + count
    numbers = (start, count) if connection.vendor == "postgresql" else (count // 1000, start)
    with connection.cursor() as cursor:
        cursor.execute(GROW[connection.vendor], numbers)
        for statement in SETTLE[connection.vendor]:  # what the database would do by itself some time later
            cursor.execute(statement)
    return count


def opened() -> object:
    """How many runs an episode has opened."""
    return ProtocolRun.objects.filter(offer__isnull=True).count()


def main(command: str, *words: str) -> None:
    """Run one command of this helper: the words are those of `bench.bench_ingest`."""
    if command in ("serve", "unfollowed"):
        if command == "unfollowed":
            FOLLOWERS.clear()
        serve("127.0.0.1", int(words[0]), on_listening=lambda: None)
    else:
        print(json.dumps({"fill": fill, "grow": grow, "opened": opened}[command](*words)))  # type: ignore[operator]


if __name__ == "__main__":
    main(*sys.argv[1:])
