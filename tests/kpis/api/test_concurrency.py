"""Many programs write one KPI at once through the API: nobody's change is lost."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client

from contracts.units import STANDARD_UNITS
from kpis.models import KPI, RegistrySettings, Revision, Unit
from tests.kpis.conftest import make
from tests.rest.calls import call

WRITERS = int(os.environ.get("TEST_WRITERS", "8"))  # the long form: TEST_WRITERS=16 TEST_EDITS=50
EDITS = int(os.environ.get("TEST_EDITS", "8"))
TRIES = 1000
PATH = "kpis/hrv_rmssd/"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_no_write_is_lost(admin_user, settings):
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {
        "DEFAULT_THROTTLE_RATES": {"address": None, "token": None}
    }
    Unit.objects.bulk_create(map(Unit.of_spec, STANDARD_UNITS.values()), ignore_conflicts=True)
    RegistrySettings.objects.get_or_create(pk=1)
    make(description="")
    connection.pool.resize(1, WRITERS + 1)  # type: ignore[attr-defined]  # PostgreSQL's has one

    def work(writer: int) -> int:
        client = Client()
        client.force_login(admin_user)
        saved = sum(add_word(client, f"w{writer}-{n}") for n in range(EDITS))
        connections.close_all()
        return saved

    with ThreadPoolExecutor(WRITERS) as pool:
        assert sum(pool.map(work, range(WRITERS))) == WRITERS * EDITS
    words = KPI.objects.get().description.split()
    assert sorted(words) == sorted(f"w{writer}-{n}" for writer in range(WRITERS) for n in range(EDITS))
    assert Revision.objects.count() == WRITERS * EDITS + 1


def add_word(client: Client, word: str) -> bool:
    """Add a word to the description: read, write under the condition; read again where it failed."""
    for _ in range(TRIES):
        seen = call(client, "GET", PATH)
        sent = {"description": f"{seen.json()['description']} {word}".strip()}
        answer = call(client, "PATCH", PATH, sent, if_match=seen["ETag"])
        if answer.status_code == 200:
            return True
        assert answer.status_code == 412, answer.content
    return False
