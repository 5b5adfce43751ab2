"""Runs as episodes open, grow worse and end: in the transaction of the transition, whose people are held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from protocols.lifecycle import OPEN, PEOPLE, RUN_MOVES, RunState, StepState, follow
from protocols.models import HandOffOffer, ProtocolRun, Step
from protocols.services.rows import among, insert, made, select, update
from protocols.services.steps import (
    RUNS,
    Asked,
    Tallies,
    asked_at,
    declared,
    offer,
    ready_to_offer,
    withdraw_offers,
)
from protocols.timing import next_due
from telemetry import contracts_now, episodes, erasure
from telemetry.contracts_now import iso
from telemetry.episodes import EpisodeChange, Opened
from telemetry.storage import Store
from telemetry.storage.shapes import StandingKey

MOVING = ("severity", "state", "ended", "ended_recorded", "episode_ended", "due", "changed")
"""Columns of a run that an episode moves once it is stored."""


def join() -> None:
    """Have every episode followed, and every erasure reach the runs."""
    if opened_by not in episodes.FOLLOWERS:
        episodes.FOLLOWERS.append(opened_by)
    if ALSO not in erasure.ALSO:
        erasure.ALSO.append(ALSO)


def opened_by(store: Store, changes: Sequence[EpisodeChange], now: int, tallies: Tallies) -> Opened:
    """Open, extend and end the runs of these episodes; what is told of those that were opened."""
    work = _Following(store, now, store.now(), tallies, _runs_of(store, changes))
    for change in changes:
        work.take(change)
    work.store()
    told: dict[StandingKey, list[dict[str, Any]]] = {}
    for run in work.opened:
        key = StandingKey(run.subject_id, run.kpi, run.agent)
        told.setdefault(key, []).append(told_of(run))
    return told


def told_of(run: ProtocolRun) -> dict[str, Any]:
    """A run as whoever reported the observation is told of it."""
    return {
        "id": run.pk,
        "agent": run.agent,
        "kpi": run.kpi,
        "severity": ProtocolRun.Severity(run.severity).label,
        "opened": iso(run.opened),
        "state": str(run.state),
    }


def _runs_of(store: Store, changes: Sequence[EpisodeChange]) -> dict[StandingKey, ProtocolRun]:
    """The runs whose episode goes on, by whose they are."""
    people = sorted({change.key.subject for change in changes})
    rows = select(store, ProtocolRun, "subject_id", people, "episode_ended IS NULL AND offer_id IS NULL")
    wanted = {change.key for change in changes}
    found = {StandingKey(run.subject_id, run.kpi, run.agent): run for run in rows}
    return {key: run for key, run in found.items() if key in wanted}


@dataclass(slots=True)
class _Following:
    """What is to be stored of one batch's episodes. ``number`` is that of the transaction."""

    _store: Store
    now: int
    number: int
    tallies: Tallies
    there: dict[StandingKey, ProtocolRun]
    opened: list[ProtocolRun] = field(default_factory=list)
    _touched: dict[int, ProtocolRun] = field(default_factory=dict)
    """Those that are stored already, by their number."""
    _asked: dict[tuple[int, str, str, int], list[Asked]] = field(default_factory=dict)
    """What each contract asks for, by release, agent, KPI and severity."""
    _added: dict[int, list[Step]] = field(default_factory=dict)
    """Steps to be stored, by the identity of their run."""
    _risen: list[tuple[ProtocolRun, EpisodeChange]] = field(default_factory=list)
    _over: list[ProtocolRun] = field(default_factory=list)

    def take(self, change: EpisodeChange) -> None:
        """Note what one change brings."""
        run = self.there.get(change.key)
        if run is None:
            if change.after > change.before:
                self._open(change)
        elif not change.after:
            self._end(run, change)
            del self.there[change.key]
        elif change.after > run.severity:
            self._rise(run, change)

    def _open(self, change: EpisodeChange) -> None:
        key, row = change.key, change.row
        parts: dict[str, Any] = {}
        if row is not None:
            parts = {
                "source": row.source, "rule": row.rule, "condition": row.condition, "reason": row.reason,
                "inputs": orjson.loads(row.inputs),
            }  # fmt: skip
        run = made(
            ProtocolRun, agent=key.agent, kpi=key.kpi, subject_id=key.subject, severity=change.after,
            release=change.release, opened=change.at, recorded=self.now, changed=self.number, **parts,
        )  # fmt: skip
        self.there[key] = run
        self.opened.append(run)
        self._added[id(run)] = self._declared(run, change, ())
        self.tallies[RUNS, run.agent, run.kpi, "opened"] += 1

    def _declared(self, run: ProtocolRun, change: EpisodeChange, there: Sequence[Step]) -> list[Step]:
        """What the contract asks for; of a contract that evaluates nothing any longer, nothing."""
        key = (change.release, run.agent, run.kpi, change.after)
        if key not in self._asked:
            evaluator = contracts_now.evaluator_of(*key[:3])
            self._asked[key] = asked_at(evaluator.binding, change.after) if evaluator else []
        return declared(self._asked[key], change.after, change.release, change.at, self.now, there)

    def _rise(self, run: ProtocolRun, change: EpisodeChange) -> None:
        """It has grown worse: what the higher severity asks for comes on top."""
        run.severity = change.after
        if run._state.adding:  # of this very batch
            mine = self._added[id(run)]
            mine += self._declared(run, change, mine)
            return
        self._touched[run.pk] = run
        if run.state not in PEOPLE:
            self._risen.append((run, change))

    def _end(self, run: ProtocolRun, change: EpisodeChange) -> None:
        run.episode_ended = max(change.at, run.opened)
        if run.state in OPEN:
            nothing = change.is_revised or change.is_unwatched
            outcome = RunState.WITHDRAWN if nothing else RunState.RECOVERED
            run.state = follow(RUN_MOVES, run.state, outcome)
            run.ended, run.ended_recorded, run.due = run.episode_ended, self.now, None
            self.tallies[RUNS, run.agent, run.kpi, str(outcome)] += 1
            self._over.append(run)
        if not run._state.adding:
            self._touched[run.pk] = run

    def store(self) -> None:
        """Store it all; a constant number of statements, however much it is."""
        there = self._extended()
        for run in self.opened:
            run.due = next_due(run, self._added[id(run)], (), self.now)
        undone = [run.pk for run in self._over if not run._state.adding]
        insert(self._store, self.opened)
        steps: list[Step] = []
        asked: list[tuple[ProtocolRun, Step, int]] = []
        for run in (*self.opened, *{id(run): run for run, _ in self._risen}.values()):
            added = self._added[id(run)]
            for step in added:
                step.run_id = run.pk
                step.state = StepState.PENDING if run.is_open else StepState.NOT_NEEDED
            if run.is_open:
                ready = ready_to_offer([*there.get(id(run), ()), *added])
                asked += [(run, step, step.added) for step in ready]
            steps += added
        insert(self._store, steps)
        offer(self._store, asked, self.now, self.number, self.tallies)
        self._leave_undone(undone)
        for run in self._touched.values():
            run.changed = self.number
        update(self._store, [*self._touched.values()], MOVING)

    def _leave_undone(self, runs: Sequence[int]) -> None:
        """What is open of runs that are over is not needed any more."""
        if not runs:
            return
        where, parameter = among("run_id", runs)
        left = self._store.run(
            f"UPDATE protocols_step SET state = %s WHERE {where} AND state IN (%s, %s) RETURNING kind, started",  # noqa: S608
            StepState.NOT_NEEDED.value, parameter, StepState.PENDING.value, StepState.STARTED.value,
        )  # fmt: skip
        if any(kind == Step.Kind.HAND_OFF and started is not None for kind, started in left):
            ended = max(run.ended or 0 for run in self._over)
            withdraw_offers(runs, ended, self.now, self.number)

    def _extended(self) -> dict[int, list[Step]]:
        """Add what a rise asks for to runs that are stored; one that was finished is opened again by it. The steps that
        were there, by the identity of their run."""
        if not self._risen:
            return {}
        there: dict[int, list[Step]] = {run.pk: [] for run, _ in self._risen}
        offers: dict[int, list[HandOffOffer]] = {run.pk: [] for run, _ in self._risen}
        for step in Step.objects.filter(run__in=there).select_related("offer").order_by("run", "number"):
            there[step.run_id].append(step)
            if hasattr(step, "offer"):
                offers[step.run_id].append(step.offer)
        for run, change in self._risen:
            added = self._added.setdefault(id(run), [])
            added += self._declared(run, change, [*there[run.pk], *added])
        for run, _ in self._risen:
            added = self._added[id(run)]
            if added and run.state not in OPEN and run.episode_ended is None:
                run.state = follow(RUN_MOVES, run.state, RunState.WAITING)
                run.ended = run.ended_recorded = None
            run.due = next_due(run, [*there[run.pk], *added], offers[run.pk], self.now)
        return {id(run): there[run.pk] for run, _ in self._risen}


def forget(subject: int) -> Mapping[str, int]:
    """Delete the runs of a person who is erased, with all that hangs on them."""
    _, deleted = ProtocolRun.objects.filter(subject=subject).delete()
    return {
        "protocol_runs": deleted.get(ProtocolRun._meta.label, 0),
        "protocol_steps": deleted.get(Step._meta.label, 0),
    }


ALSO = erasure.Also(forget, lambda subject: ())
