"""A released contract to report against, and what counts rows."""

import pytest
from django.core.cache import cache

from releases.models import Release
from telemetry import contracts_now
from telemetry.exposition.held import held
from telemetry.storage import forget_all
from tests.kpis.conftest import registry
from tests.remembered import Remembered
from tests.telemetry.samples import publish_contract

__all__ = ["registry"]
the_contract = Remembered(publish_contract, Release.objects.get)


@pytest.fixture(autouse=True)
def nothing_known():
    """What one test's transaction added is gone in the next."""
    forget_all()
    contracts_now.forget()
    held.forget()
    cache.clear()
    yield
    forget_all()
    contracts_now.forget()
    held.forget()


@pytest.fixture
def contract(registry):
    """NEUROS watches four KPIs by release 1, in production; SOMNOS nothing."""
    return the_contract()
