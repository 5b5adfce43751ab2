"""Why a binding is in its state, why in no other, and what its agent does about it: told from memory alone."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from contracts.evaluation.machine import Evaluator
from contracts.evaluation.memory import Mark, Memory, State
from contracts.evaluation.rules import Rule
from contracts.evaluation.words import GONE, NOTHING_YET
from contracts.severity import Severity
from contracts.watched import WatchedAction, WatchedHandOff


class Phase(StrEnum):
    """How far a trigger is."""

    RESTING = "resting"
    """Its condition does not hold."""
    WAITING = "waiting"
    """It holds, but not for long enough yet."""
    ACTING = "acting"
    """The agent acts on it."""
    ENDING = "ending"
    """The agent still acts on it, though it is over."""


class TriggerTold(NamedTuple):
    """How far one trigger is, and why."""

    rule: str
    severity: Severity
    condition: str
    phase: Phase
    reason: str


class Explanation(NamedTuple):
    """The state with its reason, the trigger it is about ("" for none), what the agent does, whom it asks, and every
    trigger, worst first."""

    state: State
    since: int | None
    reason: str
    rule: str
    condition: str
    actions: tuple[WatchedAction, ...]
    hand_offs: tuple[WatchedHandOff, ...]
    triggers: tuple[TriggerTold, ...]

    def as_data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "state": str(self.state),
            "since": self.since,
            "reason": self.reason,
            "rule": self.rule,
            "condition": self.condition,
            "actions": [action.as_data() for action in self.actions],
            "hand_offs": [hand_off.as_data() for hand_off in self.hand_offs],
            "triggers": [
                told._asdict() | {"severity": str(told.severity), "phase": str(told.phase)}
                for told in self.triggers
            ],
        }


def explain(evaluator: Evaluator, memory: Memory) -> Explanation:
    """Tell a memory in words."""
    marks = {mark.rule: mark for mark in memory.marks}
    acting = evaluator.acting(memory.marks)
    rule = acting[0] if acting else None
    return Explanation(
        state=memory.state,
        since=memory.since,
        reason=reason(evaluator, memory),
        rule=rule.key if rule else "",
        condition=rule.trigger.condition if rule else "",
        actions=evaluator.binding.actions_at(rule.trigger.severity) if rule else (),
        hand_offs=evaluator.binding.hand_offs_at(rule.trigger.severity) if rule else (),
        triggers=tuple(_told(evaluator, one, marks.get(one.key), memory) for one in evaluator.rules),
    )


def reason(evaluator: Evaluator, memory: Memory) -> str:
    words, acting = evaluator.words, evaluator.acting(memory.marks)
    if memory.value is None:
        return memory.skipped or NOTHING_YET
    if memory.state is State.UNKNOWN:
        told = words.silence()
    elif acting:
        told = words.acting(*acting, memory.value)
    elif memory.state is not State.NORMAL:
        told = GONE
    else:
        told = evaluator.at_rest(memory.marks, memory.value)
    return f"{told}; the newest value was {memory.skipped}" if memory.skipped else told


def _told(evaluator: Evaluator, rule: Rule, mark: Mark | None, memory: Memory) -> TriggerTold:
    words, value = evaluator.words, memory.value
    if value is None:
        phase, reason = Phase.RESTING, NOTHING_YET
    elif mark is None:
        phase, reason = Phase.RESTING, words.resting(rule, value)
    elif mark.fired is None:
        phase, reason = Phase.WAITING, words.waiting(rule, value)
    else:
        phase = Phase.ACTING if mark.quiet is None else Phase.ENDING
        reason = words.acting(rule, mark, value)
    return TriggerTold(rule.key, rule.trigger.severity, rule.trigger.condition, phase, reason)
