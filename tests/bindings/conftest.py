"""An agent with its KPIs, and another one that it asks."""

import pytest

from bindings.models import Agent
from kpis.models import KPI
from tests.bindings.samples import document, make_agent, make_ln_rmssd, replace
from tests.kpis.conftest import hrv, registry
from tests.remembered import Remembered

__all__ = ["hrv", "registry"]
the_ln_rmssd = Remembered(make_ln_rmssd, lambda: KPI.objects.whole().get(name="ln_rmssd"))
the_somnos = Remembered(make_agent, lambda: Agent.objects.get(name="SOMNOS"))
the_neuros = Remembered(
    lambda: replace(Agent(name="NEUROS"), document()), lambda: Agent.objects.whole().get(name="NEUROS")
)


@pytest.fixture
def kpis(hrv):
    return hrv, the_ln_rmssd()


@pytest.fixture
def somnos(registry) -> Agent:
    return the_somnos()


@pytest.fixture
def neuros(kpis, somnos) -> Agent:
    return the_neuros()
