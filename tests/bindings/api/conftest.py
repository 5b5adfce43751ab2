"""Two agents and two KPIs, and tokens of every kind."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.cache import cache
from django.test import Client

from bindings import services
from bindings.identities import identity_of
from bindings.models import Agent, ApiToken
from contracts.documents import BindingsDocument, RosterAgent
from tests.kpis.conftest import make, registry  # noqa: F401 - fixture

NEUROS: dict[str, Any] = {
    "agent": "NEUROS",
    "kpis_used": [
        {
            "key": "hrv_rmssd",
            "role": "primary_signal",
            "alerting": {
                "risk_if": "< 20",
                "timing": {"risk": {"for": "10m"}},
                "actions": [{"name": "reduce_training_intensity"}, {"name": "notify_coach", "on": "risk"}],
            },
        }
    ],
    "collaboration": {"on_risk": [{"agent": "SOMNOS", "reason": "Sleep may explain it."}]},
}


def store(document: dict[str, Any], **entry: Any) -> Agent:
    """An agent through the gate."""
    services.replace_agent(
        agent=Agent(),
        document=BindingsDocument.model_validate(document),
        roster_entry=RosterAgent.model_validate({"status": "alpha"} | entry),
        author=None,
        source="import",
    )
    return Agent.objects.get(name=document["agent"])


@pytest.fixture(autouse=True)
def unhurried():
    """No test pays for the requests of another."""
    cache.clear()


@pytest.fixture
def agents(registry) -> dict[str, Agent]:  # noqa: F811 - the fixture
    make()
    make(name="hrv_sdnn", prometheus_metric="auren_hrv_sdnn_ms")
    somnos = store({"agent": "SOMNOS", "kpis_used": []})
    return {"SOMNOS": somnos, "NEUROS": store(NEUROS)}


def member(group: str) -> Client:
    """Somebody of a group, signed in."""
    person = User.objects.create_user(f"{group}-member", is_staff=True)
    person.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(person)
    return client


def bearer(*scopes: str, agent: Agent | None = None) -> Client:
    """A program with a token of these scopes."""
    token = ApiToken(name="test", agent=identity_of(agent) if agent else None, scopes=list(scopes))
    secret = token.new_secret()
    token.full_clean()
    token.save()
    return Client(headers={"authorization": f"Bearer {secret}"})


@pytest.fixture
def writer(agents) -> Client:
    return bearer("bindings:read", "registry:read", "registry:write")
