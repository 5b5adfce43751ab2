"""A history of three people by the hour, and who looks at it."""

import pytest

from contracts.evaluation import micros
from tests.telemetry.conftest import contract, registry
from tests.telemetry.pages.conftest import client, looker
from tests.telemetry.samples import HOUR, NOW, observation, told

__all__ = ["client", "contract", "looker", "registry"]


@pytest.fixture
def history(contract, monkeypatch) -> None:
    """u-1 goes 50, 24, 22, 50; u-2 27, 50; u-3 stays at 60. People ask at NOW."""
    for user, values in (("u-1", (50, 24, 22, 50)), ("u-2", (27, 50)), ("u-3", (60,))):
        whole = [
            observation(value, NOW - HOUR * (10 - place), user_id=user) for place, value in enumerate(values)
        ]
        told(*whole)
    for door in ("backtest.view", "backtest.publishing", "api.backtests", "registry_commands.backtest"):
        monkeypatch.setattr(f"telemetry.{door}.clock", lambda: micros(NOW))
