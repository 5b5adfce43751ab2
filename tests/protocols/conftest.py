"""A released contract with steps and hand-offs to live by."""

import pytest

from releases.models import Release
from tests.kpis.conftest import registry
from tests.protocols.samples import publish_protocol
from tests.remembered import Remembered
from tests.telemetry.conftest import nothing_known
from tests.tracing.conftest import collector, tracer

__all__ = ["collector", "nothing_known", "registry", "tracer"]
the_protocol = Remembered(publish_protocol, Release.objects.get)


@pytest.fixture
def protocol(registry):
    """NEUROS does two things below 25 ms and asks SOMNOS and CARDIOS; below 30 ms it does the first only."""
    return the_protocol()
