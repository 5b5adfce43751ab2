"""A contract with steps, deadlines and hand-offs, and runs of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from bindings.models import ActionKind, Agent
from contracts.evaluation import micros
from protocols.errors import RunError
from protocols.lifecycle import StepState
from protocols.models import ProtocolRun
from protocols.services.reporting import Report, answer_hand_off, report_step, report_undeclared
from releases.models import Release
from telemetry import contracts_now
from tests.bindings.samples import document, make_agent, replace
from tests.kpis.conftest import make
from tests.releases.samples import publish
from tests.telemetry.samples import MINUTE, NOW, USER, observation, told

__all__ = ["MINUTE", "NOW", "USER", "observation", "told"]
WATCHED: dict[str, Any] = {
    "key": "hrv_rmssd",
    "role": "primary_signal",
    "alerting": {
        "caution_if": "< 30",
        "risk_if": "< 25",
        "actions": [
            {"name": "reduce_training_intensity", "deadline": "5m"},
            {"name": "review_sleep", "on": "risk", "deadline": "10m"},
        ],
    },
}
ASKED = [{"agent": "SOMNOS", "reason": "Poor sleep."}, {"agent": "CARDIOS", "reason": "It may be the heart."}]


def publish_protocol() -> Release:
    """NEUROS watches one KPI, and asks two others where it is critical."""
    make()
    make_agent("SOMNOS")
    make_agent("CARDIOS")
    replace(Agent(name="NEUROS"), document(kpis_used=[WATCHED], collaboration={"on_risk": ASKED}))
    return publish().release


def publish_words(*, reversible: bool | None = None, **titles: str) -> Release:
    """The same contract again, with what its actions are called."""
    for name, title in titles.items():
        ActionKind.objects.update_or_create(name=name, defaults={"title": title, "reversible": reversible})
    release = publish().release
    contracts_now.forget()
    return release


def asked_beside(user_id: str = "u-1", at: datetime = NOW) -> ProtocolRun:
    """The run of SOMNOS, which NEUROS asked; no contract says that it asks CARDIOS, and it does."""
    run = opened(at=at, user_id=user_id)
    reported(run, 3, "started", now=at)
    child = ProtocolRun.objects.get(root=run, agent="SOMNOS")
    answer_hand_off(child.pk, accept=True, words="", agent="SOMNOS", now=micros(at))
    report = Report(StepState.DONE, None, "Perhaps it is the heart.")
    return report_undeclared(child.pk, "CARDIOS", report, agent="SOMNOS", now=micros(at), hand_off=True)


def opened(value: float = 18, at: datetime = NOW, **parts: Any) -> ProtocolRun:
    """The run that an observation opens."""
    (run,) = told(observation(value, at=at, **parts), now=at)["runs"]
    return ProtocolRun.objects.get(pk=run["id"])


def reported(
    run: ProtocolRun, number: int, state: str = "done", now: datetime = NOW, **parts: Any
) -> ProtocolRun:
    """A step of a run as its agent reports it."""
    at = parts.pop("at", None)
    report = Report(StepState(state), None if at is None else micros(at), **parts)
    return report_step(run.pk, number, report, agent=run.agent, now=micros(now))


def refusal(act: Callable[[], object]) -> str:
    """The code by which it is refused."""
    with pytest.raises(RunError) as error:
        act()
    return error.value.code


def steps(run: ProtocolRun) -> list[tuple[str, str]]:
    """Name and state of each step."""
    return list(run.steps.order_by("number").values_list("name", "state"))
