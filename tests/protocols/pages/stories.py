"""Runs made up without a database, for what is told of them."""

from __future__ import annotations

from typing import Any

from contracts.evaluation import SECOND, micros
from contracts.watched import Definition
from protocols.lifecycle import SETTLED, StepState
from protocols.models import HandOffOffer, Intervention, Pause, ProtocolRun, Step
from protocols.pages.run.facts import Facts
from telemetry.models import Subject
from tests.telemetry.samples import NOW

AT = micros(NOW)
"""12:00 on 24 November 2026, when these runs are opened."""
MINUTE = 60 * SECOND
HRV = Definition("hrv_rmssd", title="Heart-rate variability", symbol="ms")


def step(
    number: int = 1, name: str = "reduce_training_intensity", state: str = "pending", **parts: Any
) -> Step:
    """One of a run; ``after`` is when it was finished, in seconds after the run was opened."""
    after = parts.pop("after", None)
    deadline = parts.setdefault("deadline", 300)
    finished = None if after is None else AT + after * SECOND
    if finished is None and StepState(state) in SETTLED - {StepState.OVERRIDDEN, StepState.NOT_NEEDED}:
        finished = AT + 40 * SECOND
    parts.setdefault("due", None if deadline is None else AT + deadline * SECOND)
    parts.setdefault("severity", 3)
    parts.setdefault("added", AT)
    return Step(pk=number, number=number, name=name, state=state, finished=finished, release=1, **parts)


def asking(number: int, target: str, state: str = "started", **parts: Any) -> Step:
    """A hand-off."""
    return step(number, target, state, kind=Step.Kind.HAND_OFF, deadline=None, **parts)


def offer(target: str, state: str = "offered", answered: int | None = None, **parts: Any) -> HandOffOffer:
    """Of SOMNOS or another, ``answered`` seconds after the run was opened."""
    at = None if answered is None else AT + answered * SECOND
    if at is None and state != "offered":
        at = AT + 2 * MINUTE
    offered = parts.pop("offered", AT + MINUTE)
    return HandOffOffer(
        pk=parts.pop("pk", 1), source="NEUROS", target=target, state=state, answered=at, offered=offered,
        due=offered + 30 * MINUTE, **parts,
    )  # fmt: skip


def child(target: str, state: str = "active", **parts: Any) -> ProtocolRun:
    """What a hand-off opened."""
    return run(pk=9, agent=target, state=state, depth=1, **parts)


def run(**parts: Any) -> ProtocolRun:
    """NEUROS's at 18 ms."""
    whole = {
        "pk": 1, "agent": "NEUROS", "kpi": "hrv_rmssd", "subject": Subject(pk=1, user_id="u-1"), "state": "active",
        "severity": 3, "release": 1, "rule": "critical", "condition": "< 25", "reason": "18 ms is below 25 ms",
        "inputs": {"value": 18.0, "at": AT, "source": "band"}, "opened": AT, "recorded": AT + SECOND,
    }  # fmt: skip
    ended = parts.pop("after", None)
    if ended is not None:
        whole |= {"ended": AT + ended * SECOND, "ended_recorded": AT + ended * SECOND}
    return ProtocolRun(**(whole | parts))


def said(kind: str, after: int = 120, who: str = "Ines Okafor", **parts: Any) -> Intervention:
    """What somebody did, so many seconds after the run was opened."""
    return Intervention(run_id=1, kind=kind, author_name=who, at=AT + after * SECOND, **parts)


def pause(begin: int, end: int, **parts: Any) -> Pause:
    """Of NEUROS, in seconds after the run was opened."""
    whole = {"agent": "NEUROS", "reason_code": "planned", "author_name": "Ines Okafor"}
    return Pause(since=AT + begin * SECOND, until=AT + end * SECOND, **(whole | parts))


def facts(*steps: Step, of: ProtocolRun | None = None, after: int = 180, **parts: Any) -> Facts:
    """As it stands so many seconds after it was opened."""
    return Facts(run=of or run(), steps=steps, now=AT + after * SECOND, definition=HRV, **parts)
