"""A registry that is published again and again, and tokens for who polls it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, connections

from bindings.identities import identity_of
from bindings.models import Agent, ApiToken
from faults.pollers import TURN
from faults.stage import ROOT, Stage
from kpis.models import KPI
from releases import services
from releases.models import Release, ServingRevision

API = "/api/v1/"
logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # that the database is away is no news here
T = TypeVar("T")


def prepare(stage: Stage) -> dict[str, str]:
    """Have the example in the database, and a release of it; the token for each address that is polled."""
    if not KPI.objects.exists():
        call_command("registry", "import", str(ROOT / "examples" / "auren"), verbosity=0)
    publish(stage)
    tokens = {}
    for agent in Agent.objects.filter(bindings__isnull=False).distinct():
        tokens[f"{API}agents/{agent.name}/bindings"] = new_token(agent.name, agent, "bindings:read")
    service = new_token("service", None, "registry:read")
    ServingRevision.bump()
    return tokens | {f"{API}registry": service, f"{API}registry/": service}


def new_token(name: str, agent: Agent | None, scope: str) -> str:
    token = ApiToken(name=name, agent=identity_of(agent) if agent else None, scopes=[scope])
    secret = token.new_secret()
    token.save()
    return secret


def publish(stage: Stage, within: float = 30) -> int:
    """Say the next turn in every description, and publish that; the release's number."""
    return while_away(lambda: _publish(stage), within)


def _publish(stage: Stage) -> int:
    turn = max(turns().values(), default=stage.seed) + 1
    for kpi in KPI.objects.only("pk", "description"):
        told = f"{kpi.description.partition(', turn ')[0]}, turn {turn}"
        KPI.objects.filter(pk=kpi.pk).update(description=told)
    done = services.publish(author=None, author_name="fault", message=f"Turn {turn}", accepted="Known")
    return done.release.number


def turns() -> dict[int, int]:
    """What each release says its turn is, by its number."""
    found: dict[int, int] = {}
    for number, text in while_away(lambda: [(one.number, one.text) for one in Release.objects.all()], 30):
        if match := TURN.search(text.encode()):
            found[number] = int(match[1])
    return found


def while_away(ask: Callable[[], T], within: float) -> T:
    """Ask the database again for some seconds, if it does not answer."""
    end = time.monotonic() + within
    while True:
        try:
            return ask()
        except (DatabaseError, InterfaceError):
            if time.monotonic() > end:
                raise
            connections.close_all()
            time.sleep(0.1)
