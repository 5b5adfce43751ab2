"""Many programs publish and move one channel at once through the API: one wins, the others are told."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections
from django.test import Client

from contracts.units import STANDARD_UNITS
from kpis.models import RegistrySettings, Unit
from releases.models import Channel, ChannelMove, Release, ServingRevision
from releases.services import publish
from rest import concurrency
from tests.kpis.conftest import make
from tests.releases.api.conftest import ACCEPTED, edit, production, second
from tests.rest.calls import call

CALLERS = 8


@pytest.fixture
def admin_clients(admin_user, settings, transactional_db) -> list[Client]:
    """As many programs as there are callers, and a registry of one KPI published as release 1."""
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {
        "DEFAULT_THROTTLE_RATES": {"address": None, "token": None}
    }
    Unit.objects.bulk_create(map(Unit.of_spec, STANDARD_UNITS.values()), ignore_conflicts=True)
    RegistrySettings.objects.get_or_create(pk=1)
    Channel.objects.get_or_create(name="production")
    ServingRevision.objects.get_or_create(pk=1)
    make()
    publish(author=None, message="The first one", accepted=ACCEPTED)
    connection.pool.resize(1, CALLERS + 1)  # type: ignore[attr-defined]  # PostgreSQL's has one
    clients = [Client() for _ in range(CALLERS)]
    for client in clients:
        client.force_login(admin_user)
    return clients


def at_once(clients, method: str, path: str, body: dict[str, object], **headers: str) -> Counter[int]:
    """How often each status was answered."""
    start = Barrier(len(clients))

    def work(client: Client) -> int:
        start.wait(10)
        status: int = call(client, method, path, body, **headers).status_code
        connections.close_all()
        return status

    with ThreadPoolExecutor(len(clients)) as pool:
        return Counter(pool.map(work, clients))


BACK: dict[str, object] = {"release": 1, "change_reason": "Too many alerts."}


@pytest.mark.postgres
def test_one_move_wins(admin_clients):
    second()
    tag = call(admin_clients[0], "GET", "channels/production/")["ETag"]
    found = at_once(admin_clients, "PUT", "channels/production/", BACK, if_match=tag)
    assert found[200] >= 1
    assert set(found) <= {200, 412}
    assert ChannelMove.objects.filter(kind="rollback").count() == 1
    assert production() == 1


@pytest.mark.postgres
def test_one_release_comes_of_the_same_content(admin_clients, settings, monkeypatch):
    settings.THREADS = CALLERS + 1
    monkeypatch.setattr(concurrency, "EACH", CALLERS)
    edit()
    found = at_once(admin_clients, "POST", "releases/", {"message": "Lower", "accepted": ACCEPTED})
    assert found == {201: 1, 200: CALLERS - 1}
    assert list(Release.objects.values_list("number", flat=True)) == [2, 1]
