"""The rules about runs: ten ways in which what an agent did differs from what its contract declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from protocols.conformance.case import TOLD_WITHIN, Case, acts
from protocols.conformance.catalogue import Breach, run_rule
from protocols.conformance.facts import HAND_OFF, REVIEW, UNDONE, OfferFacts, StepFacts
from protocols.conformance.words import called, due_within, length, was_done, way
from protocols.lifecycle import OfferState, RunState, StepState

MOST_REPEATS = 2
"""An undeclared action may be repeated once; more often is a loop."""
_NEVER_ASKED = "though the contract does not ask for it"
_BY_HAND: Final[Mapping[str, str]] = {
    RunState.OVERRIDDEN: "after the run had been overridden",
    RunState.TAKEN_OVER: "after the run had been taken over",
}


@run_rule(
    "RUN001",
    "missing",
    title="Not done",
    pattern="response",
    example="The run is over after two hours, and notify_user, due within 15 minutes, was never done.",
)
def missing(case: Case) -> Iterator[Breach]:
    """A declared step must follow the trigger before the run is over. Only a step that was due by then is missed: when
    the person recovers before its deadline, or a correction shows that there was nothing, nobody needs it any more. A
    step without a deadline may take as long as the run may."""
    for step in case.run.steps:
        if not step.declared or step.kind == HAND_OFF or not case.is_over(step):
            continue
        if case.run.state in (RunState.WITHDRAWN, RunState.REFUSED):
            continue
        at = case.closed(step)
        if at is None:
            continue
        verb = "given" if step.kind == REVIEW else "done"
        if case.overdue_by(step, at):
            yield Breach(step.number, at, f"{called(step)} was never {verb}; {due_within(step)}.")
        elif case.run.state == RunState.IGNORED and step.kind == REVIEW:
            yield Breach(step.number, at, f"{called(step)} was never given.")
        elif case.run.state == RunState.TIMED_OUT and step.stopped is None and step.deadline is None:
            yield Breach(step.number, at, f"{called(step)} was never {verb} before the run timed out.")


@run_rule(
    "RUN002",
    "skipped",
    title="Skipped",
    pattern="response",
    example="The agent reports that it skipped log_event.",
)
def skipped(case: Case) -> Iterator[Breach]:
    """A declared step must be done, and the agent says itself that it left it out. There may be a good reason: its note
    says which, and a person judges it."""
    for step in case.run.steps:
        if step.declared and step.state == StepState.SKIPPED:
            yield Breach(step.number, _moment(step), f"{called(step)} was skipped.")


@run_rule(
    "RUN003",
    "late",
    title="Late",
    pattern="response within a time",
    example="reduce_training_intensity, due within 15 minutes, was done after 27.",
)
def late(case: Case) -> Iterator[Breach]:
    """A declared step must be done within its deadline. Time counts from when the agent could know of the trigger, or
    from the reading itself when the agent was faster than the server; the time of a pause does not count. What is
    overdue is late even before it is done."""
    for step in case.run.steps:
        if not step.declared or step.kind == HAND_OFF:
            continue
        if step.state == StepState.DONE:
            if by := case.late_by(step):
                yield Breach(
                    step.number, _moment(step), f"{called(step)} {was_done(step)} {length(by)} late."
                )
        elif step.state in UNDONE and case.run.is_open and case.overdue_by(step, case.now):
            due = case.due(step)
            at = case.now if due is None else due
            yield Breach(step.number, at, f"{called(step)} is overdue; {due_within(step)}.")


@run_rule(
    "RUN004",
    "out_of_order",
    title="Out of order",
    pattern="precedence, by alignment",
    example="notify_user was done before reduce_training_intensity, which the contract has first.",
)
def out_of_order(case: Case) -> Iterator[Breach]:
    """Actions are declared in the order in which they are to be done. Only those that truly moved are named: the most
    steps that kept their order are taken as right. Steps that a rise in severity added have an order among themselves
    alone, since what is worse may well come first."""
    for moved in case.moved.values():
        other = called(moved.beside)
        told = f"before {other}, which comes first" if moved.earlier else f"after {other}, which comes later"
        yield Breach(
            moved.step.number,
            _moment(moved.step),
            f"{called(moved.step)} {was_done(moved.step)} {told} in the contract.",
        )


@run_rule(
    "RUN005",
    "not_declared",
    title="Not declared",
    pattern="absence",
    example="The agent did call_doctor, which no action of its contract names.",
)
def not_declared(case: Case) -> Iterator[Breach]:
    """What the contract does not name is not to be done at this severity. It may be the better thing to do: then judge
    it so, and the contract can be changed."""
    for step in case.run.steps:
        if not step.declared and (moments := acts(step)):
            yield Breach(step.number, moments[0], f"{called(step)} {was_done(step)}, {_NEVER_ASKED}.")


@run_rule(
    "RUN006",
    "failed",
    title="Failed",
    pattern="existence of a success",
    example="The agent reports that book_consultation failed.",
)
def failed(case: Case) -> Iterator[Breach]:
    """The agent tried and could not do it. Somebody may have to do it in its place."""
    for step in case.run.steps:
        answered = step.offer is not None and step.offer.state in (OfferState.REFUSED, OfferState.IGNORED)
        if step.state == StepState.FAILED and step.kind != REVIEW and not answered:
            yield Breach(step.number, _moment(step), f"{called(step)} failed.")


@run_rule(
    "RUN007",
    "hand_off_refused",
    title="Hand-off refused",
    pattern="response of another agent",
    example="NEUROS hands over to CARDIOS, which refuses with a reason.",
)
def hand_off_refused(case: Case) -> Iterator[Breach]:
    """The agent that was asked for help says no, so nobody helps unless a person does."""
    for step in case.run.steps:
        if step.offer is not None and step.offer.state == OfferState.REFUSED:
            yield Breach(step.number, _answered(step.offer), f"{step.offer.target} refused the hand-off.")


@run_rule(
    "RUN008",
    "hand_off_not_answered",
    title="Hand-off not answered",
    pattern="response of another agent within a time",
    example="NEUROS hands over to CARDIOS, which says nothing for 30 minutes.",
)
def hand_off_not_answered(case: Case) -> Iterator[Breach]:
    """The agent that was asked for help says neither yes nor no in time, so nobody knows whether anybody helps."""
    for step in case.run.steps:
        if step.offer is not None and step.offer.state == OfferState.IGNORED:
            told = f"{step.offer.target} did not answer the hand-off within {length(step.offer.within)}."
            yield Breach(step.number, _answered(step.offer), told)


@run_rule(
    "RUN009",
    "loop",
    title="Loop",
    pattern="absence of a repetition",
    example="NEUROS hands over to CARDIOS, which hands over to NEUROS again.",
)
def loop(case: Case) -> Iterator[Breach]:
    """A hand-off that comes back to an agent which is already part of it, or an undeclared action done three times or
    more, goes on for ever if nobody stops it."""
    chain = case.run.chain
    if len(chain) > 1 and chain[-1] in chain[:-1]:
        last = len(chain) - 2 - chain[-2::-1].index(chain[-1])
        told = f"The hand-offs lead back to {chain[-1]}: {way(chain[last:])}."
        yield Breach(0, case.run.opened, told)
    repeated: dict[tuple[str, str], list[StepFacts]] = {}
    for step in case.run.steps:
        if not step.declared and acts(step):
            repeated.setdefault((step.kind, step.name), []).append(step)
    for same in repeated.values():
        if len(same) > MOST_REPEATS:
            turn = same[MOST_REPEATS]
            told = f"{called(turn)} {was_done(turn)} {len(same)} times, {_NEVER_ASKED}."
            yield Breach(turn.number, acts(turn)[0], told)


@run_rule(
    "RUN010",
    "acted_unasked",
    title="Done without being asked",
    pattern="absence after an end",
    example="The agent was paused after 10 minutes, and did notify_user after 12.",
)
def acted_unasked(case: Case) -> Iterator[Breach]:
    """Once a run is over, a step is overridden, or the agent is paused, nothing more is to be done. Time
    counts from when the agent could know."""
    for step in case.run.steps:
        for at in acts(step):
            if told := _unasked(case, step, at):
                yield Breach(step.number, at, f"{called(step)} {was_done(step)} {told}.")
                break


def _unasked(case: Case, step: StepFacts, at: int) -> str:
    """Why nobody wanted it at that moment; "" when somebody did."""
    run = case.run
    if step.stopped is not None and at > step.stopped + TOLD_WITHIN:
        return "after it had been overridden"
    end = run.ended if run.told is None else run.told
    if not run.is_open and end is not None and at > end + TOLD_WITHIN:
        return _BY_HAND.get(run.state, "after the run had ended")
    for pause in case.pauses:
        if pause.since + TOLD_WITHIN < at and (pause.end is None or at < pause.end):
            return f"while {run.agent} was paused" + (f" for {pause.kpi}" if pause.kpi else "")
    return ""


def _moment(step: StepFacts) -> int:
    """When a settled step was, as far as it is known."""
    return step.known if step.finished is None else step.finished


def _answered(offer: OfferFacts) -> int:
    """When a hand-off was settled, one way or another."""
    return offer.offered + offer.within if offer.answered is None else offer.answered
