"""A KPI as the API has it."""

from typing import Any

import pytest
from django.core.cache import cache

from contracts.severity import REGISTRY_WORDS
from tests.kpis.conftest import HRV, hrv, registry  # noqa: F401 - fixtures


@pytest.fixture(autouse=True)
def unhurried():
    """No test pays for the requests of another."""
    cache.clear()


def body(**parts: Any) -> dict[str, Any]:
    """The KPI of these tests with other parts; thresholds are given as the registry file has them."""
    document = HRV | parts
    rows = document.pop("risk_thresholds")
    thresholds = [{"severity": str(REGISTRY_WORDS[word]), **row} for word, row in rows.items()]
    return document | {"thresholds": thresholds}
