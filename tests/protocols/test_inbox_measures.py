"""How inboxes are answered, in numbers: each poll once, and what the keeper looks at."""

import os
import subprocess
import sys
from threading import Thread
from time import monotonic

import pytest
from django.db import DatabaseError
from prometheus_client import REGISTRY

from contracts.rules.metrics import is_free
from protocols.inbox.held import Held
from protocols.inbox.keeper import Keeper
from protocols.inbox.measures import Numbered, tell
from protocols.serving import Inboxes
from telemetry.exposition.process import FOLDER
from tests.protocols.samples import opened
from tests.protocols.test_serving import INBOX, Quiet, marks_of_its_own
from tests.releases.serving.conftest import ask, connections_stay, make_site

__all__ = ["connections_stay", "marks_of_its_own"]
NAMES = {
    "memory": ("auren_inbox_polls_total", {"answered_by": "memory"}),
    "django": ("auren_inbox_polls_total", {"answered_by": "django"}),
    "looks": ("auren_inbox_look_duration_seconds_count", {}),
    "seconds": ("auren_inbox_look_duration_seconds_sum", {}),
    "failures": ("auren_inbox_look_failures_total", {}),
    "ages": ("auren_inbox_held_age_seconds_count", {}),
    "age": ("auren_inbox_held_age_seconds_sum", {}),
}


@pytest.fixture
def counted():
    """What was counted since the test began, by a short name."""

    def values():
        tell()
        return {name: REGISTRY.get_sample_value(*sample) or 0.0 for name, sample in NAMES.items()}

    before = values()
    return lambda *names: [round(values()[name] - before[name], 3) for name in names]


class Broken(Held):
    """Inboxes of which nothing can be learned."""

    def look(self) -> int:
        """Raises DatabaseError."""
        raise DatabaseError("away")


@pytest.mark.django_db
@pytest.mark.usefixtures("protocol")
def test_each_poll_is_counted_once_by_who_answers_it(tmp_path, counted):
    held = Held()
    site = make_site(tmp_path)
    site.front._aside = Inboxes(held, Quiet(held))
    neuros, service = site.token("runs:write", agent="NEUROS"), site.token("metrics:read")
    opened(18)
    ask(site.front, INBOX, neuros)
    assert counted("memory", "django") == [0, 1]
    held.look()
    for more in ({}, {"HTTP_IF_NONE_MATCH": "*"}, {"REQUEST_METHOD": "HEAD"}):
        ask(site.front, INBOX, neuros, **more)
    assert counted("memory", "django") == [3, 1]
    ask(site.front, INBOX, service)
    ask(site.front, INBOX, neuros, query="since=1")
    ask(site.front, INBOX, "nobody")
    assert counted("memory", "django") == [3, 4]
    ask(site.front, "/api/v1/agents/NEUROS/bindings", neuros)
    assert counted("memory", "django") == [3, 4]


@pytest.mark.django_db
def test_a_look_tells_how_long_it_took_and_how_old_what_is_held_had_become(counted):
    keeper = Keeper(Held())
    keeper.look()
    assert counted("looks", "ages", "failures") == [1, 0, 0]
    assert keeper._confirmed is not None
    keeper._confirmed -= 0.4
    keeper.look()
    assert counted("looks", "ages", "failures") == [2, 1, 0]
    (age,) = counted("age")
    assert 0.4 <= age < 20


@pytest.mark.django_db
def test_a_look_that_fails_is_counted_and_confirms_nothing(counted):
    keeper = Keeper(Broken())
    keeper._confirmed = before = monotonic()
    keeper.look()
    assert counted("looks", "failures", "ages") == [1, 1, 0]
    assert keeper._confirmed == before


def test_what_many_threads_add_is_counted_once():
    numbered, found = Numbered(), []

    def add():
        for _ in range(10_000):
            numbered.add()

    threads = [Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        found.append(numbered.take())
    found.append(numbered.take())
    assert sum(found) == 40_000
    assert numbered.take() == 0


def test_no_kpi_may_be_called_like_one_of_these():
    families = [one.name for one in REGISTRY.collect() if one.name.startswith("auren_inbox_")]
    assert len(families) == 4
    assert not any(is_free(name) or is_free(f"{name}_total") for name in families)


TOGETHER = """
import os, sys
from pathlib import Path
import auren_admin.server
from telemetry.exposition.process import process_families, share_counts
from telemetry.exposition.scrape import rendered
assert "protocols.inbox.measures" not in sys.modules, "it would count in this process alone"
share_counts(Path(sys.argv[1]))
for _ in range(2):
    child = os.fork()
    if not child:
        from protocols.inbox import measures
        for _ in range(3):
            measures.FROM_MEMORY.add()
        measures.tell()
        measures.BY_DJANGO.inc()
        measures.AGES.observe(0.3)
        os._exit(0)
    os.waitpid(child, 0)
print(rendered(process_families(), is_open=False).decode())
"""


@pytest.mark.slow
def test_the_processes_of_a_server_count_together(tmp_path):
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    environment.pop(FOLDER, None)
    command = [sys.executable, "-c", f"import django; django.setup()\n{TOGETHER}", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    for line in (
        'auren_inbox_polls_total{answered_by="memory"} 6.0',
        'auren_inbox_polls_total{answered_by="django"} 2.0',
        'auren_inbox_held_age_seconds_bucket{le="0.25"} 0.0',
        'auren_inbox_held_age_seconds_bucket{le="0.5"} 2.0',
    ):
        assert f"{line}\n" in done.stdout, done.stderr
