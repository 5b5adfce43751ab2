"""What is left for a person: the next decision, as a line that stands out and a reason. Pure: no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from contracts.evaluation import SECOND
from protocols.lifecycle import OfferState, RunState, StepState
from protocols.models import HandOffOffer, Intervention, Step
from protocols.pages.prose import clock, day, joined, length, lowered, to_do
from protocols.pages.run.facts import Facts, due, ended, lateness
from protocols.pages.run.telling import quoted, sentence

Kind = Intervention.Kind
DECIDED: Final = frozenset({Kind.AGREE, Kind.OVERRIDE, Kind.TAKE_OVER})


class Left(NamedTuple):
    """``is_urgent`` where somebody waits for it, or nobody else will do it."""

    head: str
    reason: str = ""
    is_urgent: bool = False


class Problem(NamedTuple):
    """Something only a person can settle. ``at`` is since when it has been one."""

    at: int
    head: str
    reason: str
    step: Step | None = None


def left(facts: Facts) -> Left:
    """The most pressing thing; what a person has decided since is settled."""
    run = facts.run
    if run.state in (RunState.OVERRIDDEN, RunState.TAKEN_OVER):
        return _with_a_person(facts)
    if run.state == RunState.WITHDRAWN:
        return Left("Nothing.", "There was nothing to act on after all.")
    open_ones = [one for one in _problems(facts) if not _is_decided(facts, one)]
    if open_ones:
        first, more = open_ones[0], len(open_ones) - 1
        also = f" And {more} more: see below." if more else ""
        return Left(first.head, first.reason + also, is_urgent=True)
    agreed = [one for one in facts.said if one.kind in DECIDED and one.step_id is None]
    if agreed:
        one = agreed[-1]
        reason = f": {lowered(one.get_reason_code_display())}" if one.reason_code else ""
        at = f"{clock(one.at)} {day(one.at, facts.now)}"
        return Left("Nothing.", f"{one.author_name} {one.get_kind_display()} at {at}{reason}.")
    return _nothing_yet(facts) if facts.is_open else _looks_right(facts)


def _with_a_person(facts: Facts) -> Left:
    run = facts.run
    took = run.state == RunState.TAKEN_OVER
    who = run.assignee_name or next(
        (one.author_name for one in facts.said if one.kind in DECIDED), "a person"
    )
    if took:
        return Left(f"{who} has taken this over.", f"{run.agent} does nothing more about it.")
    return Left(
        "Nothing.", f"A person decided that this was not to be done; {run.agent} does nothing more about it."
    )


def _is_decided(facts: Facts, problem: Problem) -> bool:
    """Whether a person has said something about it since, of the run or of that step."""
    return any(
        one.kind in DECIDED
        and one.at >= problem.at
        and (one.step_id is None or (problem.step is not None and one.step_id == problem.step.pk))
        for one in facts.said
    )


def _problems(facts: Facts) -> list[Problem]:
    """Everything, the most pressing first: what can still be changed before what can only be judged."""
    found: list[Problem] = []
    for some in (_pause, _nobody_acts, _hand_offs, _steps, _at_its_end):
        found += some(facts)
    return found


def _pause(facts: Facts) -> Iterator[Problem]:
    pause = facts.paused_now()
    if pause is not None and facts.is_open:
        until = clock(ended(pause), facts.run.opened)
        yield Problem(
            pause.since,
            f"Decide who acts while {facts.run.agent} is paused.",
            f"It does nothing until {until}. You can take over, or end the pause.",
        )


def _nobody_acts(facts: Facts) -> Iterator[Problem]:
    run = facts.run
    if facts.is_open and not facts.steps:
        yield Problem(
            run.opened,
            "Decide what to do.",
            f"The contract of {run.agent} asks for nothing here, so nobody acts until the value recovers.",
        )


def _hand_offs(facts: Facts) -> Iterator[Problem]:
    for step in facts.steps:
        offer = facts.offers.get(step.number)
        tell = _OF_OFFERS.get(OfferState(offer.state)) if offer is not None else None
        if offer is not None and tell is not None and (facts.is_open or offer.state != OfferState.OFFERED):
            yield tell(facts, step, offer)


def _waits(facts: Facts, step: Step, offer: HandOffOffer) -> Problem:
    rest = offer.due - facts.now
    when = f"is due in {length(rest)}" if rest > 0 else f"was due {length(-rest)} ago"
    return Problem(
        offer.offered,
        f"Decide whether {offer.target} is still needed.",
        f"Its answer {when}; without one the request counts as not answered, and nobody else is asked.",
        step,
    )


def _refused(facts: Facts, step: Step, offer: HandOffOffer) -> Problem:
    said = f" {sentence(f'It said {quoted(offer.answer)}')}" if offer.answer else ""
    at = offer.answered or offer.due
    return Problem(at, f"Decide who helps instead of {offer.target}.", f"{offer.target} refused.{said}", step)


def _ignored(facts: Facts, step: Step, offer: HandOffOffer) -> Problem:
    within = length(offer.due - offer.offered)
    return Problem(
        offer.answered or offer.due,
        f"Decide who helps instead of {offer.target}.",
        f"{offer.target} did not answer within {within}, and nobody else was asked.",
        step,
    )


_OF_OFFERS: Final[dict[OfferState, Callable[[Facts, Step, HandOffOffer], Problem]]] = {
    OfferState.OFFERED: _waits,
    OfferState.REFUSED: _refused,
    OfferState.IGNORED: _ignored,
}


def _steps(facts: Facts) -> Iterator[Problem]:
    agent = facts.run.agent
    for step in facts.steps:
        what, at = to_do(facts.title(step)), step.finished or step.recorded or step.added
        note = f" {sentence(f'It said {quoted(step.note)}')}" if step.note else ""
        if step.number in facts.offers:
            continue
        if step.state == StepState.FAILED:
            yield Problem(at, f"Decide who has to {what}.", f"{agent} could not.{note}", step)
        elif step.state == StepState.SKIPPED:
            yield Problem(
                at, f"Check whether it was right not to {what}.", f"{agent} skipped it.{note}", step
            )
        elif facts.is_open and not step.is_settled and (late := lateness(facts, step)):
            yield Problem(
                due(facts, step) or at,
                f"Find out why {agent} does not {what}, or do it yourself.",
                f"It has been due for {length(late)}.",
                step,
            )


def _at_its_end(facts: Facts) -> Iterator[Problem]:
    run = facts.run
    if run.state == RunState.TIMED_OUT and run.ended is not None:
        open_steps = [step for step in facts.steps if step.state == StepState.NOT_NEEDED]
        reason = f"Nobody finished it: {len(open_steps)} of {len(facts.steps)} steps were never done."
        yield Problem(run.ended, "Decide what becomes of it.", reason)
    if run.state == RunState.IGNORED and run.offer is not None:
        reason = f"{run.agent} did not answer, and nobody else was asked."
        yield Problem(run.ended or run.opened, f"Decide who helps {run.offer.source} instead.", reason)
    if run.state == RunState.REFUSED and run.offer is not None:
        reason = f"{run.agent} refused; {run.offer.source} was told."
        yield Problem(run.ended or run.opened, f"Decide who helps {run.offer.source} instead.", reason)


def _nothing_yet(facts: Facts) -> Left:
    run = facts.run
    if run.state == RunState.OFFERED and run.offer is not None:
        until = clock(run.offer.due, facts.now)
        return Left("Nothing yet.", f"{run.agent} has until {until} to answer {run.offer.source}.")
    dues = [at for step in facts.steps if not step.is_settled and (at := due(facts, step)) is not None]
    waits = [
        facts.title(step) for step in facts.steps if not step.is_settled and step.kind != Step.Kind.HAND_OFF
    ]
    what = joined([to_do(one) for one in waits[:2]]) if waits else ""
    until = f" until {clock(min(dues), facts.now)}" if dues else ""
    reason = f"{run.agent} has{until or ' yet'} to {what}." if what else f"{run.agent} is at work."
    return Left("Nothing yet.", f"{reason} If you think otherwise, say so here.")


def _looks_right(facts: Facts) -> Left:
    late = [facts.title(step) for step in facts.steps if lateness(facts, step)]
    if late:
        reason = f"Everything was done, but “{lowered(late[0])}” came late. Say whether that was acceptable."
        return Left("Say whether it was right.", reason)
    return Left(
        "Nothing has to be done.",
        "If you have a view, say whether it was right: contracts get better by such answers.",
    )


def looked(facts: Facts) -> str:
    """Who has looked at it, and whose it is."""
    run = facts.run
    whose = f" It is with {run.assignee_name}." if run.assignee_name else ""
    if run.acknowledged is None:
        return f"Nobody has looked yet.{whose}"
    first = facts.said[0] if facts.said and len(facts.said) < 200 else None
    who = first.author_name if first is not None else "Somebody"
    after = length(max(run.acknowledged - run.recorded, 0) // SECOND * SECOND)
    return f"{who} looked first, {after} after it was opened.{whose}"
