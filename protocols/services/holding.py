"""A run in one transaction: its person held, its steps and hand-offs read, and stored as a whole at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from protocols.errors import NoSuchRun
from protocols.lifecycle import (
    OFFER_MOVES,
    OPEN,
    RUN_MOVES,
    STEP_MOVES,
    OfferState,
    RunState,
    StepState,
    follow,
)
from protocols.models import HandOffOffer, ProtocolRun, Step
from protocols.services import news
from protocols.services.facts import Whole
from protocols.services.judging import judged
from protocols.services.rows import update
from protocols.services.steps import (
    ACTIONS,
    HAND_OFFS,
    RUNS,
    Asked,
    Tallies,
    offer,
    ready_to_offer,
    withdraw_offers,
)
from protocols.timing import next_due
from telemetry.storage import Store, hold, store
from telemetry.storage.shapes import TallyKey
from telemetry.storage.turns import turn
from tracing import spans

RUN_COLUMNS: Final = (
    "state", "acknowledged", "assignee_id", "assignee_name", "ended", "ended_recorded", "episode_ended", "due",
    "changed",
)  # fmt: skip
STEP_COLUMNS: Final = ("state", "started", "finished", "recorded", "note", "evidence")
"""What changes of them once they are stored."""
_COUNTED = {StepState.DONE, StepState.FAILED, StepState.SKIPPED, StepState.OVERRIDDEN}


@dataclass(slots=True)
class Work:
    """One transaction about runs: its number, the time by the server's clock, and what is counted last."""

    now: int
    store: Store
    number: int
    tallies: Tallies = field(default_factory=Counter)
    changed: dict[int, Whole] = field(default_factory=dict)
    """The runs that were stored, by number."""
    agents: set[str] = field(default_factory=set)
    """Whose inboxes are others by it."""

    def end(self) -> None:
        """Judge what was changed, and store what was counted: last, because many change the same few rows."""
        judged(list(self.changed.values()), self.now, self.tallies)
        self.store.count({TallyKey(*key): count for key, count in self.tallies.items()})


@contextmanager
def working(now: int) -> Iterator[Work]:
    """A transaction about runs."""
    with turn(), transaction.atomic():
        opened = store()
        work = Work(now, opened, opened.now())
        news.tell(work.agents)
        yield work
        work.end()


