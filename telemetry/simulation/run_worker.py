"""A simulated agent at its inbox: it works off what is its to do, in its own time and by its character."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from math import sqrt
from typing import Final, Protocol

from auren_client import Bindings, HandOff, Inbox, NoBindings, NoInbox, Run, Step
from contracts.durations import Duration, DurationError
from telemetry.simulation.characters import ADDED, Intention, Reply, addition, intention, reply

LATE: Final = 1.3
"""Times its deadline is when a late step begins."""
Place = tuple[str, int]
"""An agent, and the number of a run of its."""


class Client(Protocol):
    """What a worker needs of the client of its agent."""

    def inbox(self) -> Inbox:
        """What is to be done."""

    def bindings(self) -> Bindings:
        """What the agent watches."""


class RunWorker:
    """One agent. ``speed`` is how many times faster than life people live."""

    def __init__(self, agent: str, client: Client, speed: float) -> None:
        self.agent = agent
        self._client = client
        # Nobody would see what takes minutes of a life that has a day in six minutes; nor wait for what takes its time.
        self._haste = sqrt(max(speed, 1.0))
        self._counts: Counter[tuple[str, str]] = Counter()
        self._numbers: dict[int, int] = {}
        self._times: dict[tuple[int, int], tuple[float, float]] = {}
        self._passed_on: set[int] = set()
        self.left: set[int] = set()
        """Runs of history about which more is to be told once it is later."""

    # Life

    def work(self, now: float) -> None:
        """Do what has become due by a moment of the clock that never jumps."""
        try:
            inbox = self._client.inbox()
        except NoInbox:
            return
        for run in inbox:
            if not inbox.pause_of(run.kpi):
                self._work_at(run, now)
        there = {run.id for run in inbox}
        self._times = {key: one for key, one in self._times.items() if key[0] in there}
        self._numbers = {run: number for run, number in self._numbers.items() if run in there}

    def _work_at(self, run: Run, now: float) -> None:
        if run.asked:
            answer = self._reply(run)
            due, _ = self._times.setdefault((run.id, 0), (now + self._seconds(answer.delay), 0.0))
            if now >= due:
                _answer(run.asked, answer, None)
            return
        if not run.to_do:
            return
        step, *others = run.to_do
        what = self._intention(run, step)
        begins, ends = self._times.setdefault((run.id, step.number), self._when(run, step, what, now))
        if now >= ends:
            if not others and (words := self._addition(run)):
                run.did(ADDED, words)
            _say(step, what, None)
        elif now >= begins and step.state == "pending" and what.outcome != "skipped":
            step.start()

    def _when(self, run: Run, step: Step, what: Intention, now: float) -> tuple[float, float]:
        begins = now + (self._late(run, step, what) or self._seconds(what.delay))
        return begins, begins + self._seconds(what.takes)

    def _seconds(self, minutes: float) -> float:
        return minutes * 60 / self._haste

    # History

    def look_back(self, run: Run, until: datetime) -> Iterator[Place]:
        """Report what was done about a run by a moment of its history; what to look at once that is delivered."""
        if run.asked:
            answer = self._reply(run)
            at = run.opened + timedelta(minutes=answer.delay)
            if at <= until and answer.answer != "ignored":
                _answer(run.asked, answer, at)
                if answer.answer == "accepted":  # which is delivered first
                    self._tell(replace(run, state="active", asked=None), until, since=at)
            return
        if self._tell(run, until) and run.is_open and any(not step.is_mine for step in run.steps):
            yield self.agent, run.id  # to hand over
        for step in run.steps:
            offer = step.offer
            if offer and offer.run and offer.state == "offered" and offer.run not in self._passed_on:
                self._passed_on.add(offer.run)
                yield offer.agent, offer.run

    def _tell(self, run: Run, until: datetime, since: datetime | None = None) -> bool:
        """Whether there was anything to tell of what was done since then."""
        at, limit, told = since or run.opened, min(run.ended or until, until), False
        self.left.discard(run.id)
        mine = [step for step in run.steps if step.is_mine and step.declared]
        for step in mine:
            if step.finished:
                at = step.finished
                continue
            what, asked = self._intention(run, step), step.added or run.opened
            begun = max(at, asked) + timedelta(minutes=what.delay)
            if late := self._late(run, step, what):
                begun = max(begun, asked + timedelta(seconds=late))
            at = begun + timedelta(minutes=what.takes)
            if at > limit or not (run.is_open or step.state == "not_needed"):
                if run.is_open:
                    self.left.add(run.id)
                break
            if run.is_open and step is mine[-1] and (words := self._addition(run)):
                run.did(ADDED, words, at=begun)
            if run.is_open and step.state == "pending" and what.outcome != "skipped":
                step.start(at=begun)
            if run.is_open or what.outcome != "skipped":
                _say(step, what, at)
                told = True
        return told

    # Its character

    def _intention(self, run: Run, step: Step) -> Intention:
        return intention(self.agent, step.name, run.user_id, run.kpi, self._number(run))

    def _reply(self, run: Run) -> Reply:
        return reply(self.agent, run.user_id, run.kpi, self._number(run))

    def _addition(self, run: Run) -> str:
        return "" if run.asked_by else addition(self.agent, run.user_id, run.kpi, self._number(run))

    def _number(self, run: Run) -> int:
        """How many runs of this kind the agent has seen by this one: numbers of the database differ each time."""
        if run.id not in self._numbers:
            self._counts[run.user_id, run.kpi] += 1
            self._numbers[run.id] = self._counts[run.user_id, run.kpi]
        return self._numbers[run.id]

    def _late(self, run: Run, step: Step, what: Intention) -> float:
        """After how many seconds a late step begins; 0 for one that is not late, or has no deadline."""
        if not what.is_late:
            return 0.0
        try:
            actions = self._client.bindings()[run.kpi].actions
            return next(
                LATE * Duration.parse(one.deadline).seconds for one in actions if one.name == step.name
            )
        except (NoBindings, KeyError, StopIteration, DurationError):
            return 0.0


def _answer(asked: HandOff, answer: Reply, at: datetime | None) -> None:
    if answer.answer == "accepted":
        asked.accept(answer.words, at=at)
    elif answer.answer == "refused":
        asked.refuse(answer.words, at=at)


def _say(step: Step, what: Intention, at: datetime | None) -> None:
    if what.outcome == "done":
        step.done(what.note, at=at)
    elif what.outcome == "failed":
        step.fail(what.note, at=at)
    else:
        step.skip(what.note, at=at)
