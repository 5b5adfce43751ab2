"""A dump that was restored into another cluster of PostgreSQL, whose transactions have smaller numbers."""

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import connection

from faults.servers import Missing, Postgres
from telemetry import cursors
from telemetry.exposition import reading
from telemetry.forwarding.running import forward
from telemetry.models import Series
from tests.telemetry.exposition.samples import text
from tests.telemetry.forwarding.conftest import cluster
from tests.telemetry.samples import MINUTE, NOW, observation, publish_with_settings, told

__all__ = ["cluster"]
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
MANY_TRANSACTIONS = (
    "DO $$ BEGIN FOR i IN 1..20000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END $$"
)


@pytest.fixture
def other():
    """Another cluster; not in pytest's folder, which PostgreSQL's own user may not enter."""
    with TemporaryDirectory(prefix="auren-other-") as name:
        folder = Path(name) / "postgres"
        folder.mkdir()
        try:
            server = Postgres(folder)
        except Missing as missing:
            pytest.skip(str(missing))
        server.start()
        yield server
        server.stop()


@pytest.fixture
def restored(registry, other):
    """Have what was reported so far dumped and restored, and go on with that."""
    before = {name: connection.settings_dict[name] for name in ("HOST", "PORT", "NAME")}

    def restore():
        where = ["-U", "auren", "-h", "127.0.0.1"]
        dump = ["pg_dump", *where, "-p", str(before["PORT"]), "-d", before["NAME"], "--no-owner"]
        with subprocess.Popen(dump, stdout=subprocess.PIPE) as source:
            into = ["psql", "-q", *where, "-p", str(other.port), "-d", "postgres", "-v", "ON_ERROR_STOP=1"]
            subprocess.run(into, stdin=source.stdout, stdout=subprocess.DEVNULL, check=True)
        go_to({"HOST": "127.0.0.1", "PORT": other.port, "NAME": "postgres"})

    yield restore
    go_to(before)


def go_to(place):
    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()
    connection.settings_dict.update(place)


@pytest.fixture
def reported(registry, settings):
    """Two people's values, by transactions with great numbers."""
    settings.SUBJECT_LABEL = "plain"
    publish_with_settings()
    with connection.cursor() as cursor:
        cursor.execute(MANY_TRANSACTIONS)
    told(observation(50, user_id="a"), observation(18, user_id="b"))


def looks():
    """How many rows each of three looks finds changed, nothing being reported."""
    found = []
    for _ in range(3):
        cursor = cursors.now()
        found.append(len(reading.changed_series(cursor)) + len(reading.changed_standings(cursor)))
    return found


@pytest.mark.usefixtures("reported")
def test_each_look_would_find_everything_until_the_rows_have_numbers_of_today(restored):
    restored()
    assert looks() == [4, 4, 4]
    assert cursors.renumber() == 5  # and the run that the second one's value began
    assert looks() == [0, 0, 0]
    assert cursors.renumber() == 0


@pytest.mark.usefixtures("reported")
def test_a_process_that_went_on_reads_everything_anew_once(restored):
    assert " 50.0\n" in text()
    restored()
    Series.objects.filter(value=50).update(value=49, changed=1)  # as if the dump was of an earlier day
    with connection.cursor() as cursor:  # the other cluster's numbers may be the greater ones as well
        cursor.execute(MANY_TRANSACTIONS)
        cursor.execute(MANY_TRANSACTIONS)
    assert " 49.0\n" in text()


@pytest.mark.usefixtures("reported")
def test_what_is_forwarded_goes_on(restored, cluster):
    assert forward() == {"samples": 6, "refused": 0}
    restored()
    cursors.renumber()
    assert forward()["samples"] == 6  # once more: nobody knows what arrived
    assert forward()["samples"] == 0
    told(observation(52, NOW + MINUTE, user_id="a"))
    assert forward()["samples"] == 1
