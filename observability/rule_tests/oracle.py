"""When the evaluator says that a trigger is acted on, at each evaluation of a scenario: what the rule is held to.

What is scraped counts as observed at that moment; where nothing is, the series has fallen silent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from functools import lru_cache

from contracts.durations import LONGEST_SECONDS
from contracts.evaluation.history import Series
from contracts.evaluation.machine import Evaluator
from contracts.evaluation.marks import after_silence
from contracts.evaluation.memory import SECOND, START, Memory, Observed
from contracts.severity import Severity
from contracts.watched import Definition, WatchedBinding, WatchedTrigger
from observability.active_triggers import ActiveTrigger
from observability.rule_tests.scenarios import SILENT, Scenario, Steps, Stretch


class Phase(IntEnum):
    """Where a trigger is at an evaluation. While it is ending, its alert fires with what it last said."""

    QUIET = 0
    FIRING = 1
    ENDING = 2


HOLDS, HOLDS_AND_ENDS, ENDS, NEITHER = 1.0, 2.0, 3.0, 0.0
"""A value of each kind, for a trigger that holds for 1..2 and is over for 2..3."""


def firing(one: ActiveTrigger, steps: Steps, scenario: Scenario, length: int) -> Sequence[Phase]:
    """For each evaluation of a test; later ones are as the last one. ``length`` is how long a test looks at most."""
    if looks_back(one):
        last, _ = scenario.stretches[-1]
        return of_values(one, steps, [*scenario.stretches, (last, length - scenario.length)])
    kinds = tuple((_kind(one, value), count) for value, count in scenario.stretches)
    return of_kinds(kinds, steps, recovers_apart=one.recovery is not None)


def of_values(one: ActiveTrigger, steps: Steps, stretches: Iterable[Stretch]) -> Sequence[Phase]:
    """Of the trigger itself, with its lengths of time rounded up to evaluations."""
    trigger = WatchedTrigger(
        one.severity,
        str(one.condition),
        _length(steps.for_ * steps.seconds),
        _length(steps.keep * steps.seconds),
        str(one.recovery or ""),
    )
    return _run(_evaluator(trigger), steps.seconds, stretches)


def looks_back(one: ActiveTrigger) -> bool:
    """Whether values that stand change their meaning with time."""
    return bool(one.condition.changes or (one.recovery and one.recovery.changes))


def of_kinds(stretches: tuple[Stretch, ...], steps: Steps, *, recovers_apart: bool) -> Sequence[Phase]:
    """Without changes over time only the kinds of the values matter."""
    return _of_kinds(stretches, steps.for_, steps.keep, recovers_apart)


@lru_cache(maxsize=65_536)
def _of_kinds(stretches: tuple[Stretch, ...], for_: int, keep: int, recovers_apart: bool) -> Sequence[Phase]:
    """Remembered: most thresholds of a registry ask the same."""
    recovery = f"{HOLDS_AND_ENDS:g}..{ENDS:g}" if recovers_apart else ""
    condition = f"{HOLDS:g}..{HOLDS_AND_ENDS:g}"
    trigger = WatchedTrigger(Severity.CRITICAL, condition, _length(for_), _length(keep), recovery)
    return _run(_evaluator(trigger), 1, stretches)


def _kind(one: ActiveTrigger, value: float | None) -> float | None:
    if value is SILENT:
        return SILENT
    holds = value in one.condition.values
    ends = one.recovery is not None and value in one.recovery.values
    if holds:
        return HOLDS_AND_ENDS if ends else HOLDS
    return ENDS if ends else NEITHER


def _run(evaluator: Evaluator, seconds: int, stretches: Iterable[Stretch]) -> Sequence[Phase]:
    found: list[Phase] = []
    memory, past = START, Series()
    for value, count in stretches:
        for _ in range(count):
            at = len(found) * seconds * SECOND
            if value is SILENT:
                memory = _silent(evaluator, memory)
            else:
                if evaluator.looks_back:
                    past.add(at, value)
                memory, _ = evaluator.evaluate(memory, Observed(value, at), past.before(at))
            found.append(_phase(evaluator, memory))
    return tuple(found)


def _phase(evaluator: Evaluator, memory: Memory) -> Phase:
    acting = evaluator.acting(memory.marks)
    if acting is None:
        return Phase.QUIET
    return Phase.FIRING if acting[1].quiet is None else Phase.ENDING


def _silent(evaluator: Evaluator, memory: Memory) -> Memory:
    """The series is gone from what is scraped, as it is once ``missing_data`` is over."""
    silent = memory._replace(marks=after_silence(memory.marks))
    return silent._replace(due=evaluator.next_due(silent))


def _evaluator(trigger: WatchedTrigger) -> Evaluator:
    """Of this trigger alone, without a guard and without ``missing_data``: scenarios say themselves when it is over."""
    return Evaluator(WatchedBinding("A", "k", "", True, "", (trigger,), (), Definition("k")))


def _length(seconds: int) -> str:
    return f"{min(seconds, LONGEST_SECONDS)}s" if seconds else ""
