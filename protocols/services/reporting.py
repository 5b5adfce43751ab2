"""What agents report: that they began a step, finished it, failed or skipped it, and how they answer a hand-off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from contracts.limits import RUN_LIMITS
from protocols.errors import NoSuchRun, RunError
from protocols.lifecycle import (
    REPORTED,
    RUN_MOVES,
    OfferState,
    RunState,
    StepState,
    Unlawful,
    follow,
)
from protocols.models import ProtocolRun, Step
from protocols.services.holding import HeldRun, Work, held_run, working
from protocols.services.pausing import pause_of
from telemetry import contracts_now

MOST_STEPS: Final = RUN_LIMITS["steps of one run"]
"""Of one run, declared or not."""
MOST_HAND_OFFS: Final = RUN_LIMITS["agents that hand over to one another, one after the other"]
"""How far a hand-off may lead from where it began."""
NEEDS_WORDS: Final = frozenset({StepState.FAILED, StepState.SKIPPED})


@dataclass(frozen=True, slots=True)
class Report:
    """What an agent says of a step. ``at`` is when that was, None for now."""

    state: StepState
    at: int | None = None
    note: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)


def report_step(pk: int, number: int, report: Report, *, agent: str, now: int) -> ProtocolRun:
    """Take in what an agent says of one of its steps; the run as it stands then. The same again changes nothing.

    ``agent`` is the caller's, "" for a service. Raises RunError.
    """
    with working(now) as work:
        held = held_run(work, pk)
        _own(held, agent)
        step = held.step(number)
        if _is_told(step, report):
            return held.run
        _take(held, step, report)
        held.go_on(_at(report, now))
        held.save()
        return held.run


def report_undeclared(
    pk: int, name: str, report: Report, *, agent: str, now: int, hand_off: bool = False
) -> ProtocolRun:
    """Take in a step that no contract asks for: an action by its name, or a hand-off to an agent. Raises RunError.

    The same again, word for word and of the same moment, is the same step.
    """
    with working(now) as work:
        held = held_run(work, pk)
        _own(held, agent)
        if held.run.state == RunState.OFFERED:
            raise _not_accepted(held)
        kind = Step.Kind.HAND_OFF if hand_off else Step.Kind.ACTION
        is_there = _is_asked if hand_off else _is_told
        for step in held.steps:
            if step.kind == kind and step.name == name and not step.declared and is_there(step, report):
                return held.run
        step = _added(held, kind, name, report)
        at = _at(report, now)
        if hand_off:
            held.offer([step], at)
        else:
            _take(held, step, report)
        held.begin()
        held.go_on(at)
        held.save()
        return held.run


def answer_hand_off(
    pk: int, *, accept: bool, words: str, agent: str, now: int, at: int | None = None
) -> ProtocolRun:
    """Take in an agent's answer to what another one asks it for. The same again changes nothing. Raises RunError."""
    with working(now) as work:
        child = held_run(work, pk)
        _own(child, agent)
        run = child.run
        if run.offer is None:
            raise RunError("no_hand_off", f"Nobody handed run {pk} over: there is nothing to answer.")
        said = OfferState.ACCEPTED if accept else OfferState.REFUSED
        if run.offer.state == said and words in ("", run.offer.answer) and at in (None, run.offer.answered):
            return run
        if run.offer.state != OfferState.OFFERED:
            raise RunError(
                "already_answered",
                f"This hand-off is {run.offer.state} already.",
                "Read the run again: it says what it came to.",
            )
        if not accept and not words:
            raise RunError("reason_missing", "Say why the hand-off is refused.")
        if accept:
            _refuse_paused(run, now)
        moment = _possible(run, now if at is None else at, now)
        parent = held_run(work, run.offer.step.run_id)
        parent.answer(run.offer.step.number, said, moment, words)
        parent.save()
        run.offer.refresh_from_db()
        if accept:
            run.state = follow(RUN_MOVES, run.state, RunState.ACTIVE)
        else:
            child.finish(RunState.REFUSED, moment)
        child.save()
        return run


def _own(held: HeldRun, agent: str) -> None:
    """An agent touches only its own; of others it is not even told that they are there."""
    if agent and held.run.agent != agent:
        raise NoSuchRun


def _at(report: Report, now: int) -> int:
    return now if report.at is None else report.at


def _is_told(step: Step, report: Report) -> bool:
    """Whether this was told before: the same state, and nothing that says otherwise."""
    if step.kind == Step.Kind.HAND_OFF and report.state in (StepState.STARTED, StepState.DONE):
        return step.started is not None  # it was offered: what came of that, the run tells
    when = step.started if report.state is StepState.STARTED else step.finished
    if report.state is StepState.STARTED and step.state in REPORTED and step.started is not None:
        return report.at is None or report.at == when  # it came late, after the end of the same step
    return (
        step.state == report.state
        and (report.at is None or report.at == when)
        and report.note in ("", step.note)
        and (not report.evidence or report.evidence == step.evidence)
    )


def _is_asked(step: Step, report: Report) -> bool:
    """Whether this very hand-off was offered before, whatever became of it since."""
    return step.description == report.note and (report.at is None or report.at == step.started)


