"""Deliveries on their way into the store: stored, evaluated, counted, within one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from contracts.evaluation import Evaluator, Observed, Series, judge_all, open_severity
from telemetry.contexts import context_text
from telemetry.deliveries import ACCEPTED, CONFLICT, Delivery, Stretch, conflicting
from telemetry.episodes import EpisodeChange, follow, walked
from telemetry.judging import sources_told, state_told, transition_row
from telemetry.kept_answers import is_stored
from telemetry.models import Transition
from telemetry.standing_judging import Judging
from telemetry.storage import Store
from telemetry.storage.shapes import (
    NEVER,
    Latest,
    Moved,
    SeriesKey,
    SeriesRow,
    Settled,
    Span,
    StandingKey,
    StandingRow,
    Stored,
    TallyKey,
    TransitionRow,
    Value,
)

OBSERVATIONS, TRANSITIONS = "observations", "transitions"
LATE, DUPLICATE, CORRECTED = "late", "duplicate", "corrected"
_make: Final = tuple.__new__
_NO_PAST: Final = Series()


@dataclass(slots=True)
class Batch:
    """What is done with deliveries that have no person in common, as if each had come alone."""

    store: Store
    now: int
    _users: dict[str, int] = field(default_factory=dict)
    _fresh: dict[SeriesKey, Sequence[Observed]] = field(default_factory=dict)
    _values: list[Value] = field(default_factory=list)
    _corrected: list[Value] = field(default_factory=list)
    _replaced: list[Stored] = field(default_factory=list)
    _latest: list[Latest] = field(default_factory=list)
    _moved: list[Moved] = field(default_factory=list)
    _settled: list[Settled] = field(default_factory=list)
    _transitions: list[TransitionRow] = field(default_factory=list)
    _withdrawn: list[int] = field(default_factory=list)
    _changes: list[EpisodeChange] = field(default_factory=list)
    _tallies: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def take(self, deliveries: Sequence[Delivery]) -> None:
        """Store and evaluate; each delivery is told what became of it."""
        for delivery in deliveries:
            delivery.begin()
            for one in delivery.bad:
                self._tallies[OBSERVATIONS, delivery.agent, "", one.code] += 1
        stretches = [stretch for delivery in deliveries for stretch in delivery.stretches]
        if not stretches:
            return
        by_series = self._by_series(stretches)
        by_binding: dict[StandingKey, list[SeriesKey]] = defaultdict(list)
        for key in by_series:
            by_binding[_make(StandingKey, key[:3])].append(key)
        standings = self.store.standings(by_binding)
        rows = self.store.series(by_series)
        again = self._sort_out(by_series, rows)
        self.store.add_values(self._values)
        self.store.correct_values(self._corrected, self._replaced)
        self.store.move_series(self._latest)
        pasts = self._pasts(by_series, rows)
        for binding, keys in by_binding.items():
            ours = [(key, by_series[key]) for key in keys]
            self._evaluate(binding, ours, standings[binding], rows, pasts, again)
        self.store.move_standings(self._moved)
        self.store.settle_standings(self._settled)
        if self._withdrawn:
            Transition.objects.filter(pk__in=self._withdrawn).update(withdrawn=self.now)
        self.store.add_transitions(self._transitions)
        if self._changes:
            self._tell_of_runs(stretches)

    def _tell_of_runs(self, stretches: Sequence[Stretch]) -> None:
        """Have episodes followed; whoever reported is told of the runs that were opened."""
        traces = {self._users[one.user]: one.delivery.trace for one in stretches if one.delivery.trace}
        opened = follow(self.store, self._changes, self.now, self._tallies, traces)
        if not opened:
            return
        for stretch in stretches:
            binding = stretch.watched.binding
            key = StandingKey(self._users[stretch.user], binding.kpi, binding.agent)
            for run in opened.get(key, ()):
                stretch.delivery.runs.setdefault(run["id"], {**run, "user_id": stretch.places[0]})

    def count(self) -> None:
        """Store what was counted: last, because every batch of an agent changes the same few rows."""
        self.store.count({TallyKey(*key): count for key, count in self._tallies.items()})

    def _by_series(self, stretches: Sequence[Stretch]) -> dict[SeriesKey, Stretch]:
        users = self.store.subjects([*dict.fromkeys([stretch.user for stretch in stretches])])
        self._users = users
        found: dict[SeriesKey, Stretch] = {}
        for stretch in stretches:
            binding = stretch.watched.binding
            key = SeriesKey(users[stretch.user], binding.kpi, binding.agent, stretch.source)
            found[key] = stretch
        return found

    def _sort_out(
        self, by_series: dict[SeriesKey, Stretch], rows: dict[SeriesKey, SeriesRow]
    ) -> dict[SeriesKey, int]:
        """Tell what is new, late, there already or corrected; the series whose past is another, from when on."""
        old = [
            (rows[key].id, observed.at)
            for key, stretch in by_series.items()
            if stretch.observations[0].at <= rows[key].at
            for observed in stretch.observations
            if observed.at <= rows[key].at
        ]
        there = self.store.values_at(old) if old else {}
        again: dict[SeriesKey, int] = {}
        for key, stretch in by_series.items():
            row = rows[key]
            if stretch.is_distinct and stretch.observations[0].at > row.at:
                self._append(key, stretch, row)
            elif (since := self._sort_series(key, stretch, row, there)) is not None:
                again[key] = since
        return again

    def _append(self, key: SeriesKey, stretch: Stretch, row: SeriesRow) -> None:
        """All of it is new and newer than what is there: nearly always."""
        number, now, observations = row.id, self.now, stretch.observations
        self._values += [
            _make(Value, (number, at, value, now, context_text(context)))
            for value, at, context, _ in observations
        ]
        self._fresh[key] = observations
        last = observations[-1]
        self._latest.append(_make(Latest, (number, last.at, float(last.value), now)))
        self._tallies[OBSERVATIONS, key.agent, key.kpi, ACCEPTED] += len(observations)

    def _sort_series(
        self, key: SeriesKey, stretch: Stretch, row: SeriesRow, there: dict[tuple[int, int], Stored]
    ) -> int | None:
        """Tell of each observation of a series what it is; from when on the series' past is another."""
        results, newest = stretch.delivery.results, row.at
        since: int | None = None
        fresh: list[Observed] = []
        before: Observed | None = None
        latest: Observed | None = None
        for observed, place in zip(stretch.observations, stretch.places, strict=True):
            if before is not None and observed.at == before.at:
                is_same = is_stored(Stored(float(before.value), context_text(before.context)), observed)
                word = DUPLICATE if is_same else CONFLICT
            else:
                before = observed
                word = ACCEPTED if observed.at > newest else self._word(row, observed, there)
                if since is None and (word is CORRECTED or word is LATE):
                    since = observed.at
                if word is not DUPLICATE and observed.at >= newest:
                    latest = observed
            results[place] = word
            if word is CONFLICT:
                stretch.delivery.conflicts.append(conflicting(place))
            elif word is ACCEPTED or word is LATE:
                self._values.append(self._value(row, observed))
                if word is ACCEPTED:
                    fresh.append(observed)
            self._tallies[OBSERVATIONS, key.agent, key.kpi, word] += 1
        self._fresh[key] = fresh
        if latest is not None:
            self._latest.append(Latest(row.id, latest.at, float(latest.value), self.now))
        return since

    def _word(self, row: SeriesRow, observed: Observed, there: dict[tuple[int, int], Stored]) -> str:
        """What a value is that is no newer than the series' latest one."""
        stored = there.get((row.id, observed.at))
        if stored is None:
            return LATE
        if is_stored(stored, observed):
            return DUPLICATE
        self._corrected.append(self._value(row, observed))
        self._replaced.append(stored)
        return CORRECTED

    def _value(self, row: SeriesRow, observed: Observed) -> Value:
        return Value(row.id, observed.at, float(observed.value), self.now, context_text(observed.context))

    def _pasts(
        self, by_series: dict[SeriesKey, Stretch], rows: dict[SeriesKey, SeriesRow]
    ) -> dict[SeriesKey, Series]:
        """The history before the new values of each series whose contract looks back, read at once."""
        spans: list[Span] = []
        found: dict[SeriesKey, Series] = {}
        of_row: dict[int, Series] = {}
        for key, stretch in by_series.items():
            looks_back = stretch.watched.looks_back
            fresh = self._fresh[key] if looks_back else ()
            if fresh:
                row = rows[key].id
                spans.append(Span(row, fresh[0].at - looks_back, fresh[-1].at))
                found[key] = of_row[row] = Series()
        for row, at, value in self.store.history(spans) if spans else ():
            of_row[row].add(at, value)
        return found

    def _evaluate(
        self,
        key: StandingKey,
        series: Sequence[tuple[SeriesKey, Stretch]],
        row: StandingRow,
        rows: Mapping[SeriesKey, SeriesRow],
        pasts: Mapping[SeriesKey, Series],
        again: Mapping[SeriesKey, int],
    ) -> None:
        (ours, first), before = series[0], row.memory
        evaluator, release, source = first.watched.evaluator, first.watched.release, first.source
        if evaluator is None:
            return
        fresh = self._fresh[ours]
        is_usual = (
            len(series) == 1
            and not row.sources
            and (
                (row.source == source and row.release == release)
                if before.at is not None
                else rows[ours].at == NEVER  # else something is stored that was nobody's to judge
            )
            and ours not in again
            and (row.looked is None or not fresh or fresh[0].at > row.looked)
        )
        if not is_usual:
            self._evaluate_all(key, series, row, evaluator, pasts, again)
            return
        memory, told = judge_all(evaluator, before, fresh, pasts.get(ours) or _NO_PAST)
        moves = [transition_row(key, source, one, of, release=release, now=self.now) for one, of in told]
        if moves:
            self._note(moves)
        if memory is not before:
            severity = open_severity(evaluator, memory) if memory.marks else 0
            if moves or severity != row.open_severity:
                self._changes += walked(key, row.open_severity, moves, severity, release, fresh[-1].at)
            is_news = memory.state is not before.state or severity != row.open_severity
            if is_news or before.at is None:
                self._settled.append(
                    Settled(
                        row.id, memory, release, source, "", severity, row.looked, row.contracts, is_news
                    )
                )  # fmt: skip
            else:
                self._moved.append(_make(Moved, (row.id, memory, release)))
        first.delivery.states.append(
            state_told(
                evaluator, key, first.places[0], before.state, source, memory, memory.since, release
            )
        )  # fmt: skip

    def _evaluate_all(
        self,
        key: StandingKey,
        series: Sequence[tuple[SeriesKey, Stretch]],
        row: StandingRow,
        evaluator: Evaluator,
        pasts: Mapping[SeriesKey, Series],
        again: Mapping[SeriesKey, int],
    ) -> None:
        """Evaluate a binding where it is not one source whose values come in their order."""
        first = series[0][1]
        judging = Judging.of(key, first.watched, evaluator, row, self.now)
        earliest = min([fresh[0].at for ours, _ in series if (fresh := self._fresh[ours])], default=self.now)
        judging.follow_release(min(self.now, earliest - 1))
        for ours, stretch in series:
            fresh, since = self._fresh[ours], again.get(ours)
            if fresh and judging.looked is not None and fresh[0].at <= judging.looked:
                since = fresh[0].at if since is None else min(since, fresh[0].at)
            if since is None:
                judging.observe(stretch.source, fresh, pasts.get(ours))
            else:
                judging.judge_again(stretch.source, since)
        settled, combined = judging.settled()
        self._note(judging.transitions)
        self._withdrawn += judging.withdrawn
        if not judging.is_as_it_was(settled):
            self._settled.append(settled)
        self._changes += judging.changes(settled)
        told = state_told(
            evaluator, key, first.places[0], row.memory.state, combined.source, combined.memory,
            settled.memory.since, first.watched.release,
        )  # fmt: skip
        if len(judging.memories) > 1:
            told["sources"] = sources_told(evaluator, judging.memories, combined)
        first.delivery.states.append(told)

    def _note(self, rows: Sequence[TransitionRow]) -> None:
        for one in rows:
            self._tallies[TRANSITIONS, one.agent, one.kpi, f"{one.before}>{one.after}"] += 1
        self._transitions += rows
