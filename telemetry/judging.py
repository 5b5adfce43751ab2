"""What observations of one binding and one person mean: the evaluator's verdict, ready to be stored and told."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from contracts.decimals import Number
from contracts.evaluation import Combined, Evaluator, Memory, Observed, State, Transition, explaining
from telemetry.contracts_now import iso
from telemetry.storage.memories import NUMBERS
from telemetry.storage.shapes import StandingKey, TransitionRow


def transition_row(
    key: StandingKey,
    source: str,
    transition: Transition,
    observed: Observed | None,
    *,
    release: int,
    now: int,
    cause: str = "",
) -> TransitionRow:
    """A transition as it is stored."""
    inputs: dict[str, Any] = {"value": None if transition.value is None else float(transition.value)}
    if observed is not None and transition.cause == "value":  # time passed before the value came
        inputs |= {"at": observed.at, "source": observed.source}
        if observed.context:
            inputs["context"] = observed.context
    if transition.means:
        inputs["means"] = {window: float(mean) for window, mean in transition.means}
    return TransitionRow(
        agent=key.agent,
        kpi=key.kpi,
        subject=key.subject,
        before=NUMBERS[transition.before],
        after=NUMBERS[transition.after],
        cause=cause or transition.cause,
        at=transition.at,
        recorded=now,
        release=release,
        rule=transition.rule,
        condition=transition.condition[:300],
        reason=transition.reason[:500],
        inputs=orjson.dumps(inputs).decode(),
        source=source,
    )


def state_told(
    evaluator: Evaluator,
    key: StandingKey,
    whose: int,
    previous: State,
    source: str,
    memory: Memory,
    since: int | None,
    release: int,
) -> dict[str, Any]:
    """A state as the answer has it, by the source that speaks; ``whose`` it is, is the place of one of their
    observations."""
    acting = evaluator.acting(memory.marks) if memory.marks else None
    trigger = acting[0].trigger if acting else None
    return {
        "agent": key.agent,
        "kpi": key.kpi,
        "user_id": whose,
        "state": memory.state.value,
        "previous": previous.value,
        "since": None if since is None else iso(since),
        "reason": reason_of(evaluator, memory),
        "measurement_source": source,
        "trigger": {"severity": trigger.severity.value, "condition": trigger.condition} if trigger else None,
        "actions": actions_of(evaluator, memory) if acting else [],
        "hand_offs": hand_offs_of(evaluator, memory) if acting else [],
        "release": release,
    }


def sources_told(
    evaluator: Evaluator, memories: Mapping[str, Memory], combined: Combined
) -> list[dict[str, Any]]:
    """What each of several sources says, as the answer has it."""
    return [
        {
            "measurement_source": source,
            "state": memory.state.value,
            "since": None if memory.since is None else iso(memory.since),
            "reason": reason_of(evaluator, memory),
            "counts": source in combined.counting,
        }
        for source, memory in sorted(memories.items())
    ]


def reason_of(evaluator: Evaluator, memory: Memory) -> str:
    """Why the state is what it is, in one sentence: that of ``explain``, without telling of every trigger."""
    if memory.marks or memory.skipped or memory.state is not State.NORMAL or memory.value is None:
        return explaining.reason(evaluator, memory)
    return _at_rest(evaluator, memory.value)


@lru_cache(maxsize=16_384)  # most values are of the usual ones
def _at_rest(evaluator: Evaluator, value: Number) -> str:
    return evaluator.at_rest((), value)


def actions_of(evaluator: Evaluator, memory: Memory) -> list[dict[str, str]]:
    """The steps that the binding asks for while its worst trigger is acted on, through silence too."""
    acting = evaluator.acting(memory.marks)
    if acting is None:
        return []
    return [
        {"name": one.name, "description": one.description, "deadline": one.deadline}
        for one in evaluator.binding.actions_at(acting[0].trigger.severity)
    ]


def hand_offs_of(evaluator: Evaluator, memory: Memory) -> list[dict[str, str]]:
    """Whom the agent asks for help while its worst trigger is acted on, through silence too, and why."""
    acting = evaluator.acting(memory.marks)
    if acting is None:
        return []
    asked = evaluator.binding.hand_offs_at(acting[0].trigger.severity)
    return [{"agent": one.agent, "reason": one.reason} for one in asked]
