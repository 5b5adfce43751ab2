"""Declared and done, side by side: a line a step, in which only what differs stands out. Pure: no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from contracts.evaluation import SECOND
from protocols.lifecycle import OfferState, StepState
from protocols.models import HandOffOffer, Intervention, Step
from protocols.pages.run.facts import Facts, lateness
from protocols.pages.prose import clock
from protocols.pages.words import OFFER_STATES, STEP_STATES, lasting

_ORDINALS: Final = {1: "st", 2: "nd", 3: "rd"}
PROBLEMS: Final = {
    StepState.FAILED: "critical",
    StepState.SKIPPED: "warning",
    StepState.OVERRIDDEN: "unknown",
}
OFFER_PROBLEMS: Final = {"refused": "critical", "ignored": "critical", "offered": "warning"}


@dataclass(frozen=True, slots=True)
class Line:
    """One step. ``kind`` is the class of the chip that says what differs; "" where nothing does."""

    step: Step
    title: str
    description: str
    declared: str
    done: str
    after: str
    verdict: str
    kind: str
    can_override: bool
    is_reversible: bool | None = None
    child: int | None = None
    said: tuple[Intervention, ...] = ()


def lines(facts: Facts) -> list[Line]:
    """In the order of the contract."""
    place = 0
    found = []
    for step in facts.steps:
        place += step.declared
        found.append(_line(facts, step, place))
    return found


def _line(facts: Facts, step: Step, place: int) -> Line:
    offer = facts.offers.get(step.number)
    told = facts.told(step)
    verdict, kind = _verdict(facts, step, offer)
    child = facts.children.get(step.number)
    at = step.finished or (step.started if step.kind != Step.Kind.HAND_OFF else None)
    asked = offer.offered if offer else step.added
    done = clock(at, facts.run.opened, seconds=True) if at else STEP_STATES[StepState(step.state)][0]
    return Line(
        step=step,
        title=facts.title(step),
        description=step.description or told.description,
        declared=_declared(step, place),
        done=done,
        after=lasting(at - asked) if at else "",
        verdict=verdict,
        kind=kind,
        can_override=facts.is_open and offer is None and step.state in (StepState.PENDING, StepState.STARTED),
        is_reversible=told.is_reversible if step.kind == Step.Kind.ACTION else None,
        child=child.pk if child else None,
        said=tuple(one for one in facts.said if one.step_id == step.pk),
    )


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 11th."""
    ending = "th" if number % 100 in (11, 12, 13) else _ORDINALS.get(number % 10, "th")
    return f"{number}{ending}"


def _declared(step: Step, place: int) -> str:
    if not step.declared:
        return "not declared"
    if step.kind == Step.Kind.REVIEW:
        return "answer within 30 min"
    if step.kind == Step.Kind.HAND_OFF:
        return f"{ordinal(place)}, answer within 30 min"
    if step.deadline is None:
        return f"{ordinal(place)}, no deadline"
    return f"{ordinal(place)}, within {lasting(step.deadline * SECOND)}"


def _verdict(facts: Facts, step: Step, offer: HandOffOffer | None) -> tuple[str, str]:
    """What differs, and the class it is shown in."""
    stored = [one for one in facts.deviations if one.place == step.number]
    late = lateness(facts, step)
    if offer is not None and offer.state in OFFER_PROBLEMS:
        return OFFER_STATES[OfferState(offer.state)][0], OFFER_PROBLEMS[offer.state]
    if step.state in PROBLEMS:
        return STEP_STATES[StepState(step.state)][0], PROBLEMS[StepState(step.state)]
    if late:
        return f"{lasting(late)} late", "warning"
    if not step.declared:
        return "not declared", "warning"
    if stored:
        return stored[0].message, "warning"
    if step.state == StepState.DONE:
        return "as declared", ""
    return ("" if step.state == StepState.NOT_NEEDED else STEP_STATES[StepState(step.state)][0]), ""


def has_problems(some: Sequence[Line]) -> bool:
    """Whether anything differs."""
    return any(one.kind for one in some)
