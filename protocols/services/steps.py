"""The steps that a contract asks for, made ready to be stored; and hand-offs while they are offered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple

from contracts.durations import Duration, DurationError
from contracts.evaluation import SECOND
from contracts.severity import Severity
from contracts.watched import WatchedBinding
from protocols.lifecycle import OFFER_MOVES, STEP_MOVES, OfferState, RunState, StepState, follow
from protocols.models import HandOffOffer, ProtocolRun, Step
from protocols.services.rows import insert, made, update
from protocols.timing import HAND_OFF_WITHIN, next_due
from telemetry.storage import Store

SEVERITIES: Final = {1: Severity.INFO, 2: Severity.WARNING, 3: Severity.CRITICAL}
REVIEW: Final = "answer_hand_off"
"""What the one step of a run is called that another agent asked for."""
Tallies = Counter[tuple[str, ...]]
RUNS, ACTIONS, HAND_OFFS = "protocol_runs", "protocol_actions", "handoffs"
"""Counters. Of actions the name stands in the KPI's column, of hand-offs the agent who is asked."""


class Asked(NamedTuple):
    """What a contract asks for at a severity; ``seconds`` is the deadline, None where there is none."""

    kind: Step.Kind
    name: str
    description: str
    seconds: int | None = None


def asked_at(binding: WatchedBinding, severity: int) -> list[Asked]:
    """What a contract asks for at a severity, in order: each action and each hand-off once."""
    told = SEVERITIES[severity]
    found: dict[tuple[str, str], Asked] = {}
    for action in binding.actions_at(told):
        one = Asked(Step.Kind.ACTION, action.name, action.description, seconds_of(action.deadline))
        found.setdefault(one[:2], one)
    for hand_off in binding.hand_offs_at(told):
        one = Asked(Step.Kind.HAND_OFF, hand_off.agent, hand_off.reason)
        found.setdefault(one[:2], one)
    return list(found.values())


def declared(
    asked: Iterable[Asked], severity: int, release: int, at: int, now: int, there: Sequence[Step]
) -> list[Step]:
    """The steps for what is asked for and is not there yet, in order; their run may be stored later.

    ``at`` is when it is asked for in the time of the measurements, ``now`` by the server's clock.
    """
    known = {(one.kind, one.name) for one in there if one.declared}
    number = max((one.number for one in there), default=0)
    return [
        made(
            Step, number=place, kind=one.kind, name=one.name, description=one.description, severity=severity,
            release=release, deadline=one.seconds, added=at,
            due=None if one.seconds is None else now + one.seconds * SECOND,
        )
        for place, one in enumerate((one for one in asked if one[:2] not in known), number + 1)
    ]  # fmt: skip


def seconds_of(deadline: str) -> int | None:
    """A deadline as the contract has it; None where there is none that can be read."""
    try:
        return Duration.parse(deadline).seconds if deadline else None
    except DurationError:
        return None


def ready_to_offer(steps: Sequence[Step]) -> list[Step]:
    """The hand-offs before which nothing is left to do."""
    found: list[Step] = []
    for step in steps:
        if step.kind == Step.Kind.HAND_OFF:
            if step.state == StepState.PENDING:
                found.append(step)
        elif not step.is_settled:
            break
    return found


def offer(
    store: Store,
    asked: Sequence[tuple[ProtocolRun, Step, int]],
    now: int,
    number: int,
    tallies: Tallies,
) -> list[ProtocolRun]:
    """Offer hand-offs, which are stored, as are their runs, each at its moment: it opens a run of who is asked."""
    if not asked:
        return []
    offers = [
        HandOffOffer(
            step=step, source=run.agent, target=step.name, reason=step.description, offered=at,
            due=now + HAND_OFF_WITHIN,
        )
        for run, step, at in asked
    ]  # fmt: skip
    insert(store, offers)
    for _, step, at in asked:
        step.state = follow(STEP_MOVES, step.state, StepState.STARTED)
        step.started, step.recorded = at, now
    update(store, [step for _, step, _ in asked], ["state", "started", "recorded"])
    children = [
        ProtocolRun(
            agent=one.target, kpi=run.kpi, subject_id=run.subject_id, offer=one, root_id=run.root_id or run.pk,
            depth=run.depth + 1, state=RunState.OFFERED, severity=run.severity, release=run.release,
            source=run.source, rule=run.rule, condition=run.condition, reason=run.reason, inputs=run.inputs,
            opened=at, recorded=now, due=one.due, changed=number,
        )
        for (run, _, at), one in zip(asked, offers, strict=True)
    ]  # fmt: skip
    insert(store, children)
    reviews = [
        Step(
            run=child, number=1, kind=Step.Kind.REVIEW, name=REVIEW, description=one.reason,
            severity=child.severity, release=child.release, added=child.opened,
        )
        for child, one in zip(children, offers, strict=True)
    ]  # fmt: skip
    insert(store, reviews)
    for child, one in zip(children, offers, strict=True):
        tallies[RUNS, child.agent, child.kpi, "opened"] += 1
        tallies[HAND_OFFS, one.source, one.target, OfferState.OFFERED] += 1
    return children


def withdraw_offers(runs: Collection[int], at: int, now: int, number: int) -> None:
    """Have hand-offs of runs that nobody answered be asked for no longer."""
    open_offers = HandOffOffer.objects.filter(step__run__in=runs, state=OfferState.OFFERED)
    pks = list(open_offers.values_list("pk", flat=True))
    if not pks:
        return
    follow(OFFER_MOVES, OfferState.OFFERED, OfferState.WITHDRAWN)
    children = ProtocolRun.objects.filter(offer__in=pks, state=RunState.OFFERED)
    Step.objects.filter(run__in=children.values("pk"), state=StepState.PENDING).update(
        state=StepState.NOT_NEEDED
    )
    children.update(
        state=RunState.WITHDRAWN, ended=at, ended_recorded=now, episode_ended=at, due=None, changed=number
    )
    HandOffOffer.objects.filter(pk__in=pks).update(state=OfferState.WITHDRAWN, answered=at)


def renew_due(run: ProtocolRun, steps: Sequence[Step], offers: Sequence[HandOffOffer], now: int) -> None:
    """Have the sweep look at a run when it should next."""
    run.due = next_due(run, steps, offers, now)
