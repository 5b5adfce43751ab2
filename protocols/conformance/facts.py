"""What is looked at when a run is judged: plain values, of a database or made up. Times are microseconds since 1970."""

from __future__ import annotations

from typing import Final, NamedTuple

from protocols.lifecycle import OPEN, StepState

ACTION: Final = "action"
HAND_OFF: Final = "hand_off"
REVIEW: Final = "review"
"""Kinds of steps."""
UNDONE: Final = frozenset({StepState.PENDING, StepState.STARTED})
"""States of a step in which something is left to do."""


class OfferFacts(NamedTuple):
    """A hand-off as the other agent was asked for it: ``within`` how long it may take to answer, and its answer."""

    target: str
    state: str
    offered: int
    within: int
    answered: int | None = None


class StepFacts(NamedTuple):
    """One step of a run. ``name`` is the action's name, or the agent that a hand-off goes to.

    ``asked`` is the event time since when the step was wanted, ``known`` the server's time since when the agent could
    know it; ``stopped`` is when a person took it out of the agent's hands.
    """

    number: int
    name: str
    asked: int
    known: int
    kind: str = ACTION
    declared: bool = True
    deadline: int | None = None
    state: str = StepState.PENDING
    started: int | None = None
    finished: int | None = None
    stopped: int | None = None
    offer: OfferFacts | None = None


class RunFacts(NamedTuple):
    """A run with its steps, by number. ``chain`` are the agents of the hand-offs that led here, the run's own last.

    ``ended`` is in event time, ``told`` the server's time at which the agent could know of the end.
    """

    agent: str
    kpi: str
    state: str
    opened: int
    steps: tuple[StepFacts, ...] = ()
    ended: int | None = None
    told: int | None = None
    chain: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether the run has not ended."""
        return self.state in OPEN


class PauseFacts(NamedTuple):
    """An agent, or one of its bindings, was to do nothing for a while. ``kpi`` is "" for all of it, ``end`` None while
    nobody knows when it is over."""

    agent: str
    kpi: str
    since: int
    end: int | None = None


class Found(NamedTuple):
    """One way in which what was done differs from what was declared. ``place`` is the step's number, 0 for the run."""

    rule: str
    place: int
    at: int
    message: str
