"""Agents on a registry with one KPI, and what a browser posts for their form."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission

from bindings import services
from bindings.documents import Contract
from bindings.models import Agent
from contracts.documents import BindingsDocument, RosterAgent
from kpis.models import Revision
from tests.kpis.conftest import hrv, registry

__all__ = ["hrv", "registry"]

NEUROS: dict[str, Any] = {
    "agent": "NEUROS",
    "version": "1.1",
    "kpis_used": [
        {
            "key": "hrv_rmssd",
            "role": "primary_signal",
            "alerting": {
                "risk_if": "< 25",
                "actions": [
                    {"name": "reduce_training_intensity"},
                    {"name": "trigger_somnos_review", "on": "risk"},
                ],
            },
        }
    ],
    "collaboration": {"on_risk": [{"agent": "SOMNOS", "reason": "Poor sleep is a common cause."}]},
}


def make_agent(name: str, data: dict[str, Any] | None = None, **entry: Any) -> Agent:
    """Store an agent through the gate."""
    agent = Agent()
    services.replace_agent(
        agent=agent,
        document=BindingsDocument.model_validate(data or {"agent": name, "kpis_used": []}),
        roster_entry=RosterAgent(**{"status": "beta", "role": f"{name} specialist"} | entry),
        author=None,
        source=Revision.Source.IMPORT,
    )
    return Agent.objects.whole().get(pk=agent.pk)


def make_neuros() -> Agent:
    """NEUROS, who watches heart-rate variability and asks SOMNOS."""
    make_agent("SOMNOS")
    return make_agent("NEUROS", NEUROS)


@pytest.fixture
def neuros(hrv) -> Agent:
    return make_neuros()


@pytest.fixture
def editor(editor):
    editor.user_permissions.add(*Permission.objects.filter(codename__endswith="_agent"))
    return editor


@pytest.fixture
def viewer(viewer):
    seeing = Permission.objects.filter(codename="view_agent")
    viewer.user_permissions.add(*seeing)
    return viewer


def agent_data(agent: Agent | None = None, **fields) -> dict[str, str]:
    """What a browser posts for the form of ``agent`` (a new one by default), with some inputs changed.

    A field name is that of the input with ``__`` for the hyphens; None takes the input away.
    """
    data = {
        "name": "NEUROS",
        "code": "",
        "role": "",
        "status": "beta",
        "enabled": "on",
        "tags": "",
        "reason": "",
    }
    if agent:
        contract = Contract.of(agent)
        data |= {"name": agent.name, "code": agent.code, "role": agent.role, "status": agent.status}
        data["started_from"] = str(agent.revision)
        for number, row in enumerate(contract.bindings.kpis_used):
            data |= binding_data(f"bindings-{number}", number, row)
        for number, asked in enumerate(contract.bindings.collaboration.on_risk):
            at = f"handoffs-{number}"
            data |= {f"{at}-severity": "critical", f"{at}-target": asked.agent, f"{at}-reason": asked.reason}
    for name, value in fields.items():
        data[name.replace("__", "-")] = value
    return {name: value for name, value in data.items() if value is not None}


def binding_data(prefix: str, place: int, row) -> dict[str, str]:
    on = {"": "", "risk": "critical", "caution": "warning", "elevated": "info"}
    data = {
        f"{prefix}-key": row.key,
        f"{prefix}-place": str(place),
        f"{prefix}-role": row.role,
        f"{prefix}-guard": row.guard,
        f"{prefix}-enabled": "on" if row.enabled else "",
        f"{prefix}-critical-condition": row.alerting.risk_if,
        f"{prefix}-warning-condition": row.alerting.caution_if,
        f"{prefix}-info-condition": row.alerting.elevated_if,
    }
    for number, action in enumerate(row.alerting.actions):
        at = f"{prefix}-actions-{number}"
        data |= {f"{at}-name": action.name, f"{at}-place": str(number), f"{at}-on": on[action.on]}
    return data
