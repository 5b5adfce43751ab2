"""Runs as conformance looks at them: plain facts of what is stored, by a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Min, Q

from contracts.evaluation import SECOND
from protocols.conformance import Found, OfferFacts, PauseFacts, RunFacts, StepFacts, judge
from protocols.conformance.case import Case
from protocols.models import HandOffOffer, Intervention, Pause, ProtocolRun, Step
from protocols.services.rows import select
from protocols.timing import HAND_OFF_WITHIN, asked_at
from telemetry.storage import store


class Whole(NamedTuple):
    """A run with its steps in order, and their hand-offs by the number of the step."""

    run: ProtocolRun
    steps: Sequence[Step]
    offers: Mapping[int, HandOffOffer]


class Facts(NamedTuple):
    """What one run is judged by."""

    run: RunFacts
    pauses: tuple[PauseFacts, ...]

    def judged(self, now: int) -> tuple[Found, ...]:
        """Its deviations at a moment."""
        return judge(self.run, self.pauses, now)


def stored(pks: Iterable[int]) -> list[Whole]:
    """These runs as they are stored, by number; those that there are."""
    return with_steps(select(store(), ProtocolRun, "id", sorted(pks)))


def with_steps(runs: Iterable[ProtocolRun]) -> list[Whole]:
    """Stored runs with their steps and hand-offs, by number: three statements."""
    known = {run.pk: run for run in runs}
    steps: dict[int, list[Step]] = {pk: [] for pk in sorted(known)}
    for step in select(store(), Step, "run_id", list(steps), ordered="run_id, number"):
        steps[step.run_id].append(step)
    asked = {
        step.pk: step
        for own in steps.values()
        for step in own
        if step.kind == Step.Kind.HAND_OFF and step.started is not None
    }
    offers: dict[int, dict[int, HandOffOffer]] = {pk: {} for pk in steps}
    for offer in select(store(), HandOffOffer, "step_id", list(asked)):
        step = asked[offer.step_id]
        offers[step.run_id][step.number] = offer
    return [Whole(known[pk], own, offers[pk]) for pk, own in steps.items()]


def facts_of(wholes: Sequence[Whole]) -> dict[int, Facts]:
    """The facts of each run, by its number."""
    runs = [one.run for one in wholes]
    pauses, stopped, chains = _pauses(runs), stopped_of(runs), _chains(runs)
    found: dict[int, Facts] = {}
    for whole in wholes:
        run = whole.run
        steps = tuple(
            _step(run, step, whole.offers.get(step.number), stopped.get(step.pk)) for step in whole.steps
        )
        facts = RunFacts(
            run.agent, run.kpi, run.state, run.opened, steps, run.ended, run.ended_recorded, chains[run.pk]
        )
        found[run.pk] = Facts(facts, tuple(pauses.get(run.agent, ())))
    return found


def too_late_by(
    run: ProtocolRun, step: Step, pauses: Iterable[Pause], now: int, *, stopped: int | None = None
) -> int:
    """By how much a step was done too late, or is overdue, in microseconds; 0 when neither. ``stopped`` is when a
    person overrode it. Asks no database."""
    return _case(run, pauses, now).too_late_by(_step(run, step, None, stopped))


def due_of(run: ProtocolRun, step: Step, pauses: Iterable[Pause], now: int) -> int | None:
    """The last moment at which a step is in time, as far as pauses are known; None for none. Asks no database."""
    return _case(run, pauses, now).due(_step(run, step, None, None))


def _case(run: ProtocolRun, pauses: Iterable[Pause], now: int) -> Case:
    facts = RunFacts(run.agent, run.kpi, run.state, run.opened, (), run.ended, run.ended_recorded)
    return Case.of(facts, map(pause_facts, pauses), now)


def pause_facts(one: Pause) -> PauseFacts:
    """A pause as conformance looks at it."""
    return _pause(one.agent, one.kpi, one.since, one.until, one.lifted)


def _pause(agent: str, kpi: str, since: int, until: int, lifted: int | None) -> PauseFacts:
    return PauseFacts(agent, kpi, since, until if lifted is None else min(until, lifted))


def _step(run: ProtocolRun, step: Step, offer: HandOffOffer | None, stopped: int | None) -> StepFacts:
    deadline = None if step.deadline is None else step.deadline * SECOND
    asked = None
    if offer is not None:
        asked = OfferFacts(offer.target, offer.state, offer.offered, HAND_OFF_WITHIN, offer.answered)
    return StepFacts(
        number=step.number,
        name=step.name,
        asked=step.added,
        known=asked_at(run, step),
        kind=step.kind,
        declared=step.declared,
        deadline=deadline,
        state=step.state,
        started=step.started,
        finished=step.finished,
        stopped=stopped,
        offer=asked,
    )


def _pauses(runs: Sequence[ProtocolRun]) -> dict[str, list[PauseFacts]]:
    """The pauses that may have touched these runs, by agent."""
    first = min((run.opened for run in runs), default=0)
    rows = store().run("SELECT agent, kpi, since, until, lifted FROM protocols_pause WHERE until > %s", first)
    found: dict[str, list[PauseFacts]] = {}
    for row in rows:
        one = _pause(*row)
        found.setdefault(one.agent, []).append(one)
    return found


def stopped_of(runs: Iterable[ProtocolRun]) -> dict[int, int]:
    """When each step was overridden, by its id. Whoever overrides one has looked at its run."""
    looked_at = [run.pk for run in runs if run.acknowledged is not None]
    if not looked_at:
        return {}
    rows = Intervention.objects.filter(
        run__in=looked_at, kind=Intervention.Kind.OVERRIDE, step__isnull=False
    ).order_by()
    return {step: at for step, at in rows.values_list("step").annotate(Min("at")) if step is not None}


def _chains(runs: Sequence[ProtocolRun]) -> dict[int, tuple[str, ...]]:
    """The agents of the hand-offs that led to each run, its own last."""
    roots = {run.root_id for run in runs if run.depth}
    above: dict[int, tuple[str, int | None]] = {}
    if roots:
        rows = ProtocolRun.objects.filter(Q(pk__in=roots) | Q(root__in=roots)).order_by()
        above = {
            pk: (agent, parent) for pk, agent, parent in rows.values_list("pk", "agent", "offer__step__run")
        }
    return {run.pk: _chain(run, above) for run in runs}


def _chain(run: ProtocolRun, above: Mapping[int, tuple[str, int | None]]) -> tuple[str, ...]:
    agents, parent = [run.agent], above[run.pk][1] if run.pk in above else None
    while parent is not None:
        agent, parent = above[parent]
        agents.append(agent)
    return tuple(reversed(agents))
