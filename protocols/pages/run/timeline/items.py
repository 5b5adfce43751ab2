"""The steps and hand-offs of a family of runs as what lasted from when to when, and who asked whom. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from protocols.lifecycle import OfferState, RunState, StepState
from protocols.models import HandOffOffer, ProtocolRun, Step
from protocols.pages.prose import clock, done_words, length, lowered, to_do
from protocols.pages.run.facts import Facts, due, lateness
from protocols.pages.run.timeline.lanes import Item

DONE, LATE, WRONG, OPEN, LEFT = "f-normal", "f-warning", "f-critical", "b-open", "b-left"
"""Classes of bars: as declared, late or not declared, failed, not done yet, not to be done."""


class Asked(NamedTuple):
    """An arrow from one bar to another."""

    source: str
    target: str
    told: str


def items(facts: Facts, run: ProtocolRun) -> list[Item]:
    """What one run's lane shows."""
    steps = facts.steps_of.get(run.pk, ())
    found = [] if run.offer_id is None else list(_waiting(facts, run))
    for step in steps:
        if step.kind == Step.Kind.REVIEW:
            found += _review(facts, run, step)
        elif step.kind == Step.Kind.HAND_OFF:
            found += _hand_off(facts, run, step)
        else:
            found += _action(facts, run, step)
    return found


def asked(facts: Facts) -> list[Asked]:
    """Who asked whom, as far as both are shown."""
    by_offer = {run.offer_id: run for run in facts.family if run.offer_id is not None}
    found = []
    for steps in facts.steps_of.values():
        for step in steps:
            offer = facts.offers_of.get(step.pk)
            child = by_offer.get(offer.pk) if offer else None
            if offer and child:
                found.append(
                    Asked(f"step-{step.pk}", f"asked-{child.pk}", f"{offer.source} asked {offer.target}")
                )
    return found


def moments(facts: Facts) -> list[int]:
    """When something happened in any of the runs."""
    found: list[int | None] = []
    for run in facts.family or (facts.run,):
        found += [run.opened, run.ended]
        for step in facts.steps_of.get(run.pk, ()):
            found += [step.added, step.started, step.finished]
            if not step.is_settled and (end := due(facts, step, run)) and end <= facts.now:
                found.append(end)
    for offer in facts.offers_of.values():
        found += [offer.offered, offer.answered]
    found += [one.at for one in facts.said]
    return [at for at in found if at is not None]


def _end(facts: Facts, run: ProtocolRun) -> int:
    return run.ended if run.ended is not None else max(facts.now, run.opened)


def _action(facts: Facts, run: ProtocolRun, step: Step) -> Iterator[Item]:
    title, state = lowered(facts.title(step)), StepState(step.state)
    start = step.started or step.added
    late = lateness(facts, step, run)
    key, at = f"step-{step.pk}", step.finished
    if state is StepState.DONE and at is not None:
        words = f"{done_words(title)}{f', {length(late)} late' if late else ''}"
        kind = LATE if late or not step.declared else DONE
        yield Item(key, min(start, at), at, words, words, kind, 2 if kind is LATE else 0)
    elif state is StepState.FAILED and at is not None:
        words = f"could not {to_do(title)}"
        yield Item(key, min(start, at), at, words, words, WRONG, 4)
    elif state is StepState.SKIPPED and at is not None:
        words = f"skipped: {title}"
        yield Item(key, at, at, words, words, LEFT, 3)
    elif state is StepState.OVERRIDDEN:
        at = step.recorded or _end(facts, run)
        yield Item(key, step.added, at, f"overridden: {title}", f"a person overrode “{title}”", LEFT, 3)
    elif not step.is_settled:
        words = f"{title}: {'begun' if step.started else 'not begun'}{f', {length(late)} overdue' if late else ''}"
        yield Item(key, start, _end(facts, run), words, words, OPEN, 5 if late else 3 if step.started else 1)


def _hand_off(facts: Facts, run: ProtocolRun, step: Step) -> Iterator[Item]:
    offer = facts.offers_of.get(step.pk)
    if offer is None:
        return
    words = f"asked {offer.target}"
    yield Item(
        f"step-{step.pk}", offer.offered, offer.offered, words, words, DONE if step.declared else LATE, 6
    )


def _waiting(facts: Facts, run: ProtocolRun) -> Iterator[Item]:
    """Until a hand-off was answered."""
    offer = next((one for one in facts.offers_of.values() if one.pk == run.offer_id), None) or run.offer
    if offer is None:
        return
    end = offer.answered if offer.answered is not None else max(facts.now, offer.offered)
    words, kind, weight = _answer(facts, offer)
    yield Item(f"asked-{run.pk}", offer.offered, end, words, words, kind, weight)


def _answer(facts: Facts, offer: HandOffOffer) -> tuple[str, str, int]:
    wait = length((offer.answered or facts.now) - offer.offered)
    match OfferState(offer.state):
        case OfferState.ACCEPTED:
            return f"accepted after {wait}", OPEN, 6
        case OfferState.REFUSED:
            return f"refused after {wait}", WRONG, 7
        case OfferState.IGNORED:
            return f"did not answer within {length(offer.due - offer.offered)}", WRONG, 7
        case OfferState.WITHDRAWN:
            return "no longer asked", LEFT, 6
        case _:
            return f"no answer yet, due {clock(offer.due, facts.run.opened)}", OPEN, 7


def _review(facts: Facts, run: ProtocolRun, step: Step) -> Iterator[Item]:
    offer = next((one for one in facts.offers_of.values() if one.pk == run.offer_id), None) or run.offer
    if offer is None or offer.state != OfferState.ACCEPTED:
        return
    start, key = offer.answered or offer.offered, f"step-{step.pk}"
    if step.state == StepState.DONE and step.finished is not None:
        words = f"finished its review: {step.note}" if step.note else "finished its review"
        yield Item(key, min(start, step.finished), step.finished, words, words, DONE, 6)
    elif step.state == StepState.FAILED and step.finished is not None:
        yield Item(
            key, min(start, step.finished), step.finished, "could not finish", "could not finish", WRONG, 7
        )
    elif not step.is_settled:
        yield Item(key, start, _end(facts, run), "looks into it", "looks into it", OPEN, 6)
    elif step.state == StepState.NOT_NEEDED and RunState(run.state) is not RunState.WITHDRAWN:
        yield Item(
            key, start, _end(facts, run), "ended before its answer", "ended before its answer", LEFT, 6
        )


def order(family: Sequence[ProtocolRun]) -> list[ProtocolRun]:
    """The one that all began with, then who was asked, as early as they were."""
    return sorted(family, key=lambda run: (run.depth, run.opened, run.pk))
