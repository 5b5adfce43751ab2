"""Two agents and two KPIs published as release 1, and a program that may publish."""

import pytest
from django.test import Client

from kpis import services as kpi_services
from kpis.models import KPI
from releases.models import Channel, Release
from releases.services import publish
from tests.bindings.api.conftest import agents, bearer, unhurried  # noqa: F401 - fixtures
from tests.kpis.conftest import changed, registry  # noqa: F401 - fixture

ACCEPTED = "They are known."


@pytest.fixture
def first(agents) -> Release:  # noqa: F811 - the fixture
    return publish(author=None, message="The first ones", accepted=ACCEPTED).release


@pytest.fixture
def publisher(agents) -> Client:  # noqa: F811 - the fixture
    """A program that publishes and reads."""
    return bearer("releases:write", "registry:read", "bindings:read")


def edit(critical: str = "< 22", action: str = "immediate_rest_recommendation") -> None:
    """Change a threshold in the working copy, and take the others away. Without an action, the rules warn."""
    kpi = KPI.objects.whole().get(name="hrv_rmssd")
    rows = {"critical": {"condition": critical, "action": action}}
    kpi_services.replace(kpi=kpi, document=changed(risk_thresholds=rows), author=None, source="admin")


def second(message: str = "A lower limit") -> Release:
    """Another release, to production."""
    edit()
    return publish(author=None, message=message, accepted=ACCEPTED).release


def production() -> int | None:
    """The number of the release that production points to."""
    return Channel.objects.values_list("release__number", flat=True).get(name="production")
