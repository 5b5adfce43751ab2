"""A registry with a few KPIs and an agent that watches two of them, as files would have them."""

from typing import Any

from bindings import services
from bindings.models import Agent
from contracts.documents import BindingsDocument, RosterAgent
from kpis.models import KPI, Revision
from tests.kpis.conftest import make

NEUROS: dict[str, Any] = {
    "agent": "NEUROS",
    "version": "1.1",
    "kpis_used": [
        {
            "key": "hrv_rmssd",
            "role": "primary_signal",
            "alerting": {
                "risk_if": "< 25",
                "actions": [{"name": "reduce_training_intensity"}, {"name": "trigger_somnos_review"}],
            },
        },
        {
            "key": "ln_rmssd",
            "role": "trend_check",
            "alerting": {
                "caution_if_drop_pct": ">= 10 over 7d",
                "actions": [{"name": "flag_cns_fatigue"}],
            },
        },
    ],
    "collaboration": {"on_risk": [{"agent": "SOMNOS", "reason": "Poor sleep is a common cause."}]},
}


def document(**parts) -> BindingsDocument:
    """The agent of these tests with other parts of its bindings file."""
    return BindingsDocument.model_validate(NEUROS | parts)


def first_binding(**parts) -> BindingsDocument:
    """The agent of these tests with its first binding changed, and no other."""
    return document(kpis_used=[NEUROS["kpis_used"][0] | parts])


def entry(**parts) -> RosterAgent:
    """Its entry on the roster with other parts."""
    return RosterAgent.model_validate({"status": "alpha", "role": "Nervous system", "tags": ["core"]} | parts)


def make_ln_rmssd() -> KPI:
    """A second KPI, known by its trend only."""
    return make(
        name="ln_rmssd",
        title="Logarithm of the heart-rate variability",
        unit="score",
        prometheus_metric="auren_ln_rmssd_score",
        absolute_range={"min": 2.5, "max": 5},
        normal_range=None,
        risk_thresholds={},
    )


def make_agent(name: str = "SOMNOS", **parts) -> Agent:
    """An agent without bindings, on the roster."""
    agent = Agent(name=name)
    empty = BindingsDocument(agent=name, kpis_used=[])
    replace(agent, empty, entry(**parts))
    return agent


def replace(agent: Agent, whole: BindingsDocument, listed: RosterAgent | None = None, **options) -> Agent:
    """Give ``agent`` this contract through the gate, and read it back."""
    services.replace_agent(
        agent=agent,
        document=whole,
        roster_entry=listed or entry(),
        author=options.get("author"),
        source=options.get("source", Revision.Source.IMPORT),
    )
    return Agent.objects.whole().get(pk=agent.pk)
