"""A run as the rules see it: its facts, the pauses that concern it, and how time is counted between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from protocols.conformance.facts import HAND_OFF, UNDONE, PauseFacts, RunFacts, StepFacts
from protocols.conformance.ordering import Moved, moved_steps
from protocols.lifecycle import REPORTED, StepState

TOLD_WITHIN: Final = 1_000_000
"""Agents are told of an end or a pause within a second: who acted in it could not know."""
_FOREVER: Final = 1 << 62


@dataclass(frozen=True)
class Case:
    """What process mining calls a case: one run, with everything that its judgement depends on."""

    run: RunFacts
    pauses: tuple[PauseFacts, ...]
    now: int
    stretches: tuple[tuple[int, int], ...] = field(init=False, repr=False)
    """When it was paused: no two of them overlap, in order; the last may have no end."""

    @classmethod
    def of(cls, run: RunFacts, pauses: Iterable[PauseFacts], now: int) -> Case:
        """Of all pauses, only those of the run's agent or binding count."""
        own = {one for one in pauses if one.agent == run.agent and one.kpi in ("", run.kpi)}
        return cls(run, tuple(sorted(own, key=lambda one: (one.since, one.kpi, one.end or _FOREVER))), now)

    def __post_init__(self) -> None:
        object.__setattr__(self, "stretches", tuple(joined(self.pauses)))

    @cached_property
    def moved(self) -> dict[int, Moved]:
        """The steps that were done out of order, by number."""
        return moved_steps(self.run.steps)

    def worked(self, start: int, end: int) -> int:
        """How much time passed between two moments, without what pauses took of it."""
        paused = sum(
            max(0, min(end, until) - max(start, since)) for since, until in self.stretches if since < end
        )
        return max(0, end - start - paused)

    def after(self, start: int, length: int) -> int | None:
        """When so much time has passed since a moment, pauses not counted; None where a pause has no end."""
        end = start + length
        for since, until in self.stretches:
            if since >= end or until <= start:
                continue
            if until == _FOREVER:
                return None
            end += until - max(since, start)
        return end

    def closed(self, step: StepFacts) -> int | None:
        """When nobody wanted a step any longer; None while it is wanted."""
        ends = [one for one in (self.run.ended, step.stopped) if one is not None]
        return min(ends, default=None)

    def is_over(self, step: StepFacts) -> bool:
        """Whether a step has come to an end without having been done, failed or skipped."""
        closed = not self.run.is_open or step.state in (StepState.OVERRIDDEN, StepState.NOT_NEEDED)
        return closed and step.state not in REPORTED

    def overdue_by(self, step: StepFacts, at: int) -> int:
        """By how much an undone step is beyond its deadline at a moment, as far as it is wanted; 0 when it is not."""
        if step.deadline is None:
            return 0
        closed = self.closed(step)
        end = at if closed is None else min(at, closed)
        return max(0, self.worked(step.known, end) - step.deadline)

    def too_late_by(self, step: StepFacts) -> int:
        """By how much a step was done too late, or is overdue now; 0 when neither."""
        if step.state == StepState.DONE:
            return self.late_by(step)
        return self.overdue_by(step, self.now) if step.state in UNDONE else 0

    def late_by(self, step: StepFacts) -> int:
        """By how much a step was done too late, 0 when in time or when nobody wanted it by its deadline any longer.

        Who was faster than the server is measured by the event, others since when they could know.
        """
        if step.deadline is None or step.finished is None:
            return 0
        start = step.asked if step.finished < step.known else step.known
        closed = self.closed(step)
        wanted = step.finished if closed is None else min(step.finished, closed)
        if self.worked(start, wanted) <= step.deadline:
            return 0
        return self.worked(start, step.finished) - step.deadline

    def due(self, step: StepFacts) -> int | None:
        """The last moment at which a step is in time; None without a deadline, or in a pause without an end."""
        return None if step.deadline is None else self.after(step.known, step.deadline)


def acts(step: StepFacts) -> tuple[int, ...]:
    """When an agent did something about a step. A declared hand-off is made by the product, not by the agent."""
    if step.kind == HAND_OFF:
        return () if step.declared else (step.asked,)
    if step.state == StepState.SKIPPED:
        return ()
    return tuple(one for one in (step.started, step.finished) if one is not None)


def joined(pauses: Iterable[PauseFacts]) -> Iterator[tuple[int, int]]:
    """Stretches of time that do not overlap, in order; ``pauses`` are by their beginning."""
    start, stop = 0, 0
    for one in pauses:
        end = _FOREVER if one.end is None else one.end
        if one.since > stop:
            if stop > start:
                yield start, stop
            start, stop = one.since, max(one.since, end)
        else:
            stop = max(stop, end)
    if stop > start:
        yield start, stop
