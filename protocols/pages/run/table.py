"""Declared and done, side by side: a line a step, in which only what differs stands out. Pure: no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final

from contracts.evaluation import SECOND
from protocols.conformance import Row, aligned
from protocols.lifecycle import OfferState, StepState
from protocols.models import Deviation, HandOffOffer, Step
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
DEVIATIONS: Final = {
    "RUN001": ("missing", "critical"),
    "RUN002": ("skipped", "warning"),
    "RUN003": ("late", "warning"),
    "RUN004": ("out of order", "warning"),
    "RUN005": ("not declared", "warning"),
    "RUN006": ("failed", "critical"),
    "RUN007": ("refused", "critical"),
    "RUN008": ("not answered", "critical"),
    "RUN009": ("in a loop", "warning"),
    "RUN010": ("without being asked", "critical"),
}
"""A deviation in a word, and the class of its chip."""
OFFER_PROBLEMS: Final = {"refused": "critical", "ignored": "critical", "offered": "warning"}


@dataclass(frozen=True, slots=True)
class Line:
    """One step, on one or both sides. ``kind`` is the class of the chip that says what differs, "" for nothing."""

    step: Step
    title: str
    description: str
    declared: str
    done: str
    after: str
    verdict: str
    kind: str
    can_override: bool
    reversible: bool | None = None
    child: int | None = None
    said: bool = False
    differs: tuple[Deviation, ...] = ()
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
    """In the order of the contract; what was done elsewhere than it is declared has a line at each place."""
    steps = {step.number: step for step in facts.steps}
    places = {step.number: at for at, step in enumerate((one for one in facts.steps if one.declared), 1)}
    said = {one.step_id for one in facts.said if one.step_id is not None}
    rows: list[Row[Any]]
    if facts.judged is None:
        rows = [Row(one.number, one.kind, one.state, one.name, one.name, None) for one in facts.steps]
    else:
        rows = aligned(facts.judged, facts.deviations)
    return [
        _line(facts, steps[row.number], row, places.get(row.number, 0), steps[row.number].pk in said)
        for row in rows
        if row.number in steps
    ]


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
            wants = line.can_override or bool(line.differs)
            has_panel = wants and (panels < PANELS_AT_MOST or line.step.number == asked)
            panels += has_panel
            found.append(replace(line, has_panel=has_panel))
    return found


def _line(facts: Facts, step: Step, row: Row[Any], place: int, said: bool) -> Line:
    offer = facts.offers.get(step.number)
    told = facts.told(step)
    is_here = not row.has_moved or bool(row.actual)
    verdict, kind = _verdict(facts, step, offer, row) if is_here else ("", "")
    child = facts.children.get(step.number)
    done, after = _done(facts, step, offer) if is_here else ("elsewhere, below", "")
    can_override = facts.is_open and offer is None and step.state in (StepState.PENDING, StepState.STARTED)
    return Line(
        step=step,
        title=facts.title(step),
        description=step.description or told.description,
        declared="" if row.has_moved and is_here else _declared(step, place),
        done=done,
        after=after,
        verdict=verdict,
        kind=kind,
        can_override=can_override and is_here,
        reversible=told.reversible if step.kind == Step.Kind.ACTION else None,
        child=child.pk if child else None,
        said=said,
        differs=row.differs if is_here else (),
    )


def _done(facts: Facts, step: Step, offer: HandOffOffer | None) -> tuple[str, str]:
    """When it was done, or what is instead; and how long after it was asked for."""
    at = step.finished or (step.started if step.kind != Step.Kind.HAND_OFF else None)
    beside = facts.run.opened
    if at is None:
        if offer is not None:
            return f"asked {clock(offer.offered, beside, seconds=True)}", ""
        return STEP_STATES[StepState(step.state)][0], ""
    told = clock(at, beside, seconds=True)
    after = lasting(at - (offer.offered if offer else step.added))
    return (f"begun {told}" if step.state == StepState.STARTED else told), after


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


def _verdict(facts: Facts, step: Step, offer: HandOffOffer | None, row: Row[Any]) -> tuple[str, str]:
    """What differs, and the class it is shown in."""
    late = lateness(facts, step)
    if offer is not None and offer.state in OFFER_PROBLEMS:
        return OFFER_STATES[OfferState(offer.state)][0], OFFER_PROBLEMS[offer.state]
    if step.state in PROBLEMS:
        return STEP_STATES[StepState(step.state)][0], PROBLEMS[StepState(step.state)]
    if late:
        return f"{lasting(late)} late", "warning"
    for one in row.differs:
        return DEVIATIONS.get(one.rule, ("otherwise", "warning"))
    if not step.declared:
        return "not declared", "warning"
    return ("as declared" if step.state == StepState.DONE else ""), ""
