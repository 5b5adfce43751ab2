"""The steps that a contract asks for, made ready to be stored; and hand-offs while they are offered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from contracts.durations import Duration, DurationError
from contracts.evaluation import SECOND
from contracts.severity import Severity
from contracts.watched import WatchedBinding
from protocols.lifecycle import OFFER_MOVES, RUN_MOVES, STEP_MOVES, OfferState, RunState, StepState, follow
from protocols.models import HandOffOffer, ProtocolRun, Step
from protocols.services.rows import insert, made, update
from protocols.timing import HAND_OFF_WITHIN
from telemetry.storage import Store

SEVERITIES: Final = {1: Severity.INFO, 2: Severity.WARNING, 3: Severity.CRITICAL}
REVIEW: Final = "answer_hand_off"
"""What the one step of a run is called that another agent asked for."""
Tallies = Counter[tuple[str, ...]]
RUNS, ACTIONS, HAND_OFFS = "protocol_runs", "protocol_actions", "handoffs"
"""Counters of what a run, an action or a hand-off became, each time it became that: a run that is opened again by a
rise ends again. Of actions the name stands in the KPI's column, of hand-offs the agent who is asked."""
OPENED: Final = "opened"
"""Of runs, beside the outcomes."""


class Wanted(NamedTuple):
    """What a contract asks for at a severity; ``seconds`` is the deadline, None where there is none."""

    kind: Step.Kind
    name: str
    description: str
    seconds: int | None = None


def wanted_at(binding: WatchedBinding, severity: int) -> list[Wanted]:
    """What a contract asks for at a severity, in order: each action and each hand-off once."""
    told = SEVERITIES[severity]
    found: dict[tuple[str, str], Wanted] = {}
    for action in binding.actions_at(told):
        one = Wanted(Step.Kind.ACTION, action.name, action.description, seconds_of(action.deadline))
        found.setdefault(one[:2], one)
    for hand_off in binding.hand_offs_at(told):
        one = Wanted(Step.Kind.HAND_OFF, hand_off.agent, hand_off.reason)
        found.setdefault(one[:2], one)
    return list(found.values())


def declared(
    wanted: Iterable[Wanted], severity: int, release: int, at: int, now: int, there: Sequence[Step]
) -> list[Step]:
    """The steps for what is wanted and is not there yet, in order; whoever stores them says of which run they are.

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
        for place, one in enumerate((one for one in wanted if one[:2] not in known), number + 1)
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


class Asked(NamedTuple):
    """A hand-off of a run to be offered, when that is, and in which trace. Run and step are stored."""

    run: ProtocolRun
    step: Step
    at: int
    trace: str | None


def offer(store: Store, asked: Sequence[Asked], now: int, number: int, tallies: Tallies) -> list[ProtocolRun]:
    """Offer hand-offs: each opens a run of the agent who is asked. As many statements for many as for one."""
    if not asked:
        return []
    offers = [
        HandOffOffer(
            step=step, source=run.agent, target=step.name, reason=step.description, offered=at,
            due=now + HAND_OFF_WITHIN,
        )
        for run, step, at, _ in asked
    ]  # fmt: skip
    insert(store, offers)
    for _, step, at, _ in asked:
        step.state = follow(STEP_MOVES, step.state, StepState.STARTED)
        step.started, step.recorded = at, now
    update(store, [one.step for one in asked], ["state", "started", "recorded"])
    children = [
        ProtocolRun(
            agent=one.target, kpi=run.kpi, subject_id=run.subject_id, offer=one, root_id=run.root_id or run.pk,
            depth=run.depth + 1, state=RunState.OFFERED, severity=run.severity, release=run.release,
            source=run.source, rule=run.rule, condition=run.condition, reason=run.reason, inputs=run.inputs,
            opened=at, recorded=now, due=one.due, changed=number, trace=trace,
        )
        for (run, _, at, trace), one in zip(asked, offers, strict=True)
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
        tallies[RUNS, child.agent, child.kpi, OPENED] += 1
        tallies[HAND_OFFS, one.source, one.target, OfferState.OFFERED] += 1
    return children


def withdraw_offers(ends: Mapping[int, int], now: int, number: int, tallies: Tallies) -> None:
    """Have hand-offs that nobody answered be asked for no longer: those of these runs, by when each ended."""
    offers = list(
        HandOffOffer.objects.filter(step__run__in=ends, state=OfferState.OFFERED).select_related(
            "step", "child"
        )
    )
    if not offers:
        return
    children: list[ProtocolRun] = []
    for one in offers:
        one.answered = max(ends[one.step.run_id], one.offered)
        one.state = follow(OFFER_MOVES, one.state, OfferState.WITHDRAWN)
        tallies[HAND_OFFS, one.source, one.target, OfferState.WITHDRAWN] += 1
        child = one.child
        child.state = follow(RUN_MOVES, child.state, RunState.WITHDRAWN)
        child.ended = child.episode_ended = max(one.answered, child.opened)
        child.ended_recorded, child.due, child.changed = now, None, number
        tallies[RUNS, child.agent, child.kpi, RunState.WITHDRAWN] += 1
        children.append(child)
    open_steps = Step.objects.filter(run__in=[one.pk for one in children], state=StepState.PENDING)
    open_steps.update(state=StepState.NOT_NEEDED)
    ProtocolRun.objects.bulk_update(
        children, ["state", "ended", "ended_recorded", "episode_ended", "due", "changed"]
    )
    HandOffOffer.objects.bulk_update(offers, ["state", "answered"])