@dataclass(slots=True)
class HeldRun:
    """A run with its steps in order, and their hand-offs by the number of the step."""

    work: Work
    run: ProtocolRun
    steps: list[Step]
    offers: dict[int, HandOffOffer]
    _changed: set[int] = field(default_factory=set)

    @property
    def is_open(self) -> bool:
        """Whether something is left to do."""
        return self.run.state in OPEN

    def step(self, number: int) -> Step:
        """A step by its number. Raises NoSuchRun."""
        for step in self.steps:
            if step.number == number:
                return step
        raise NoSuchRun(f"Run {self.run.pk} has no step {number}.")

    def move_step(self, step: Step, state: StepState, at: int | None = None) -> None:
        """Have a step be in another state, if it may. Raises Unlawful."""
        step.state = follow(STEP_MOVES, step.state, state)
        if state in (StepState.DONE, StepState.FAILED, StepState.SKIPPED):
            step.finished = at
        if state is StepState.STARTED:
            step.started = at
        step.recorded = self.work.now
        self._changed.add(step.number)
        if state in _COUNTED and step.kind != Step.Kind.HAND_OFF:
            name = step.name if step.declared else ""  # those have whatever names an agent thinks of
            self.work.tallies[ACTIONS, self.run.agent, name, str(state)] += 1

    def touch(self, step: Step) -> None:
        """Have a step be stored, too."""
        self._changed.add(step.number)

    def begin(self) -> None:
        """Its agent has begun."""
        if self.run.state == RunState.WAITING:
            self.run.state = follow(RUN_MOVES, self.run.state, RunState.ACTIVE)

    def finish(self, state: RunState, at: int) -> None:
        """End the run; what is open of it is not needed any more. Raises Unlawful."""
        run = self.run
        was_open = self.is_open
        run.state = follow(RUN_MOVES, run.state, state)
        if was_open:
            run.ended, run.ended_recorded = max(at, run.opened), self.work.now
        if run.offer_id is not None and run.episode_ended is None:
            run.episode_ended = run.ended
        self.work.tallies[RUNS, run.agent, run.kpi, str(state)] += 1
        if state not in (RunState.COMPLETED, RunState.FAILED):
            left = StepState.OVERRIDDEN if state is RunState.OVERRIDDEN else StepState.NOT_NEEDED
            for step in self.steps:
                if not step.is_settled:
                    self.move_step(step, left)
            ended = run.ended or at
            unanswered = [one for one in self.offers.values() if one.state == OfferState.OFFERED]
            for one in unanswered:
                one.state, one.answered = OfferState.WITHDRAWN, max(ended, one.offered)
            if unanswered:
                withdraw_offers({run.pk: ended}, self.work.now, self.work.number, self.work.tallies)

    def go_on(self, at: int) -> None:
        """What follows once a step is settled: hand-offs are offered, and a run of which nothing is left is over."""
        run = self.run
        # Reports may come in another order than things were done: nothing is over before all of it was.
        at = max([at, *(step.finished for step in self.steps if step.finished is not None)])
        if self.is_open and run.state != RunState.OFFERED:
            self.offer(ready_to_offer(self.steps), at)
            if self.steps and all(step.is_settled for step in self.steps):
                self.finish(self._outcome(), at)
        elif run.state in (RunState.RECOVERED, RunState.TIMED_OUT) and self._is_done_in_time():
            self.finish(self._outcome(), at)

    def offer(self, steps: Sequence[Step], at: int) -> None:
        """Offer hand-offs."""
        work = self.work
        asked = [Asked(self.run, step, at, spans.sampled_trace()) for step in steps]
        children = offer(work.store, asked, work.now, work.number, work.tallies)
        for step, child in zip(steps, children, strict=True):
            work.agents.add(child.agent)
            if child.offer is not None:
                self.offers[step.number] = child.offer
            if child.depth > 1:  # it may have come back to an agent that it began with
                work.changed[child.pk] = Whole(child, (), {})

    def answer(self, number: int, state: OfferState, at: int, words: str) -> None:
        """Have the hand-off of a step be answered; its step is settled by it. Raises Unlawful."""
        one = self.offers[number]
        one.state = follow(OFFER_MOVES, one.state, state)
        one.answered, one.answer = at, words
        one.save(update_fields=["state", "answered", "answer"])
        self.work.tallies[HAND_OFFS, one.source, one.target, str(state)] += 1
        step = self.step(number)
        if not step.is_settled:
            done = StepState.DONE if state is OfferState.ACCEPTED else StepState.FAILED
            self.move_step(step, done, at)
        self.go_on(at)

    def leave_out(self, number: int, at: int) -> None:
        """Have a hand-off be asked for no longer, because a person decided what it was about. Raises Unlawful."""
        one = self.offers[number]
        one.state = follow(OFFER_MOVES, one.state, OfferState.WITHDRAWN)
        one.answered = max(at, one.offered)
        one.save(update_fields=["state", "answered"])
        self.work.tallies[HAND_OFFS, one.source, one.target, OfferState.WITHDRAWN] += 1
        step = self.step(number)
        if not step.is_settled:
            self.move_step(step, StepState.OVERRIDDEN)
        self.go_on(at)

    def save(self) -> None:
        """Store what is another than it was."""
        run, steps = self.run, [step for step in self.steps if step.number in self._changed]
        run.due = next_due(run, self.steps, self.offers.values(), self.work.now)
        run.changed = self.work.number
        update(self.work.store, [run], RUN_COLUMNS)
        update(self.work.store, steps, STEP_COLUMNS)
        self.work.changed[run.pk] = Whole(run, self.steps, self.offers)
        self.work.agents.add(run.agent)

    def _outcome(self) -> RunState:
        has_failed = any(step.state == StepState.FAILED for step in self.steps)
        return RunState.FAILED if has_failed else RunState.COMPLETED

    def _is_done_in_time(self) -> bool:
        """Whether everything a contract asks for was done before the end, and only told after it."""
        ended = self.run.ended or 0
        return all(
            step.state in (StepState.DONE, StepState.FAILED, StepState.SKIPPED)
            and (step.finished or 0) <= ended
            for step in self.steps
            if step.declared
        ) and bool(self.steps)


def held_run(work: Work, pk: int) -> HeldRun:
    """A run, its person held until the transaction ends. Raises NoSuchRun."""
    subject = ProtocolRun.objects.filter(pk=pk).values_list("subject", flat=True).first()
    if subject is None or not hold([subject]):
        raise NoSuchRun
    return held_runs(work, [pk])[0]


def held_runs(work: Work, pks: Sequence[int]) -> list[HeldRun]:
    """Runs whose people are held, in the order of their numbers; those that there are."""
    runs = {
        run.pk: run for run in ProtocolRun.objects.filter(pk__in=pks).select_related("offer").order_by("pk")
    }
    if not runs and pks:
        raise NoSuchRun
    steps: dict[int, list[Step]] = {pk: [] for pk in runs}
    for step in Step.objects.filter(run__in=runs).order_by("run", "number"):
        steps[step.run_id].append(step)
    places = {step.pk: step for own in steps.values() for step in own}
    offers: dict[int, dict[int, HandOffOffer]] = {pk: {} for pk in runs}
    for one in HandOffOffer.objects.filter(step__run__in=runs):
        step = places[one.step_id]
        offers[step.run_id][step.number] = one
    return [HeldRun(work, run, steps[pk], offers[pk]) for pk, run in runs.items()]
