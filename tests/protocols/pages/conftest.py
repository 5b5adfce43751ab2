"""People who look at runs and decide about them."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from contracts.evaluation import micros
from jobs.database_clock import DatabaseClock
from protocols.models import ProtocolRun
from protocols.pages import counts
from telemetry import contracts_now
from tests.conftest import signed_in
from tests.protocols.conftest import nothing_known, protocol, registry
from tests.protocols.samples import NOW, opened

__all__ = ["nothing_known", "protocol", "registry"]


def staff(name: str, *permissions: str) -> User:
    person = User.objects.create_user(name, password=name, is_staff=True, first_name=name.capitalize())
    person.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
    return person


@pytest.fixture
def looker(db) -> User:
    """May see runs, and nothing else."""
    return staff("looker", "view_protocolrun")


@pytest.fixture
def ines(db) -> User:
    """May see runs and decide about them."""
    return staff("ines", "view_protocolrun", "add_intervention")


@pytest.fixture
def client(ines) -> Client:
    return signed_in(ines)


@pytest.fixture
def now(monkeypatch) -> int:
    """The time at which people look, in microseconds: that of the other tests."""
    at = micros(NOW)
    monkeypatch.setattr(DatabaseClock, "micros", lambda clock: at)
    return at


@pytest.fixture
def run(protocol, now) -> ProtocolRun:
    """NEUROS has two things to do and two agents to ask."""
    return opened(18)


def page_of(run: ProtocolRun) -> str:
    return f"/admin/protocols/protocolrun/{run.pk}/change/"


@pytest.fixture
def at(monkeypatch):
    """Have it be another moment."""

    def be(moment) -> None:
        monkeypatch.setattr(DatabaseClock, "micros", lambda clock: micros(moment))

    be(NOW)
    return be


@pytest.fixture
def looking(protocol, at, viewer) -> Client:
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


@pytest.fixture(autouse=True)
def nothing_counted(monkeypatch) -> None:
    """Nor is a count kept that took long because the machine was busy."""
    monkeypatch.setattr(counts, "HELD", 0)
    counts._held.until = 0.0
