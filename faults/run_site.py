"""Agents with a contract to live by, and a token for each: each asks the next one for help."""

from __future__ import annotations

from django.core.management import call_command

from bindings.identities import identity_of
from bindings.models import Agent, ApiToken
from bindings.services import replace_agent
from contracts.documents.bindings import BindingsDocument
from contracts.documents.roster import RosterAgent
from faults.stage import ROOT
from jobs.models import Job
from kpis.models import KPI
from protocols.models import Deviation, Pause, ProtocolRun
from releases import services
from releases.models import ServingRevision
from telemetry import contracts_now
from telemetry.models import Batch, Observation, Standing, Subject, Tally, Transition

KPI_NAME = "hrv_rmssd"
SCOPES = ["observations:write", "runs:write"]


def prepare(many: int) -> dict[str, str]:
    """So many agents released, nothing that was lived; the token of each."""
    if not KPI.objects.exists():
        call_command("registry", "import", str(ROOT / "examples" / "auren"), verbosity=0)
    names = [f"FAULT{number:02}" for number in range(many)]
    for name in set(names) - set(Agent.objects.values_list("name", flat=True)):
        _replace(Agent(name=name), BindingsDocument(agent=name, kpis_used=[]))
    for place, name in enumerate(names):
        asked = names[(place + 1) % many]
        _replace(Agent.objects.get(name=name), _contract(name, asked))
    services.publish(author=None, author_name="fault", message="Agents that act", accepted="Known")
    forget()
    tokens: dict[str, str] = {}
    for name in names:
        token = ApiToken(name=name, agent=identity_of(Agent.objects.get(name=name)), scopes=SCOPES)
        tokens[name] = token.new_secret()
        token.save()
    ServingRevision.bump()
    contracts_now.forget()
    return tokens


def _contract(name: str, asked: str) -> BindingsDocument:
    """Two steps below 25 ms and a hand-off; below 30 ms the first step only. The sweep finds what is late."""
    actions = [
        {"name": "reduce_training_intensity", "deadline": "5s"},
        {"name": "review_sleep", "on": "risk", "deadline": "10s"},
    ]
    alerting = {"caution_if": "< 30", "risk_if": "< 25", "actions": actions}
    used = {"key": KPI_NAME, "role": "primary_signal", "alerting": alerting}
    hand_offs = {"on_risk": [{"agent": asked, "reason": "It may be something else."}]}
    return BindingsDocument.model_validate(
        {"agent": name, "version": "1.0", "kpis_used": [used], "collaboration": hand_offs}
    )


def _replace(agent: Agent, document: BindingsDocument) -> None:
    entry = RosterAgent.model_validate({"status": "alpha", "role": "Made for faults", "tags": ["core"]})
    replace_agent(agent=agent, document=document, roster_entry=entry, author=None, source="import")


def forget() -> None:
    """Nothing is left of a fault before."""
    for model in (
        Deviation,
        ProtocolRun,
        Pause,
        Tally,
        Batch,
        Observation,
        Standing,
        Transition,
        Subject,
        Job,
    ):
        model._default_manager.all().delete()
