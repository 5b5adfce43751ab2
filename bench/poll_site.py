"""``python -m bench.poll_site fill AGENTS | publish | revoke NAME | open AGENT RUNS | pause AGENT SECONDS | serve
PORT``: a site that agents poll.

It lives in AUREN_DATA_DIR. Releases are written as they are, past the rules: what is measured is how they are
served. Every command prints one line of JSON; its times are the machine's monotonic clock.
"""

from __future__ import annotations

import json
import sys
import time
from decimal import Decimal
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - Django has to be set up first
from django.db import transaction  # noqa: E402

from auren_admin.server import serve  # noqa: E402
from bindings.identities import claim  # noqa: E402
from bindings.models import Agent, ApiToken  # noqa: E402
from contracts.documents import BindingsDocument, RegistryDocument, RosterDocument  # noqa: E402
from contracts.release import ReleaseDocument  # noqa: E402
from jobs.database_clock import database_clock  # noqa: E402
from protocols.models import Pause, ProtocolRun, Step  # noqa: E402
from releases.models import Channel, Release, ServingRevision  # noqa: E402
from telemetry.models import Subject  # noqa: E402
from telemetry.storage import store  # noqa: E402

KPIS, BINDINGS = 200, 18
"""Of the registry, and of each agent: enough for a body of 20 KB."""
SCOPES = ["bindings:read", "registry:read", "runs:write"]
ABOUT = "What is measured here, averaged over one night of sleep and compared with the four weeks before."


def document(agents: int, turn: int) -> ReleaseDocument:
    """A release of this many agents, in which a number of every agent is ``turn``."""
    names = [f"AGENT_{n}" for n in range(agents)]
    return ReleaseDocument(
        RegistryDocument.model_validate({"kpis": [kpi(n) for n in range(KPIS)]}),
        RosterDocument.model_validate(
            {"agents": {name: {"status": "prod", "role": ABOUT} for name in names}}
        ),
        {
            name: BindingsDocument.model_validate(
                {"agent": name, "kpis_used": [binding(n * 7 + place, turn) for place in range(BINDINGS)]}
            )
            for n, name in enumerate(names)
        },
        {name: name.lower() for name in names},
    )


def kpi(n: int) -> dict[str, object]:
    return {
        "name": f"measured_value_{n}_ms",
        "title": f"Measured value {n}",
        "description": ABOUT,
        "unit": "milliseconds",
        "category": "cardiovascular",
        "prometheus_metric": f"auren_measured_value_{n}_ms",
        "absolute_range": {"min": 0, "max": 400},
        "normal_range": {"min": 30, "max": 100, "optimal": Decimal("60.5") + n},
        "risk_thresholds": {
            "critical": {"condition": "< 20", "action": "immediate_rest_recommendation"},
            "warning": {"condition": "< 30", "action": "reduce_training_intensity", "for": "5m"},
        },
    }


def binding(n: int, turn: int) -> dict[str, object]:
    actions = [{"name": "reduce_training_intensity", "on": "risk"}, {"name": "notify_user"}]
    alerting = {"risk_if": f"< {turn % 20}", "caution_if": "< 30", "actions": actions}
    return {"key": f"measured_value_{n % KPIS}_ms", "role": "primary_signal", "alerting": alerting}


def fill(agents: int) -> object:
    """An empty database with agents, a token of each, and release 1; the tokens by the agents' names."""
    call_command("migrate", verbosity=0)
    rows = Agent.objects.bulk_create(
        Agent(name=f"AGENT_{n}", code=f"agent_{n}", status="prod", position=n) for n in range(agents)
    )
    claim(rows)
    tokens = [ApiToken(name=agent.name, agent=agent.identity, scopes=SCOPES) for agent in rows]
    secrets = {token.name: token.new_secret() for token in tokens}
    ApiToken.objects.bulk_create(tokens)
    publish()
    return secrets


def publish() -> object:
    """One more release, at once on production; when it was committed."""
    number = Release.objects.count() + 1
    content = document(Agent.objects.count(), number)
    text = content.canonical().decode()
    with transaction.atomic():
        release = Release.objects.keep(
            number=number,
            text=text,
            digest=content.digest,
            state=Release.State.PUBLISHED,
            kind="behavioural",
            message="Measured.",
        )
        Channel.objects.update_or_create(name="production", defaults={"release": release, "revision": number})
        ServingRevision.bump()
    return {"release": number, "at": time.monotonic()}


def revoke(name: str) -> object:
    """End the token of an agent; when that was committed."""
    with transaction.atomic():
        ApiToken.objects.get(name=name).revoke()
        ServingRevision.bump()
    return {"at": time.monotonic()}


def opened(agent: str, runs: str) -> object:
    """As many open runs of an agent, each with three steps, and no others."""
    count, now = int(runs), database_clock.micros()
    with transaction.atomic():
        number = store().now()
        ProtocolRun.objects.filter(agent=agent).delete()
        people = [Subject.objects.get_or_create(user_id=f"person-{n}")[0] for n in range(count)]
        rows = ProtocolRun.objects.bulk_create(
            ProtocolRun(
                agent=agent, kpi="measured_value_0_ms", subject=person, severity=3, release=1, source="band",
                condition="< 20", reason="18 ms is below 20 ms", inputs={"value": 18.5}, opened=now + n, recorded=now,
                changed=number,
            )
            for n, person in enumerate(people)
        )  # fmt: skip
        Step.objects.bulk_create(
            Step(
                run=run, number=n, name=f"reduce_training_intensity_{n}", description=ABOUT, severity=3, release=1,
                added=now, deadline=900, due=now + 900_000_000,
            )
            for run in rows
            for n in (1, 2, 3)
        )  # fmt: skip
    return {"at": time.monotonic()}


def paused(agent: str, seconds: str) -> object:
    """Pause an agent for so many seconds; when that was committed, and when it ends."""
    now, began = database_clock.micros(), time.monotonic()
    with transaction.atomic():
        Pause.objects.create(
            agent=agent, reason_code="planned", since=now, until=now + int(seconds) * 1_000_000,
            author_name="bench", changed=store().now(),
        )  # fmt: skip
    return {"at": time.monotonic(), "ends": began + int(seconds)}


def main(command: str, *words: str) -> None:
    """Run one command of this helper: the words are those of `bench.bench_polls`."""
    if command == "serve":
        serve("127.0.0.1", int(words[0]), on_listening=lambda: None)
    elif command == "fill":
        print(json.dumps(fill(int(words[0]))))
    else:
        commands: dict[str, Any] = {"publish": publish, "revoke": revoke, "open": opened, "pause": paused}
        print(json.dumps(commands[command](*words)))


if __name__ == "__main__":
    main(*sys.argv[1:])
