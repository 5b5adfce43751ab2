"""An agent with its KPIs, and another one that it asks."""

import pytest

from bindings.models import Agent
from tests.bindings.samples import document, make_agent, make_ln_rmssd, replace
from tests.kpis.conftest import hrv, registry

__all__ = ["hrv", "registry"]


@pytest.fixture
def kpis(hrv):
    return hrv, make_ln_rmssd()


@pytest.fixture
def somnos(registry) -> Agent:
    return make_agent("SOMNOS")


@pytest.fixture
def neuros(kpis, somnos) -> Agent:
    return replace(Agent(name="NEUROS"), document())
