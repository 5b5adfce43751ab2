"""Simulated agents' tokens do not outlive the simulation."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bindings.models import ApiToken
from telemetry.simulation.tokens import GOOD_FOR, tokens_of
from tests.bindings.samples import make_agent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def agents(registry):
    make_agent("NEUROS")
    make_agent("SOMNOS")


def test_each_agent_gets_one_that_works_and_ends_within_the_hour():
    with tokens_of(["NEUROS", "SOMNOS", "NOBODY"]) as tokens:
        assert set(tokens.secrets) == {"NEUROS", "SOMNOS"}
        found = ApiToken.find(tokens.secrets["NEUROS"])
        assert found
        assert found.expires
        assert found.agent_name == "NEUROS"
        assert found.scopes == ["bindings:read", "observations:write", "runs:write"]
        assert found.expires <= timezone.now() + GOOD_FOR


def test_they_are_revoked_at_the_end_whatever_happens():
    with pytest.raises(KeyboardInterrupt), tokens_of(["NEUROS"]) as tokens:
        raise KeyboardInterrupt
    assert ApiToken.find(tokens.secrets["NEUROS"]) is None
    assert ApiToken.objects.get().state == "revoked"


def test_a_long_simulation_renews_them():
    with tokens_of(["NEUROS"]) as tokens:
        ApiToken.objects.update(expires=timezone.now() + timedelta(minutes=1))
        tokens.renew()
        expires = ApiToken.objects.get().expires
        assert expires
        assert expires > timezone.now() + timedelta(minutes=50)
