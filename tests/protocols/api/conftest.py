"""A released contract with steps, and programs and people who ask about its runs."""

import pytest
from django.core.cache import cache
from django.test import Client

from bindings.models import Agent
from tests.bindings.api.conftest import bearer, member
from tests.kpis.conftest import registry
from tests.protocols.conftest import protocol
from tests.telemetry.conftest import nothing_known

__all__ = ["nothing_known", "protocol", "registry"]


@pytest.fixture(autouse=True)
def unhurried():
    """No test pays for the requests of another."""
    cache.clear()


def agent_client(name: str, *scopes: str) -> Client:
    """An agent's token."""
    return bearer(*(scopes or ("runs:write",)), agent=Agent.objects.get(name=name))


@pytest.fixture
def neuros(protocol) -> Client:
    return agent_client("NEUROS")


@pytest.fixture
def somnos(protocol) -> Client:
    return agent_client("SOMNOS")


@pytest.fixture
def service(protocol) -> Client:
    """What reads everything and acts for people."""
    return bearer("metrics:read", "runs:write")


@pytest.fixture
def viewer(protocol) -> Client:
    return member("viewer")


@pytest.fixture
def editor(protocol) -> Client:
    return member("editor")
