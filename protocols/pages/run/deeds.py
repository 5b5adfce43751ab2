"""What an agent did, began, left out and asked of others, in sentences. Pure: no database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from protocols.lifecycle import OfferState, RunState, StepState
from protocols.models import HandOffOffer, Intervention, ProtocolRun, Step
from protocols.pages.prose import clock, done_words, joined, length, lowered, to_do
from protocols.pages.run.facts import Facts, due, lateness
from protocols.pages.run.telling import quoted, strong

NAMED_AT_MOST: Final = 4
"""Of one kind: a sentence that names more is no sentence any more."""


def deeds(facts: Facts) -> Iterator[str]:
    """In the order in which people ask: done, not done, asked, left."""
    actions = [step for step in facts.steps if step.kind != Step.Kind.HAND_OFF]
    if facts.run.state != RunState.OFFERED:
        yield from _done(facts, actions)
        yield from _each(_of(actions, StepState.FAILED), lambda step: _failed(facts, step), "failed")
        yield from _each(_of(actions, StepState.SKIPPED), lambda step: _skipped(facts, step), "were skipped")
    yield from _each(
        _of(facts.steps, StepState.OVERRIDDEN), lambda step: _overridden(facts, step), "were overridden"
    )
    hand_offs = [step for step in facts.steps if step.kind == Step.Kind.HAND_OFF]
    asked = [step for step in hand_offs if step.number in facts.offers or step.note]
    yield from _each(asked, lambda step: _asked(facts, step), "were asked as well", noun="agent")
    if facts.is_open and facts.run.state != RunState.OFFERED:
        yield from _to_do(facts, actions, hand_offs)


def _of(steps: Sequence[Step], state: StepState) -> list[Step]:
    return [step for step in steps if step.state == state]


def _each(steps: Sequence[Step], tell: Callable[[Step], str], did: str, noun: str = "step") -> Iterator[str]:
    """A sentence for each of the first, and one for all the others."""
    shown = steps if len(steps) <= NAMED_AT_MOST else steps[: NAMED_AT_MOST - 1]
    for step in shown:
        if told := tell(step):
            yield told
    if more := len(steps) - len(shown):
        yield f"{more} more {noun}s {did}"


def _done(facts: Facts, actions: Sequence[Step]) -> Iterator[str]:
    done = sorted(_of(actions, StepState.DONE), key=lambda step: (step.finished or 0, step.number))
    if not done:
        return
    late = [step for step in done if lateness(facts, step)]
    named = done if len(done) <= NAMED_AT_MOST else (late or done)[: NAMED_AT_MOST - 1]
    told = [_deed(facts, step) for step in sorted(named, key=lambda step: step.finished or 0)]
    more = len(done) - len(named)
    if more:
        told.append(f"took {more} more step{'s' if more > 1 else ''}")
    yield f"{facts.run.agent} {joined(told)}"
    notes = [step for step in named if step.note and step.kind == Step.Kind.REVIEW]
    yield from (f"It says: {quoted(step.note)}" for step in notes)


def _deed(facts: Facts, step: Step) -> str:
    said = "finished its review" if step.kind == Step.Kind.REVIEW else done_words(facts.title(step))
    begin = step.added if step.severity > min(one.severity for one in facts.steps) else facts.run.opened
    after = f" after {length((step.finished or 0) - begin)}"
    late = lateness(facts, step)
    told = f"{strong(said)}{after}"
    if late:
        told += f", {strong(f'{length(late)} late')}"
    return told if step.declared else f"{told}, which no contract asks for"


def _failed(facts: Facts, step: Step) -> str:
    what = "finish its review" if step.kind == Step.Kind.REVIEW else to_do(facts.title(step))
    return f"{facts.run.agent} {strong(f'could not {what}')}{_note(step)}"


def _skipped(facts: Facts, step: Step) -> str:
    what = "its review" if step.kind == Step.Kind.REVIEW else f"“{lowered(facts.title(step))}”"
    return f"{facts.run.agent} {strong('skipped')} {what}{_note(step)}"


def _note(step: Step) -> str:
    return f": {quoted(step.note)}" if step.note else ""


def _overridden(facts: Facts, step: Step) -> str:
    if facts.run.state == RunState.OVERRIDDEN:
        return ""  # the whole run was: told once, at its end
    found = [one for one in facts.said if one.step_id == step.pk and one.kind == Intervention.Kind.OVERRIDE]
    what = f"“{lowered(facts.title(step))}”"
    if not found:
        return f"A person {strong('overrode')} {what}"
    one = found[-1]
    reason = f" ({lowered(one.get_reason_code_display())})" if one.reason_code else ""
    return f"{one.author_name} {strong('overrode')} {what} at {clock(one.at, facts.run.opened)}{reason}"


def _asked(facts: Facts, step: Step) -> str:
    offer = facts.offers.get(step.number)
    if offer is None:  # left out or failed by the agent's own word
        verb = "did not ask" if step.state == StepState.SKIPPED else "could not ask"
        return f"{facts.run.agent} {strong(f'{verb} {step.name}')} for help{_note(step)}"
    reason = f" ({quoted(offer.reason)})" if offer.reason else ""
    undeclared = "" if step.declared else ", which no contract asks for"
    return f"{facts.run.agent} asked {strong(offer.target)} for help{reason}{undeclared}{_answer(facts, step, offer)}"


def _answer(facts: Facts, step: Step, offer: HandOffOffer) -> str:
    wait = length((offer.answered or facts.now) - offer.offered)
    said = f": {quoted(offer.answer)}" if offer.answer else ""
    match OfferState(offer.state):
        case OfferState.ACCEPTED:
            return f"; {offer.target} {strong('accepted')} after {wait}{_came_of(facts, step)}"
        case OfferState.REFUSED:
            return f"; {offer.target} {strong('refused')} after {wait}{said}"
        case OfferState.IGNORED:
            return f"; {offer.target} {strong('did not answer')} within {length(offer.due - offer.offered)}"
        case OfferState.OFFERED:
            return f"; {offer.target} {strong('has not answered yet')} (until {clock(offer.due, facts.run.opened)})"
        case _:
            return "; no answer is wanted any more"


def _came_of(facts: Facts, step: Step) -> str:
    """What the one who was asked has made of it."""
    child = facts.children.get(step.number)
    if child is None:
        return ""
    notes = [
        one.note for one in facts.steps_of.get(child.pk, ()) if one.kind == Step.Kind.REVIEW and one.note
    ]
    said = f": {quoted(notes[0])}" if notes else ""
    told = {
        RunState.ACTIVE: " and is looking into it",
        RunState.COMPLETED: " and finished its review",
        RunState.FAILED: f" but {strong('could not finish')}",
        RunState.TIMED_OUT: f" but {strong('never finished')}",
        RunState.OVERRIDDEN: ", until a person overrode it",
        RunState.TAKEN_OVER: ", until a person took over",
    }
    return f"{told.get(_state(child), '')}{said}"


def _state(run: ProtocolRun) -> RunState:
    return RunState(run.state)


def _to_do(facts: Facts, actions: Sequence[Step], hand_offs: Sequence[Step]) -> Iterator[str]:
    """What is begun, and what is still to be done."""
    for step in _of(actions, StepState.STARTED)[:NAMED_AT_MOST]:
        if step.kind == Step.Kind.REVIEW:
            yield f"{facts.run.agent} has been looking into it since {_since(facts, step)}"
        else:
            what, since = to_do(facts.title(step)), _since(facts, step)
            yield f"{facts.run.agent} began to {what} at {since}{_overdue(facts, step)}"
    pending = [step for step in _of(actions, StepState.PENDING) if step.kind == Step.Kind.ACTION]
    begins = facts.run.state != RunState.WAITING
    if pending:
        shown = [
            f"{to_do(facts.title(step))}{_overdue(facts, step) or _until(facts, step)}"
            for step in pending[:NAMED_AT_MOST]
        ]
        more = len(pending) - len(shown)
        shown += [f"take {more} more step{'s' if more > 1 else ''}"] if more else []
        start = (
            f"{facts.run.agent} still has to"
            if begins
            else f"{facts.run.agent} {strong('has not begun')}: it has to"
        )
        yield f"{start} {joined(shown)}"
    waiting = [step.name for step in hand_offs if step.state == StepState.PENDING]
    if waiting:
        yield f"After that it asks {joined(waiting[:NAMED_AT_MOST])} for help"


def _since(facts: Facts, step: Step) -> str:
    return clock(step.started or step.added, facts.run.opened)


def _until(facts: Facts, step: Step) -> str:
    at = due(facts, step)
    return f" by {clock(at, facts.run.opened)}" if at else ""


def _overdue(facts: Facts, step: Step) -> str:
    late = lateness(facts, step)
    return f", {strong(f'{length(late)} overdue')}" if late else ""
