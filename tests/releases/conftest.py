"""A working copy with an agent that watches two KPIs, and two people."""

import pytest
from django.contrib.auth.models import User

from bindings.models import Agent
from releases.models import Channel, Release
from tests.bindings.conftest import kpis, neuros, somnos
from tests.kpis.conftest import hrv, registry
from tests.releases.samples import person, released
from tests.remembered import Remembered

__all__ = ["hrv", "kpis", "neuros", "registry", "somnos"]
the_first = Remembered(released, Release.objects.get)


@pytest.fixture
def author(db) -> User:
    return person("author", first_name="Ada", last_name="Author")


@pytest.fixture
def reviewer(db) -> User:
    return person("reviewer", first_name="Rex", last_name="Reviewer")


@pytest.fixture
def copy(neuros: Agent) -> Agent:
    """The working copy: NEUROS, whom SOMNOS helps, watches hrv_rmssd and ln_rmssd."""
    return neuros


@pytest.fixture
def first(copy) -> Release:
    """The working copy as release 1, in production."""
    return the_first()


@pytest.fixture
def production(db) -> Channel:
    return Channel.objects.get_or_create(name="production")[0]
