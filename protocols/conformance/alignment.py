"""Declared and actual side by side: an alignment of what a contract asks for with what an agent did.

The rows are the moves of process mining's alignments (https://doi.org/10.1002/widm.1045): both sides, where a step was
done in its place; only declared, where it was not done there; only actual, where it was done elsewhere or is not
declared at all.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Generic, NamedTuple, Protocol, TypeVar

from protocols.conformance.facts import HAND_OFF, RunFacts, StepFacts
from protocols.conformance.ordering import moved_steps
from protocols.lifecycle import StepState


class Told(Protocol):
    """A deviation, as it was found or as it is stored."""

    @property
    def place(self) -> int:
        """The step's number, 0 for the run."""


T = TypeVar("T")
D = TypeVar("D", bound=Told)


class Row(NamedTuple, Generic[T]):
    """What the contract asks for, what was done there, and what differs; "" where a side has nothing.

    A step that ``has_moved`` has two rows: where it is declared, and where it was done.
    """

    number: int
    kind: str
    state: str
    declared: str
    actual: str
    at: int | None
    has_moved: bool = False
    differs: tuple[T, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether it was done in its place and nothing differs."""
        return bool(self.declared and self.actual and not self.differs)


def aligned(facts: RunFacts, found: Iterable[D] = ()) -> list[Row[D]]:
    """The rows in declared order; what is only actual stands behind what was done before it.

    ``found`` are the run's deviations: each stands in one row of its step, those of the whole run in none.
    """
    told: dict[int, list[D]] = {}
    for one in found:
        told.setdefault(one.place, []).append(one)
    moved = moved_steps(facts.steps)
    declared = [step for step in facts.steps if step.declared]
    elsewhere = [step for step in facts.steps if not step.declared or step.number in moved]
    behind = _places(declared, elsewhere, frozenset(moved))

    def row(step: StepFacts, declared: str, actual: str, *, tells: bool = True) -> Row[D]:
        differs = tuple(told.get(step.number, ())) if tells else ()
        at = when(step) if actual else None
        has_moved = step.number in moved
        return Row(step.number, step.kind, step.state, declared, actual, at, has_moved, differs)

    rows = [row(one, "", one.name) for one in behind.get(-1, ())]
    for at, step in enumerate(declared):
        is_here = step.number not in moved
        actual = step.name if is_here and when(step) is not None else ""
        rows.append(row(step, step.name, actual, tells=is_here))
        rows += (row(one, "", one.name) for one in behind.get(at, ()))
    return rows


def when(step: StepFacts) -> int | None:
    """When a step was done, or begun; None when nothing was done about it."""
    if step.state == StepState.SKIPPED:
        return None
    if step.kind == HAND_OFF:
        return step.finished if step.offer is None else step.offer.offered
    return step.started if step.finished is None else step.finished


def _places(
    declared: Sequence[StepFacts], elsewhere: Sequence[StepFacts], moved: frozenset[int]
) -> dict[int, list[StepFacts]]:
    """Behind which declared step each of the others stands: the last one that was done before it, -1 for none."""
    done = sorted(
        (at, place)
        for place, step in enumerate(declared)
        if step.number not in moved and (at := when(step)) is not None
    )
    times = [at for at, _ in done]
    last = list(accumulate((place for _, place in done), max))
    found: dict[int, list[StepFacts]] = {}
    for step in sorted(elsewhere, key=lambda one: (_or_asked(one), one.number)):
        before = bisect_right(times, _or_asked(step))
        found.setdefault(last[before - 1] if before else -1, []).append(step)
    return found


def _or_asked(step: StepFacts) -> int:
    at = when(step)
    return step.asked if at is None else at
