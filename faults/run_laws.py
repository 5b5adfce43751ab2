"""What holds of protocol runs at any time, whatever happened to whoever moves them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from protocols.lifecycle import ENDED, OfferState, RunState, StepState
from protocols.models import HandOffOffer, ProtocolRun, Step
from telemetry.models import Standing, Transition

LEFT = frozenset({StepState.PENDING, StepState.STARTED})
SETTLED_BY = {OfferState.REFUSED: RunState.REFUSED, OfferState.IGNORED: RunState.IGNORED}
Key = tuple[int, str, str]


def unlawful() -> Iterator[str]:
    """What is not as it must be, of all that is stored."""
    steps = groupby(Step.objects.order_by("run", "number").iterator(), lambda step: step.run_id)
    of_run = {pk: list(own) for pk, own in steps}
    runs = list(ProtocolRun.objects.select_related("offer"))
    for run in runs:
        yield from (f"run {run.pk} {told}" for told in unlawful_run(run, of_run.get(run.pk, [])))
    for offer in HandOffOffer.objects.select_related("step__run", "child").iterator():
        yield from (f"hand-off {offer.pk} {told}" for told in unlawful_offer(offer))
    yield from unlawful_episodes(runs)


def unlawful_run(run: ProtocolRun, steps: list[Step]) -> Iterator[str]:
    """Of a run with its steps in order."""
    left = [step.number for step in steps if step.state in LEFT]
    if run.state in ENDED:
        if left or run.due is not None:
            yield f"is {run.state}, with steps {left} open, due {run.due}"
        if run.ended is None or run.ended_recorded is None or run.ended < run.opened:
            yield f"is {run.state}, and ended {run.ended}"
    elif (steps and not left) or run.ended is not None or run.ended_recorded is not None or run.due is None:
        yield f"is {run.state}, with nothing open, or an end, or nothing due"
    if [step.number for step in steps] != list(range(1, len(steps) + 1)):
        yield "has steps that are not numbered one after the other"
    declared = [(step.kind, step.name) for step in steps if step.declared]
    if len(declared) != len(set(declared)):
        yield "has a step twice"
    for step in steps:
        if step.finished is not None and not run.opened <= (step.started or run.opened) <= step.finished:
            yield f"has a step {step.number} that was done before it could be"
    if run.offer is not None and (run.episode_ended is None) != run.is_open:
        yield f"was asked for, is {run.state}, and its episode ended {run.episode_ended}"


def unlawful_offer(offer: HandOffOffer) -> Iterator[str]:
    """Of a hand-off with the run that asks and the one that was asked for."""
    step, child = offer.step, offer.child
    parent = step.run
    if (parent.subject_id, parent.depth + 1, parent.root_id or parent.pk) != (
        child.subject_id, child.depth, child.root_id,
    ):  # fmt: skip
        yield "opened a run of somebody else"
    waits = offer.state == OfferState.OFFERED
    if waits != (child.state == RunState.OFFERED) or (waits and not parent.is_open):
        yield f"is {offer.state}, of a run that is {parent.state} to one that is {child.state}"
    if offer.state in SETTLED_BY and (step.state, child.state) != (
        StepState.FAILED, SETTLED_BY[OfferState(offer.state)],
    ):  # fmt: skip
        yield f"is {offer.state}, its step {step.state}, its run {child.state}"
    if offer.state == OfferState.ACCEPTED and (
        step.state != StepState.DONE or child.state in {RunState.OFFERED, RunState.REFUSED, RunState.IGNORED}
    ):
        yield f"is accepted, its step {step.state}, its run {child.state}"
    if offer.answered is not None and offer.answered < offer.offered:
        yield "was answered before it was offered"


def unlawful_episodes(runs: Iterable[ProtocolRun]) -> Iterator[str]:
    """One run an episode: those that go on are those that bindings have open now."""
    going_on = {
        (run.subject_id, run.kpi, run.agent): run.severity
        for run in runs
        if run.offer_id is None and run.episode_ended is None
    }
    rows = Standing.objects.filter(open_severity__gt=0).exclude(release=0)
    standing = {
        (subject, kpi, agent): severity
        for subject, kpi, agent, severity in rows.values_list("subject", "kpi", "agent", "open_severity")
    }
    for subject, kpi, agent in going_on.keys() ^ standing.keys():
        where = "a run" if (subject, kpi, agent) in going_on else "an open episode"
        yield f"{agent} has only {where} about {kpi} of person {subject}"
    for key, severity in standing.items():
        if going_on.get(key, severity) < severity:
            yield f"{key[2]} has a run about {key[1]} of person {key[0]} that is too mild"


def recounted() -> dict[Key, int | None]:
    """How many episodes there were, by the transitions alone; None where they cannot tell: of several devices, or
    revised."""
    rows = Transition.objects.order_by("subject", "kpi", "agent", "pk").values_list(
        "subject", "kpi", "agent", "after", "cause", "source", "withdrawn"
    )
    found: dict[Key, int | None] = {}
    for key, own in groupby(rows.iterator(), lambda row: row[:3]):
        found[key] = _episodes([row[3:] for row in own])
    return found


def _episodes(told: list[tuple[int, str, str, int | None]]) -> int | None:
    if any(
        cause == "correction" or (source, withdrawn) != (told[0][2], None)
        for _, cause, source, withdrawn in told
    ):
        return None
    count = before = 0
    for after in (row[0] for row in told if row[0] >= 0):
        count += after > 0 and before == 0
        before = after
    return count


def miscounted() -> Iterator[str]:
    """Bindings that had another number of runs than of episodes, where one contract was in force all the time."""
    runs: dict[Key, int] = {}
    for key in ProtocolRun.objects.filter(offer__isnull=True).values_list("subject", "kpi", "agent"):
        runs[key] = runs.get(key, 0) + 1
    for key, count in recounted().items():
        if count is not None and runs.get(key, 0) != count:
            yield f"{key[2]} had {count} episodes of {key[1]} of person {key[0]}, and {runs.get(key, 0)} runs"
