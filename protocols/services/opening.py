"""Runs as episodes open, grow worse and end: in the transaction of the transition, whose people are held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from protocols.lifecycle import OPEN, PEOPLE, RUN_MOVES, RunState, StepState, follow
from protocols.models import HandOffOffer, Pause, ProtocolRun, Step
from protocols.services import news, retention
from protocols.services.facts import with_steps
from protocols.services.judging import judged
from protocols.services.rows import among, insert, insert_with_parts, made, select, update
from protocols.services.steps import (
    OPENED,
    RUNS,
    Asked,
    Tallies,
    Wanted,
    declared,
    offer,
    ready_to_offer,
    wanted_at,
    withdraw_offers,
)
from protocols.timing import HAND_OFF_WITHIN, next_due
from telemetry import contracts_now, cursors, episodes, erasure
from telemetry.contracts_now import iso
from telemetry.episodes import EpisodeChange, Opened, Traces
from telemetry.storage import Store
from telemetry.storage.shapes import StandingKey

MOVING = ("severity", "state", "ended", "ended_recorded", "episode_ended", "due", "changed")
"""Columns of a run that an episode moves once it is stored."""

GOES_ON, ONCE = "episode_ended IS NULL AND offer_id IS NULL", "run_once_an_episode"
"""Of the runs whose episode goes on: the condition, and the index that has no others."""


def join() -> None:
    """Have every episode followed, every erasure reach the runs, and every restored run be told once more."""
    if opened_by not in episodes.FOLLOWERS:
        episodes.FOLLOWERS.append(opened_by)
    if ALSO not in erasure.ALSO:
        erasure.ALSO.append(ALSO)
    cursors.ALSO.update((ProtocolRun, Pause))


def opened_by(
    store: Store, changes: Sequence[EpisodeChange], now: int, tallies: Tallies, traces: Traces
) -> Opened:
    """Open, extend and end the runs of these episodes; what is told of those that were opened."""
    work = _Following(store, now, store.now(), tallies, traces, _runs_of(store, changes))
    for change in changes:
        work.take(change)
    work.store()
    news.tell({change.key.agent for change in changes})
    told: dict[StandingKey, list[dict[str, Any]]] = {}
    for run in (one.run for one in work.opened):
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


@dataclass(slots=True)
class _Followed:
    """One run while its episode is followed. Of a stored run that does not rise ``steps`` are not read."""

    run: ProtocolRun
    steps: list[Step] = field(default_factory=list)
    offers: list[HandOffOffer] = field(default_factory=list)
    added: list[Step] = field(default_factory=list)
    """Those of the steps that are yet to be stored."""
    asked: int = 0
    """When the latest of them were asked for."""
    is_opened_again: bool = False


def _runs_of(store: Store, changes: Sequence[EpisodeChange]) -> dict[StandingKey, _Followed]:
    """The runs whose episode goes on, by whose they are; with the steps of those that rise."""
    people = sorted({change.key.subject for change in changes})
    worst: dict[StandingKey, int] = {}
    for change in changes:
        worst[change.key] = max(worst.get(change.key, 0), change.after)
    found: dict[StandingKey, _Followed] = {}
    for run in select(store, ProtocolRun, "subject_id", people, only=GOES_ON, index=ONCE):
        key = StandingKey(run.subject_id, run.kpi, run.agent)
        if key in worst:
            found[key] = _Followed(run)
    rising = {one.run.pk: one for key, one in found.items() if worst[key] > one.run.severity}
    for whole in with_steps([one.run for one in rising.values()]):
        rising[whole.run.pk].steps += whole.steps
        rising[whole.run.pk].offers += whole.offers.values()
    return found


@dataclass(slots=True)
class _Following:
    """What is to be stored of one batch's episodes. ``number`` is that of the transaction."""

    _store: Store
    now: int
    number: int
    tallies: Tallies
    traces: Traces
    there: dict[StandingKey, _Followed]
    opened: list[_Followed] = field(default_factory=list)
    _touched: dict[int, _Followed] = field(default_factory=dict)
    """Those that are stored already, by their number."""
    _over: dict[int, _Followed] = field(default_factory=dict)
    """Those of them that are over by it, by their number."""
    _to_judge: dict[int, _Followed] = field(default_factory=dict)
    """Those of them whose deviations may be others now. Of a run that was over nothing is when its episode ends."""
    _wanted: dict[tuple[int, str, str, int], list[Wanted]] = field(default_factory=dict)
    """What contracts ask for, by release, agent, KPI and severity."""

    def take(self, change: EpisodeChange) -> None:
        """Note what one change brings."""
        one = self.there.get(change.key)
        if one is None:
            if change.after > change.before:
                self._open(change)
        elif not change.after:
            self._end(one, change)
            del self.there[change.key]
        elif change.after > one.run.severity:
            self._rise(one, change)

    def _open(self, change: EpisodeChange) -> None:
        key, row = change.key, change.row
        parts: dict[str, Any] = {"trace": self.traces.get(key.subject)}
        if row is not None:
            parts |= {name: getattr(row, name) for name in ("source", "rule", "condition", "reason")}
            parts["inputs"] = orjson.loads(row.inputs)
        run = made(
            ProtocolRun, agent=key.agent, kpi=key.kpi, subject_id=key.subject, severity=change.after,
            release=change.release, opened=change.at, recorded=self.now, changed=self.number, **parts,
        )  # fmt: skip
        one = self.there[key] = _Followed(run)
        self.opened.append(one)
        self._ask(one, change)
        self.tallies[RUNS, run.agent, run.kpi, OPENED] += 1

    def _ask(self, one: _Followed, change: EpisodeChange) -> None:
        """Add what the contract asks for and is not there; of a contract that evaluates nothing any longer, nothing."""
        run = one.run
        key = (change.release, run.agent, run.kpi, change.after)
        if key not in self._wanted:
            evaluator = contracts_now.evaluator_of(*key[:3])
            self._wanted[key] = wanted_at(evaluator.binding, change.after) if evaluator else []
        added = declared(self._wanted[key], change.after, change.release, change.at, self.now, one.steps)
        one.steps += added
        one.added += added
        one.asked = change.at
        if added and run.state not in OPEN:
            run.state = follow(RUN_MOVES, run.state, RunState.WAITING)
            run.ended = run.ended_recorded = None
            one.is_opened_again = True

    def _rise(self, one: _Followed, change: EpisodeChange) -> None:
        """It has grown worse: what the higher severity asks for comes on top, also of a run that was finished."""
        self._touch(one)
        if not one.run._state.adding:
            self._to_judge[one.run.pk] = one
        one.run.severity = change.after
        if one.run.state not in PEOPLE:
            self._ask(one, change)

    def _end(self, one: _Followed, change: EpisodeChange) -> None:
        self._touch(one)
        run = one.run
        run.episode_ended = max(change.at, run.opened)
        if run.state not in OPEN:
            return
        nothing = change.is_revised or change.is_unwatched
        outcome = RunState.WITHDRAWN if nothing else RunState.RECOVERED
        was_begun = run.state != RunState.WAITING
        run.state = follow(RUN_MOVES, run.state, outcome)
        run.ended, run.ended_recorded, run.due = run.episode_ended, self.now, None
        self.tallies[RUNS, run.agent, run.kpi, str(outcome)] += 1
        if not run._state.adding:
            self._over[run.pk] = one
            if was_begun:
                self._to_judge[run.pk] = one
        for step in one.added:
            step.state = StepState.NOT_NEEDED

    def _touch(self, one: _Followed) -> None:
        if not one.run._state.adding:
            self._touched[one.run.pk] = one

    def store(self) -> None:
        """Store it all; a constant number of statements, however much it is."""
        asked = [one for one in (*self.opened, *self._touched.values()) if one.added]
        for one in (*self.opened, *self._touched.values()):
            if one.run.state in OPEN and (one.added or one.run._state.adding):
                one.run.due = self._due(one)
        left = (
            self._store_touched()
        )  # before what is new: an episode that is over makes room for the next one
        parts = [(place, step) for place, one in enumerate(self.opened) for step in one.added]
        insert_with_parts(self._store, [one.run for one in self.opened], parts, "run_id")
        self._store_added()
        ready = [
            Asked(one.run, step, one.asked, self.traces.get(one.run.subject_id))
            for one in asked
            if one.run.state in OPEN
            for step in ready_to_offer(one.steps)
        ]
        offer(self._store, ready, self.now, self.number, self.tallies)
        self._note_left(left)
        # One that was just opened has nothing to judge.
        judged(with_steps([one.run for one in self._to_judge.values()]), self.now, self.tallies)

    def _note_left(self, left: Sequence[tuple[Any, ...]]) -> None:
        """Take in what was open of runs that are over: run and step."""
        steps: dict[int, list[_Left]] = {pk: [] for pk in self._over}
        for pk, *step in left:
            steps[pk].append(_Left(*step))
        for pk, own in steps.items():
            one = self._over[pk]
            if not _is_untouched(own, max(self.now, one.run.ended or 0)):
                self._to_judge[pk] = one
        if any(
            step.kind == Step.Kind.HAND_OFF and step.started is not None
            for own in steps.values()
            for step in own
        ):
            ends = {pk: one.run.ended or 0 for pk, one in self._over.items()}
            withdraw_offers(ends, self.now, self.number, self.tallies)

    def _store_added(self) -> None:
        """Store what a rise adds to runs that are stored."""
        added = [(one.run.pk, step) for one in self._touched.values() for step in one.added]
        for pk, step in added:
            step.run_id = pk
        insert(self._store, [step for _, step in added])

    def _store_touched(self) -> list[tuple[Any, ...]]:
        """Store what episodes move; what is open of runs that are over is not needed any more: all of it, returned."""
        touched = self._touched.values()
        again = [one.run.pk for one in touched if one.is_opened_again and one.run.state not in OPEN]
        if again:  # and over since: the database holds to each move by itself
            rows = ProtocolRun.objects.filter(pk__in=again)
            rows.update(state=RunState.WAITING, ended=None, ended_recorded=None)
        for one in touched:
            one.run.changed = self.number
        return update(
            self._store, [one.run for one in touched], MOVING, self._leaving() if self._over else None
        )

    def _leaving(self) -> tuple[str, Sequence[Any]]:
        """The statement by which the open steps of runs that are over are not needed any more, and its parameters."""
        where, parameter = among("run_id", list(self._over))
        sql = (
            f"UPDATE protocols_step SET state = %s WHERE {where} AND state IN (%s, %s)"  # noqa: S608
            " RETURNING run_id, number, kind, started, due"
        )
        return sql, (StepState.NOT_NEEDED.value, parameter, StepState.PENDING.value, StepState.STARTED.value)

    def _due(self, one: _Followed) -> int | None:
        """When time alone changes something next, once what is ready to be offered is."""
        ready = ready_to_offer(one.steps)
        kept = [step for step in one.steps if step not in ready] if ready else one.steps
        offers = [*one.offers, *(HandOffOffer(due=self.now + HAND_OFF_WITHIN) for _ in ready[:1])]
        return next_due(one.run, kept, offers, self.now)


class _Left(NamedTuple):
    """A step that was open when its run came to an end."""

    number: int
    kind: str
    started: int | None
    due: int | None


def _is_untouched(left: Sequence[_Left], end: int) -> bool:
    """Whether nobody did anything about a run, and nothing of it was due when it ended: then there is nothing to judge.

    Nothing is missing where all that is open are all steps there are, as their numbers show.
    """
    return (
        bool(left)
        and len(left) == max(step.number for step in left)
        and not any(step.started is not None or (step.due is not None and step.due < end) for step in left)
    )


def forget(subject: int) -> Mapping[str, int]:
    """Delete the runs of a person who is erased, with all that hangs on them."""
    deleted = retention.forget(ProtocolRun.objects.filter(subject=subject))
    return {f"protocol_{name}": count for name, count in deleted.items()}


ALSO = erasure.Also(forget, lambda subject: ())
