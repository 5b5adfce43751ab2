"""How deviations are said. Only names and lengths of time stand in a sentence, nothing that anybody wrote freely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from contracts.durations import LONGEST_SECONDS, UNIT_SECONDS, Duration
from contracts.evaluation import SECOND
from protocols.conformance.facts import HAND_OFF, REVIEW, StepFacts
from protocols.lifecycle import StepState

_UNITS: Final = tuple(UNIT_SECONDS[unit] for unit in "dhms")
_MOST_SHOWN: Final = 8
_HAPPENED: Final[Mapping[str, str]] = {StepState.STARTED: "was started", StepState.FAILED: "was tried"}


def length(microseconds: int) -> str:
    """A length of time as people say it, to two figures at least: "12 minutes", "1 hour 5 minutes"."""
    seconds = min(microseconds // SECOND, LONGEST_SECONDS)
    if seconds < 1:
        return "less than a second"
    at = next(index for index, size in enumerate(_UNITS) if seconds >= size)
    size = _UNITS[at]
    said, rest = Duration(seconds - seconds % size).words(), seconds % size
    if seconds // size >= 10 or size == 1:
        return said
    rest -= rest % _UNITS[at + 1]
    return f"{said} {Duration(rest).words()}" if rest else said


def called(step: StepFacts) -> str:
    """What a step is called at the beginning of a sentence."""
    if step.kind == HAND_OFF:
        return f"The hand-off to {step.name}"
    return "The answer to the hand-off" if step.kind == REVIEW else step.name


def was_done(step: StepFacts) -> str:
    """What happened to a step, as the middle of a sentence."""
    if step.kind == HAND_OFF:
        return "was made"
    if step.kind == REVIEW:
        return "was given"
    return _HAPPENED.get(step.state, "was done")


def due_within(step: StepFacts) -> str:
    """When a step was to be done, as the end of a sentence."""
    return f"it was due within {length(step.deadline or 0)}"


def way(agents: Sequence[str]) -> str:
    """A chain of hand-offs: "NEUROS → CARDIOS → NEUROS"; of a long one, both ends."""
    if len(agents) > _MOST_SHOWN:
        agents = [*agents[: _MOST_SHOWN // 2], "…", *agents[-_MOST_SHOWN // 2 :]]
    return " → ".join(agents)
