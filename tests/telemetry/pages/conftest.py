"""People who look at measurements, and a person who is critical."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from contracts.evaluation import SECOND
from telemetry.models import Standing
from telemetry.pages import overview
from tests.conftest import signed_in
from tests.telemetry.conftest import contract, registry
from tests.telemetry.samples import HOUR, NOW, observation, told

__all__ = ["contract", "registry"]


@pytest.fixture
def looker(db) -> User:
    """May see what was measured, and nothing else."""
    person = User.objects.create_user("looker", password="looker", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_standing"))
    return person


@pytest.fixture
def client(looker) -> Client:
    return signed_in(looker)


@pytest.fixture
def now(monkeypatch) -> int:
    """The time at which people look, in microseconds: that of the other tests."""
    seconds = NOW.timestamp()
    monkeypatch.setattr("telemetry.pages.span.time", lambda: seconds)
    return int(seconds) * SECOND


@pytest.fixture
def critical(contract, now) -> Standing:
    """u-1 has gone from normal to critical by hrv_rmssd, and u-2 is normal."""
    told(
        observation(50, NOW - 3 * HOUR),
        observation(40, NOW - 2 * HOUR),
        observation(18, NOW - HOUR),
        observation(60, NOW - HOUR, user_id="u-2"),
    )
    return Standing.objects.get(subject__user_id="u-1", kpi="hrv_rmssd")


@pytest.fixture(autouse=True)
def nothing_held(monkeypatch):
    """Nor is a look kept that took long because the machine was busy."""
    overview._held.look = None
    monkeypatch.setattr(overview, "HELD", 0)
