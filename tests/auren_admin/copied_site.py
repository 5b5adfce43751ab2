"""A site with something of everything, and what others see of it: for `manage.py shell`."""

import json
import random
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from bindings.identities import identity_of
from bindings.models import Agent, ApiToken
from jobs.models import Job
from jobs.runner import run_job
from jobs.services import enqueue
from kpis.models import KPI
from releases.models import Release
from releases.services import publish
from telemetry.erasure import erase
from telemetry.ingest import report
from telemetry.models import Observation, Standing, Summary, Transition


def fill() -> None:
    """The example, two releases of it, tokens, a person, jobs, a year of observations of a few people."""
    call_command("registry", "import", str(settings.BASE_DIR / "examples" / "auren"), verbosity=0)
    anna = get_user_model().objects.create_superuser("anna", password="very secret")
    publish(author=anna, message="First", accepted="Known")
    KPI.objects.filter(name="hrv_rmssd").update(description="Said otherwise: “é”, \\, \t and 10\u202f%")
    publish(author=anna, message="Second", accepted="Known")
    for agent in Agent.objects.filter(bindings__isnull=False).distinct():
        say(f"{agent.name} {new_token(agent)}")
    say(f"service {new_token(None, 'bindings:read', 'registry:read', 'metrics:read')}")
    chance = random.Random(7)  # noqa: S311 - the same each time
    now = datetime.now(UTC).replace(microsecond=123_457)
    for day in (700, 300, 200, 40, 3, 0):
        items = [
            {
                "kpi": "hrv_rmssd",
                "value": chance.uniform(10, 90),
                "at": (now - timedelta(days=day, minutes=minute)).isoformat(),
                "user_id": f"person-{minute % 4}",
                "measurement_source": "band",
                "context": {"is_resting": True, "load": 1e3},
            }
            for minute in range(50, 0, -1)
        ]
        report(json.dumps(items).encode(), agent="NEUROS")
    erase("person-3")
    run_job(enqueue(kind="telemetry_summaries", payload={}).pk)
    enqueue(kind="telemetry_silence", payload={"a": [1, 1.5, None]}, key="once")
    Job.objects.filter(kind="telemetry_silence").update(error="tried \\N in vain")


def new_token(agent: Agent | None, *scopes: str) -> str:
    token = ApiToken(name="copied", scopes=list(scopes) or ["bindings:read"])
    token.agent = identity_of(agent) if agent else None
    secret = token.new_secret()
    token.save()
    return secret


def told(tokens: dict[str, str]) -> None:
    """What agents, Prometheus and people see, as JSON."""
    say(json.dumps(seen(tokens), sort_keys=True))


def seen(tokens: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    paths = {f"/api/v1/agents/{name}/bindings": name for name in tokens if name != "service"}
    for path in ("/api/v1/registry", "/api/v1/registry.yaml", "/api/v1/channels/production", "/metrics/kpis"):
        paths[path] = "service"
    for path, name in paths.items():
        client = Client(headers={"authorization": f"Bearer {tokens[name]}"})
        answer = client.get(path, HTTP_HOST="localhost")
        lines = answer.getvalue().decode().splitlines()
        kept = [line for line in lines if "auren_agent_last_seen" not in line]  # by this very look
        found[path] = [answer.status_code, answer.headers.get("ETag"), kept]
    for model in (Standing, Transition, Observation, Release, Job, Summary):
        columns = [field.attname for field in model._meta.concrete_fields if field.attname != "changed"]
        rows = model._base_manager.order_by("pk").values_list(*columns)
        found[model.__name__] = json.dumps(list(rows), default=str, sort_keys=True)
    found["may sign in"] = Client().login(username="anna", password="very secret")
    new = Release.objects.keep(
        number=99, text="{}", digest="0" * 64, kind="cosmetic", message="Numbers go on"
    )
    found["the next number"] = new.pk
    return found


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
