"""What observations of one binding and one person mean: the evaluator's verdict, ready to be stored and told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from contracts.decimals import Number
from contracts.evaluation import Evaluator, Memory, Observed, Series, State, Transition, explaining, follow
from contracts.watched import WatchedBinding
from telemetry.contracts_now import iso
from telemetry.storage.memories import NUMBERS
from telemetry.storage.shapes import StandingKey, TransitionRow

Past = Callable[[str], Series]
"""The history of a source, as far back as the contract looks."""


class Judged(NamedTuple):
    """What came of some observations."""

    memory: Memory
    transitions: Sequence[tuple[Transition, Observed]]


def judge(
    evaluator: Evaluator, memory: Memory, observations: Sequence[Observed], past: Past | None
) -> Judged:
    """Evaluate observations in their order; ``past`` is only asked where the contract looks back."""
    if past is None:
        return Judged(*follow(evaluator, memory, observations))
    found: list[tuple[Transition, Observed]] = []
    for observed in observations:
        memory, more = evaluator.evaluate(memory, observed, past(observed.source).before(observed.at))
        found += [(one, observed) for one in more]
    return Judged(memory, found)


def transition_row(
    key: StandingKey,
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
    )


def state_told(
    evaluator: Evaluator, key: StandingKey, whose: int, before: Memory, memory: Memory, release: int
) -> dict[str, Any]:
    """A state as the answer has it; ``whose`` it is, is the place of one of their observations."""
    state = memory.state
    acting = evaluator.acting(memory.marks) if memory.marks else None
    trigger = acting[0].trigger if acting else None
    return {
        "agent": key.agent,
        "kpi": key.kpi,
        "user_id": whose,
        "state": state.value,
        "previous": before.state.value,
        "since": None if memory.since is None else iso(memory.since),
        "reason": reason_of(evaluator, memory),
        "trigger": {"severity": trigger.severity.value, "condition": trigger.condition} if trigger else None,
        "actions": actions_of(evaluator.binding, state),
        "hand_offs": hand_offs_of(evaluator.binding, state),
        "release": release,
    }


def reason_of(evaluator: Evaluator, memory: Memory) -> str:
    """Why the state is what it is, in one sentence: that of ``explain``, without telling of every trigger."""
    if memory.marks or memory.skipped or memory.state is not State.NORMAL or memory.value is None:
        return explaining.reason(evaluator, memory)
    return _at_rest(evaluator, memory.value)


@lru_cache(maxsize=16_384)  # most values are of the usual ones
def _at_rest(evaluator: Evaluator, value: Number) -> str:
    return evaluator.at_rest((), value)


def actions_of(binding: WatchedBinding, state: State) -> list[dict[str, str]]:
    """The steps that the binding asks for in a state."""
    if state is State.NORMAL or state is State.UNKNOWN:
        return []
    return [
        {"name": one.name, "description": one.description, "deadline": one.deadline}
        for one in binding.actions_at(state.value)
    ]


def hand_offs_of(binding: WatchedBinding, state: State) -> list[dict[str, str]]:
    """Whom the agent asks for help in a state of this KPI, and why."""
    return [{"agent": one.agent, "reason": one.reason} for one in binding.hand_offs_at(state.value)]
