"""Which state may follow which, of runs, steps and offers: the one place, from which the database's triggers are made.

Whoever changes a state asks here; the database refuses the rest, whoever asks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class RunState(StrEnum):
    """Of a run: open at first, then how it ended."""

    OFFERED = "offered"
    """A hand-off that its agent has not answered."""
    WAITING = "waiting"
    """Its agent has not begun."""
    ACTIVE = "active"
    COMPLETED = "completed"
    """Every step was done, skipped or left out by a person."""
    RECOVERED = "recovered"
    """The episode was over first."""
    FAILED = "failed"
    """Every step is settled, and one of them failed."""
    TIMED_OUT = "timed_out"
    OVERRIDDEN = "overridden"
    """A person said that this was not to be done."""
    TAKEN_OVER = "taken_over"
    """A person does it instead."""
    WITHDRAWN = "withdrawn"
    """There was nothing to act on after all: a correction, or nobody's contract any longer."""
    REFUSED = "refused"
    IGNORED = "ignored"


class StepState(StrEnum):
    """Of a step."""

    PENDING = "pending"
    STARTED = "started"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"
    OVERRIDDEN = "overridden"
    NOT_NEEDED = "not_needed"
    """The run ended before it."""


class OfferState(StrEnum):
    """Of a hand-off, once it is offered."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    IGNORED = "ignored"
    WITHDRAWN = "withdrawn"


OPEN: Final = frozenset({RunState.OFFERED, RunState.WAITING, RunState.ACTIVE})
"""States of a run in which something is left to do."""
ENDED: Final = frozenset(RunState) - OPEN
PEOPLE: Final = frozenset({RunState.OVERRIDDEN, RunState.TAKEN_OVER})
"""Ends that a person brought about: no program opens such a run again."""
SETTLED: Final = frozenset(StepState) - {StepState.PENDING, StepState.STARTED}
"""States of a step in which nothing is left to do."""
REPORTED: Final = frozenset({StepState.DONE, StepState.FAILED, StepState.SKIPPED})
"""What an agent may say became of a step."""

Moves = Mapping[str, frozenset[str]]


def _moves(table: Mapping[str, str]) -> Moves:
    return {before: frozenset(after.split()) for before, after in table.items()}


_ENDS: Final = "completed recovered failed timed_out overridden taken_over withdrawn"
RUN_MOVES: Final = _moves(
    {
        "offered": "active refused ignored recovered timed_out overridden taken_over withdrawn",
        "waiting": f"active {_ENDS}",
        "active": _ENDS,
        # A rise opens it again; a person may judge or take over what has ended; what was done in time is told late.
        "completed": "active waiting overridden withdrawn",
        "failed": "active waiting completed overridden taken_over withdrawn",
        "timed_out": "active waiting completed failed overridden taken_over withdrawn",
        "recovered": "completed failed overridden withdrawn",
        "overridden": "",
        "taken_over": "",
        "withdrawn": "",
        "refused": "",
        "ignored": "",
    }
)
STEP_MOVES: Final = _moves(
    {
        "pending": "started done failed skipped overridden not_needed",
        "started": "done failed skipped overridden not_needed",
        # What was done after all is told, also against a person's word: it is on the record then.
        "not_needed": "pending done failed",
        "overridden": "done failed",
        "done": "",
        "failed": "",
        "skipped": "",
    }
)
OFFER_MOVES: Final = _moves(
    {
        "offered": "accepted refused ignored withdrawn",
        "accepted": "",
        "refused": "",
        "ignored": "",
        "withdrawn": "",
    }
)


class Unlawful(ValueError):
    """A state that may not follow the one before."""


def follow(moves: Moves, before: str, after: str) -> str:
    """The state after another, if it may follow. Raises Unlawful."""
    if after != before and after not in moves[before]:
        raise Unlawful(f"{after} cannot follow {before}")
    return str(after)
