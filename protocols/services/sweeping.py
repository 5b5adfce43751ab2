"""What time alone brings: hand-offs that nobody answered, steps that are late, runs that nobody finished."""

from __future__ import annotations

from protocols.lifecycle import OfferState, RunState, StepState
from protocols.models import ProtocolRun, Step
from protocols.services.holding import HeldRun, Work, held_runs, working
from protocols.timing import given_up_at, offered_at_latest
from telemetry.progress import Progress, no_progress
from telemetry.storage import hold

AT_ONCE = 200
"""Runs in one transaction: as long as somebody's observations may have to wait."""


def sweep(now: int, progress: Progress = no_progress) -> dict[str, int]:
    """Bring every run that is due by a moment up to it; how many were."""
    done = 0
    rows = ProtocolRun.objects.filter(due__lte=now).order_by("due", "pk")
    while some := list(rows.values_list("pk", "subject")[:AT_ONCE]):
        with working(now) as work:
            there = hold(sorted({subject for _, subject in some}))
            due = rows.filter(pk__in=[pk for pk, subject in some if subject in there])
            # A child after its parent: who does not answer is told of by the parent's hand-off.
            pks = list(due.order_by("depth", "pk").values_list("pk", flat=True))
            for pk in pks:
                for held in held_runs(work, [pk]):
                    _let_pass(work, held)
        done += len(some)
        progress(done, 0, "looking at what is due")
    return {"runs": done}


def _let_pass(work: Work, held: HeldRun) -> None:
    """Bring one run up to now."""
    now, run = work.now, held.run
    if not held.is_open:  # ended within this sweep, with its parent
        ProtocolRun.objects.filter(pk=run.pk).update(due=None)
        return
    for number, offer in list(held.offers.items()):
        if offer.state == OfferState.OFFERED and offer.due <= now:
            _ignore(work, held, number)
    waiting = [
        step
        for step in held.steps
        if step.kind == Step.Kind.HAND_OFF
        and step.state == StepState.PENDING
        and offered_at_latest(run, held.steps, step.number) <= now
    ]
    if held.is_open and run.state != RunState.OFFERED:
        held.offer(waiting, now)
        if given_up_at(run, held.steps) <= now:
            held.finish(RunState.TIMED_OUT, now)
    held.save()


def _ignore(work: Work, held: HeldRun, number: int) -> None:
    """Nobody answered a hand-off: the run that it asked for ends, unanswered."""
    offer = held.offers[number]
    child = (
        ProtocolRun.objects.filter(offer=offer, state=RunState.OFFERED).values_list("pk", flat=True).first()
    )
    if child is not None:
        (asked,) = held_runs(work, [child])
        asked.finish(RunState.IGNORED, offer.due)
        asked.save()
    held.answer(number, OfferState.IGNORED, offer.due, "")
