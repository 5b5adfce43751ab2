"""How long things may take where no contract says so, and when a run is to be looked at next. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from contracts.evaluation import SECOND
from protocols.lifecycle import OfferState, StepState
from protocols.models import HandOffOffer, ProtocolRun, Step

MINUTE: Final = 60 * SECOND
HAND_OFF_WITHIN: Final = 30 * MINUTE
"""Until when another agent may answer; after that the hand-off counts as ignored."""
HAND_OFF_AFTER: Final = 10 * MINUTE
"""After how long a hand-off is offered though an action before it, which has no deadline, is still open: nobody's
help depends on a program that does not run."""
RUN_WITHIN: Final = 24 * 60 * MINUTE
"""After how long a run that nobody finishes is given up, since something was asked for last."""


def asked_at(run: ProtocolRun, step: Step) -> int:
    """When a step was asked for by the server's clock; of one without a deadline, as good as is known."""
    if step.due is not None and step.deadline is not None:
        return step.due - step.deadline * SECOND
    return max(run.recorded, step.added)


def given_up_at(run: ProtocolRun, steps: Iterable[Step]) -> int:
    """When a run that nobody finishes is given up: what a rise asks for gets as long as what was asked for first."""
    return max([run.recorded, *(asked_at(run, one) for one in steps if one.declared)]) + RUN_WITHIN


def offered_at_latest(run: ProtocolRun, steps: Iterable[Step], before: int) -> int:
    """When the hand-offs are offered at the latest: once every action before this number should have been done."""
    actions = [one for one in steps if one.kind == Step.Kind.ACTION and one.number < before and one.declared]
    waits = [one.due if one.due is not None else asked_at(run, one) + HAND_OFF_AFTER for one in actions]
    return max(waits, default=run.recorded)


def next_due(run: ProtocolRun, steps: Iterable[Step], offers: Iterable[HandOffOffer], now: int) -> int | None:
    """When time alone changes something about a run next; None once it has ended."""
    if not run.is_open:
        return None
    steps = list(steps)
    found = [given_up_at(run, steps)]
    found += [
        one.due + 1  # it is late after its time, not at it
        for one in steps
        if not one.is_settled and one.kind != Step.Kind.HAND_OFF and one.due is not None and one.due >= now
    ]
    found += [
        offered_at_latest(run, steps, one.number)
        for one in steps
        if one.kind == Step.Kind.HAND_OFF and one.state == StepState.PENDING
    ]
    found += [one.due for one in offers if one.state == OfferState.OFFERED]
    return max(min(found), now + 1)  # what is due now is looked at next, and then no more
