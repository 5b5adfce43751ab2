"""Ten days of a person who becomes critical every day, and of one who never does; who looks at it."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from contracts.evaluation import micros
from tests.conftest import signed_in
from tests.telemetry.conftest import contract, nothing_known, registry
from tests.telemetry.samples import DAY, HOUR, NOW, observation, told

__all__ = ["contract", "nothing_known", "registry"]


@pytest.fixture
def noisy(contract, monkeypatch) -> None:
    """u-1 is critical for an hour a day (10 alerts in 10 days), u-2 is well all along. People look at NOW.

    So there are 10 alerts in 2 × 10 days: 3.5 per person per week, of a budget of 2.
    """
    for user, low in (("u-1", 20), ("u-2", 50)):
        for day in range(10):
            begins = NOW - DAY * (10 - day)
            told(
                *(
                    observation(value, begins + HOUR * hour, user_id=user)
                    for hour, value in ((0, 50), (2, low), (3, 50))
                )
            )
    for door in ("noise_figure", "registry_commands.noise"):
        monkeypatch.setattr(f"observability.{door}.clock", lambda: micros(NOW))


@pytest.fixture
def boss(db) -> Client:
    """Someone who may do everything."""
    return signed_in(User.objects.create_superuser("boss", password="password"))
