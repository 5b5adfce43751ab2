"""Declared and done, side by side: a line a step, in which only what differs stands out. Pure: no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from contracts.evaluation import SECOND
from protocols.lifecycle import OfferState, StepState
from protocols.models import HandOffOffer, Intervention, Step
from protocols.pages.prose import clock
from protocols.pages.run.facts import Facts, lateness
from protocols.pages.words import OFFER_STATES, STEP_STATES, lasting

_ORDINALS: Final = {1: "st", 2: "nd", 3: "rd"}
FOLDED_FROM: Final = 30
"""Lines from which on quiet ones are folded."""
FOLDED_LEAST: Final = 3
PANELS_AT_MOST: Final = 8
"""Steps whose reasons to override them are on the page; those of others are one click away."""
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
    has_panel: bool = False

    @property
    def quiet(self) -> str:
        """What many such lines are called together; "" where somebody should look."""
        if self.kind or self.said or self.step.state == StepState.STARTED:
            return ""
        if self.step.state == StepState.NOT_NEEDED:
            return "no longer needed"
        return "as declared" if self.step.is_settled else "not begun"


@dataclass(frozen=True, slots=True)
class Fold:
    """Quiet lines one after the other, told in one."""

    first: int
    last: int
    count: int
    told: str


def lines(facts: Facts) -> list[Line]:
    """In the order of the contract."""
    place = 0
    found = []
    for step in facts.steps:
        place += step.declared
        found.append(_line(facts, step, place))
    return found


def folded(some: Sequence[Line], *, whole: bool = False, asked: int = 0) -> list[Line | Fold]:
    """Of many lines, those that nobody need look at in one; the first that can be overridden have their panel."""
    found: list[Line | Fold] = []
    panels = 0
    folds = not whole and len(some) > FOLDED_FROM
    for quiet, group in groupby(some, lambda line: line.quiet if folds and line.step.number != asked else ""):
        grouped = list(group)
        if quiet and len(grouped) >= FOLDED_LEAST:
            found.append(Fold(grouped[0].step.number, grouped[-1].step.number, len(grouped), quiet))
            continue
        for line in grouped:
            has_panel = line.can_override and (panels < PANELS_AT_MOST or line.step.number == asked)
            panels += has_panel
            found.append(replace(line, has_panel=has_panel))
    return found


def _line(facts: Facts, step: Step, place: int) -> Line:
    offer = facts.offers.get(step.number)
    told = facts.told(step)
    verdict, kind = _verdict(facts, step, offer)
    child = facts.children.get(step.number)
    at = step.finished or (step.started if step.kind != Step.Kind.HAND_OFF else None)
    asked = offer.offered if offer else step.added
    done = clock(at, facts.run.opened, seconds=True) if at else STEP_STATES[StepState(step.state)][0]
    if at and step.state == StepState.STARTED:
        done = f"begun {done}"
    if offer is not None and not at:
        done = f"asked {clock(offer.offered, facts.run.opened, seconds=True)}"
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
    return ("as declared" if step.state == StepState.DONE else ""), ""


def has_problems(some: Sequence[Line]) -> bool:
    """Whether anything differs."""
    return any(one.kind for one in some)
