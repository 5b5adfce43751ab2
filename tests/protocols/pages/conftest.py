"""People who look at runs, at the moment of the tests."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from contracts.evaluation import micros
from jobs.database_clock import database_clock
from telemetry import contracts_now
from tests.conftest import signed_in
from tests.protocols.samples import NOW


@pytest.fixture
def at(monkeypatch):
    """Have it be another moment."""

    def be(moment) -> None:
        monkeypatch.setattr(database_clock, "micros", lambda: micros(moment))

    be(NOW)
    return be


@pytest.fixture
def client(protocol, at, viewer) -> Client:
    """Of somebody who may look."""
    viewer.user_permissions.add(*Permission.objects.filter(codename__startswith="view_"))
    return signed_in(viewer)


@pytest.fixture
def actor(protocol, at, editor) -> Client:
    """Of somebody who may pause agents, too."""
    editor.user_permissions.add(*Permission.objects.filter(content_type__app_label="protocols"))
    return signed_in(editor)


@pytest.fixture
def steady(client, monkeypatch) -> None:
    """Nobody looks whether another release is in force: that is a query now and then."""
    contracts_now.current()
    monkeypatch.setattr(contracts_now, "LOOK_EVERY", 3600)
