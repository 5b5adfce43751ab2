"""The evaluator: what observations mean by an agent's contract. Pure: no input or output, no clock, no database.

    memory, transitions = evaluate(binding, memory, Observed(18, micros(now)))

A memory is of one series, small and JSON (``as_data``, ``from_data``). ``tick`` lets time pass without a value,
``explain`` tells a memory in words, ``replay`` goes through a history, and ``combine`` puts a user's series together.
docs/evaluation.md describes the rules, and docs/test-vectors lets another language prove that it follows them.
"""

from __future__ import annotations

from functools import lru_cache

from contracts.evaluation import explaining
from contracts.evaluation.explaining import Explanation, Phase, TriggerTold
from contracts.evaluation.history import (
    InForce,
    Replayed,
    Series,
    Told,
    by_source,
    change_contract,
    follow,
    in_order,
    judge_all,
    replay,
    replay_all,
    retrace,
)
from contracts.evaluation.machine import Evaluator, Transitions, no_history
from contracts.evaluation.memory import (
    SECOND,
    START,
    Mark,
    Memory,
    MemoryDataError,
    Observed,
    State,
    Transition,
    micros,
    moment,
)
from contracts.evaluation.possible import AHEAD, LARGEST, impossible, out_of_time
from contracts.evaluation.rules import History
from contracts.evaluation.sources import (
    MOST_SOURCES,
    USUAL_SILENCE,
    Change,
    Combined,
    changes,
    combine,
    moves_of,
    open_severity,
    within_limit,
)
from contracts.watched import WatchedBinding

__all__ = [
    "AHEAD",
    "LARGEST",
    "MOST_SOURCES",
    "SECOND",
    "START",
    "USUAL_SILENCE",
    "Change",
    "Combined",
    "Evaluator",
    "Explanation",
    "History",
    "InForce",
    "Mark",
    "Memory",
    "MemoryDataError",
    "Observed",
    "Phase",
    "Replayed",
    "Series",
    "State",
    "Told",
    "Transition",
    "Transitions",
    "TriggerTold",
    "by_source",
    "change_contract",
    "changes",
    "combine",
    "evaluate",
    "evaluator",
    "explain",
    "follow",
    "impossible",
    "in_order",
    "judge_all",
    "micros",
    "moment",
    "moves_of",
    "open_severity",
    "out_of_time",
    "replay",
    "replay_all",
    "retrace",
    "tick",
    "within_limit",
]


@lru_cache(maxsize=4096)
def evaluator(binding: WatchedBinding) -> Evaluator:
    """The binding's contract, compiled once. Raises BodyError where it cannot be read."""
    return Evaluator(binding)


def evaluate(
    binding: WatchedBinding, memory: Memory, observed: Observed, history: History = no_history
) -> tuple[Memory, Transitions]:
    """What an observation makes of a memory, and every change of state on the way: see :class:`Evaluator`.

    Whether the binding and its KPI are in use, and whether the value is possible at all, is for the caller.
    """
    return evaluator(binding).evaluate(memory, observed, history)


def tick(binding: WatchedBinding, memory: Memory, now: int) -> tuple[Memory, Transitions]:
    """What time alone makes of a memory, up to and including a moment."""
    return evaluator(binding).tick(memory, now)


def explain(binding: WatchedBinding, memory: Memory) -> Explanation:
    """Why the state is what it is, why it is no other, and what the agent does about it."""
    return explaining.explain(evaluator(binding), memory)
