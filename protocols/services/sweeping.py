"""What time alone brings: hand-offs that nobody answered, steps that are late, runs that nobody finished."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from protocols.lifecycle import OfferState, RunState, StepState
from protocols.models import ProtocolRun, Step
from protocols.services.holding import HeldRun, Work, held_runs, working
from protocols.timing import MINUTE, given_up_at, offered_at_latest
from rest.outages import outage_of
from telemetry.progress import Progress, no_progress
from telemetry.storage import hold

log = logging.getLogger(__name__)

LATER = 60 * MINUTE
AT_ONCE = 100
"""Runs in one transaction: as long as somebody's observations may have to wait."""


def sweep(now: int, progress: Progress = no_progress) -> dict[str, int]:
    """Bring every run that is due by a moment up to it; how many were. One that cannot be is left for an hour, and said
    in the log: it holds none of the others up."""
    found = {"runs": 0}
    rows = ProtocolRun.objects.filter(due__lte=now).order_by("due", "pk")
    while some := list(rows.values_list("pk", "subject")[:AT_ONCE]):
        try:
            _bring_up(some, now)
        except Exception as error:
            if outage_of(error) is not None:
                raise
            for one in some:
                _bring_up_alone(one, now)
        found["runs"] += len(some)
        progress(found["runs"], 0, "looking at what is due")
    return found


def _bring_up(some: Sequence[tuple[int, int]], now: int) -> None:
    """Bring runs up to now, each with whose it is, in one transaction."""
    with working(now) as work:
        there = hold(sorted({subject for _, subject in some}))
        due = ProtocolRun.objects.filter(pk__in=[pk for pk, one in some if one in there], due__lte=now)
        places = list(due.order_by("depth", "pk").values_list("depth", "pk"))
        # A child after its parent, and read after it: who does not answer is told of by the parent's hand-off.
        for _, same_depth in groupby(places, itemgetter(0)):
            runs = held_runs(work, [pk for _, pk in same_depth])
            unanswered = _unanswered(work, runs)
            for held in runs:
                _let_pass(work, held, unanswered)


def _unanswered(work: Work, runs: Sequence[HeldRun]) -> dict[int, HeldRun]:
    """The runs that were asked for by hand-offs of these whose time is over, by the number of the hand-off."""
    over = [
        one.pk
        for held in runs
        for one in held.offers.values()
        if one.state == OfferState.OFFERED and one.due <= work.now
    ]
    children = ProtocolRun.objects.filter(offer__in=over, state=RunState.OFFERED) if over else None
    pks = [] if children is None else list(children.values_list("pk", flat=True))
    return {held.run.offer_id: held for held in held_runs(work, pks) if held.run.offer_id} if pks else {}


def _bring_up_alone(one: tuple[int, int], now: int) -> None:
    try:
        _bring_up([one], now)
    except Exception as error:
        if outage_of(error) is not None:
            raise
        log.exception("Run %d cannot be brought up to now", one[0])
        ProtocolRun.objects.filter(pk=one[0]).update(due=now + LATER)


def _let_pass(work: Work, held: HeldRun, unanswered: Mapping[int, HeldRun]) -> None:
    """Bring one run up to now."""
    now, run = work.now, held.run
    if not held.is_open:  # ended within this sweep, with its parent
        ProtocolRun.objects.filter(pk=run.pk).update(due=None)
        return
    for number, offer in list(held.offers.items()):
        if offer.state == OfferState.OFFERED and offer.due <= now:
            _ignore(held, number, unanswered.get(offer.pk))
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


def _ignore(held: HeldRun, number: int, asked: HeldRun | None) -> None:
    """Nobody answered a hand-off: the run that it asked for ends, unanswered."""
    due = held.offers[number].due
    if asked is not None:
        asked.finish(RunState.IGNORED, due)
        asked.save()
    held.answer(number, OfferState.IGNORED, due, "")