def _take(held: HeldRun, step: Step, report: Report) -> None:
    run, now = held.run, held.work.now
    if report.state not in REPORTED and report.state is not StepState.STARTED:
        raise RunError("unknown_state", f"An agent cannot say that a step is {report.state}.")
    if run.state == RunState.OFFERED:
        raise _not_accepted(held)
    if step.kind == Step.Kind.HAND_OFF:
        _take_of_hand_off(held, step, report)
        return
    at = _possible(run, _at(report, now), now)
    if step.state == report.state:  # and not what was told before
        at = _told_otherwise(step, report)
    if report.state in NEEDS_WORDS and not report.note:
        raise RunError(
            "note_missing", f"Say in the note why step {step.number} is {report.state}.", "Send a note."
        )
    is_left_out = step.state in (StepState.NOT_NEEDED, StepState.OVERRIDDEN)
    if report.state is StepState.STARTED:
        _refuse_paused(run, now)
        is_left_out = is_left_out or not held.is_open
    if is_left_out and report.state in (StepState.STARTED, StepState.SKIPPED):
        raise RunError(
            "not_needed",
            f"Step {step.number} is not to be done any more: {_why(held, step)}.",
            "Do not begin it. What was done already can be reported as done.",
        )
    if step.started is not None and report.state in REPORTED and at < step.started:
        raise RunError("before_its_start", f"Step {step.number} cannot end before it began.")
    try:
        held.move_step(step, report.state, at)
    except Unlawful:
        raise _settled(step) from None
    if report.note:
        step.note = report.note
    if report.evidence:
        step.evidence = dict(report.evidence)
    held.begin()


def _told_otherwise(step: Step, report: Report) -> int:
    """When a step that goes on began, of which more is told; the end of one is told once. Raises RunError."""
    if step.state != StepState.STARTED or step.started is None or report.at not in (None, step.started):
        raise _settled(step)
    return step.started


def _settled(step: Step) -> RunError:
    return RunError(
        "already_settled",
        f"Step {step.number} is {step.state} already.",
        "Read the run again. What was reported of a step stays.",
    )


def _take_of_hand_off(held: HeldRun, step: Step, report: Report) -> None:
    """An agent may hand over before its actions are done, and may leave it; whether it is accepted says the other."""
    now = held.work.now
    if step.state != StepState.PENDING:
        raise RunError(
            "not_yours_to_say",
            f"Step {step.number} is a hand-off: {step.name} answers it.",
            "Wait for the answer; the run tells it.",
        )
    if report.state in (StepState.STARTED, StepState.DONE):
        _refuse_paused(held.run, now)
        held.offer([step], _possible(held.run, _at(report, now), now))
        held.begin()
        return
    if not report.note:
        raise RunError("note_missing", f"Say in the note why step {step.number} is {report.state}.")
    held.move_step(step, report.state, _possible(held.run, _at(report, now), now))
    step.note = report.note
    held.begin()


def _added(held: HeldRun, kind: Step.Kind, name: str, report: Report) -> Step:
    run, work = held.run, held.work
    if len(held.steps) >= MOST_STEPS:
        raise RunError("too_many_steps", f"A run has at most {MOST_STEPS} steps.")
    if report.state is StepState.STARTED or kind == Step.Kind.HAND_OFF:
        _refuse_paused(run, work.now)
    if kind == Step.Kind.HAND_OFF:
        _refuse_hand_off(held, name)
    step = Step.objects.create(
        run=run,
        number=max((one.number for one in held.steps), default=0) + 1,
        kind=kind,
        name=name,
        description=report.note if kind == Step.Kind.HAND_OFF else "",
        severity=run.severity,
        release=run.release,
        declared=False,
        added=_possible(run, _at(report, work.now), work.now),
    )
    held.steps.append(step)
    return step


def _refuse_hand_off(held: HeldRun, target: str) -> None:
    if not held.is_open:
        raise RunError("run_ended", f"Run {held.run.pk} has ended: nobody can be asked any more.")
    if target not in contracts_now.current().agents:
        raise RunError("unknown_agent", f"No released agent is called {target}.")
    if target == held.run.agent:
        raise RunError("to_itself", "An agent cannot hand over to itself.")
    if held.run.depth >= MOST_HAND_OFFS:
        raise RunError("too_far", f"A hand-off leads through at most {MOST_HAND_OFFS} agents.")
    if any(step.kind == Step.Kind.HAND_OFF and step.name == target for step in held.steps):
        raise RunError("already_asked", f"{target} was asked already.")


def _possible(run: ProtocolRun, at: int, now: int) -> int:
    """A moment at which something can have been done about a run."""
    if at < run.opened:
        raise RunError("before_the_run", "Nothing can have been done before the run was opened.")
    if at > now:
        raise RunError("from_the_future", "What was done cannot have been done later than now.")
    return at


def _refuse_paused(run: ProtocolRun, now: int) -> None:
    if pause := pause_of(run.agent, run.kpi, now):
        raise RunError(
            "paused",
            f"{run.agent} is paused: {pause.get_reason_code_display()}.",
            "Begin nothing until the inbox says that the pause is over.",
        )


def _not_accepted(held: HeldRun) -> RunError:
    return RunError(
        "not_accepted",
        f"Run {held.run.pk} is a hand-off that is not accepted yet.",
        "Accept it first, or refuse it.",
    )


def _why(held: HeldRun, step: Step) -> str:
    if step.state == StepState.OVERRIDDEN:
        return "a person overrode it"
    return f"the run is {str(held.run.state).replace('_', ' ')}"


__all__ = ["MOST_STEPS", "Report", "Work", "answer_hand_off", "report_step", "report_undeclared"]
