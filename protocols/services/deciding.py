"""What people do about runs: everything is on the record, with who, when and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User

from jobs.people import name_of
from protocols.errors import RunError
from protocols.lifecycle import RUN_MOVES, STEP_MOVES, OfferState, RunState, StepState
from protocols.models import Intervention, ProtocolRun, ReasonCode
from protocols.services.holding import HeldRun, held_run, working

Kind = Intervention.Kind
NEEDS_REASON = frozenset({Kind.OVERRIDE, Kind.TAKE_OVER})


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person does about a run, or about one of its steps; ``step`` is its number, 0 for the run."""

    kind: Intervention.Kind
    step: int = 0
    reason_code: str = ""
    words: str = ""
    assignee: User | None = None


def decide(pk: int, decision: Decision, *, user: User | None, author_name: str = "", now: int) -> ProtocolRun:
    """Put it on the record, and do what it says; the run as it stands then. Raises RunError.

    Two people at once are both on the record; what the first one ended stays ended.
    """
    kind = decision.kind
    if decision.reason_code and decision.reason_code not in ReasonCode.values:
        raise RunError("unknown_reason", "Choose one of the reasons.")
    if kind in NEEDS_REASON and not decision.reason_code:
        raise RunError("reason_missing", "Choose why.", "A reason of the list; words may follow.")
    if kind is Kind.COMMENT and not decision.words:
        raise RunError("words_missing", "Write something.")
    with working(now) as work:
        held = held_run(work, pk)
        step = held.step(decision.step) if decision.step else None
        Intervention.objects.create(
            run=held.run,
            step=step,
            kind=kind,
            reason_code=decision.reason_code,
            words=decision.words,
            author=user,
            author_name=author_name or name_of(user),
            at=now,
        )
        run = held.run
        run.acknowledged = run.acknowledged or now
        if kind is Kind.ASSIGN:
            _assign(run, decision.assignee)
        elif kind is Kind.TAKE_OVER:
            _assign(run, user)
            _end(held, RunState.TAKEN_OVER, now)
        elif kind is Kind.OVERRIDE and (step is None or run.state == RunState.OFFERED):
            _end(held, RunState.OVERRIDDEN, now)
        elif kind is Kind.OVERRIDE and step is not None and not step.is_settled:
            offer = held.offers.get(step.number)
            if offer is not None:
                raise RunError(
                    "already_asked", f"{step.name} was asked already.", "Override its own run, or take over."
                )
            if StepState.OVERRIDDEN in STEP_MOVES[step.state]:
                held.move_step(step, StepState.OVERRIDDEN)
                held.go_on(now)
        held.save()
        _tell_whoever_asked(held)
        return run


def _assign(run: ProtocolRun, person: User | None) -> None:
    run.assignee, run.assignee_name = person, name_of(person)


def _end(held: HeldRun, state: RunState, now: int) -> None:
    """End a run, where it has not ended in a way that stays."""
    if state in RUN_MOVES[held.run.state]:
        held.finish(state, now)


def _tell_whoever_asked(held: HeldRun) -> None:
    """Of a hand-off whose run a person ended before it was answered: nobody need answer it any more."""
    run = held.run
    if held.is_open or run.offer is None or run.offer.state != OfferState.OFFERED:
        return
    parent = held_run(held.work, run.offer.step.run_id)
    parent.leave_out(run.offer.step.number, run.ended or held.work.now)
    parent.save()
    run.offer.refresh_from_db()
