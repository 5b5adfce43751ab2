"""Deliveries on their way into the store: stored, evaluated, counted, within one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson

from contracts.evaluation import Observed, Series
from telemetry.deliveries import ACCEPTED, Delivery, Stretch
from telemetry.judging import Past, judge, state_told, transition_row
from telemetry.parsing import Rejection
from telemetry.reevaluation import reevaluated
from telemetry.storage import Store
from telemetry.storage.shapes import (
    Latest,
    Moved,
    SeriesKey,
    SeriesRow,
    Span,
    StandingKey,
    StandingRow,
    TallyKey,
    TransitionRow,
    Value,
)

OBSERVATIONS, TRANSITIONS = "observations", "transitions"
LATE, DUPLICATE, CORRECTED = "late", "duplicate", "corrected"
CONFLICT = "conflicting_value"
_make: Final = tuple.__new__


@dataclass(slots=True)
class Batch:
    """What is done with deliveries that have no person in common, as if each had come alone."""

    store: Store
    now: int
    _fresh: dict[SeriesKey, Sequence[Observed]] = field(default_factory=dict)
    _values: list[Value] = field(default_factory=list)
    _corrected: list[Value] = field(default_factory=list)
    _replaced: list[float] = field(default_factory=list)
    _latest: list[Latest] = field(default_factory=list)
    _moved: list[Moved] = field(default_factory=list)
    _transitions: list[TransitionRow] = field(default_factory=list)
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
            first, fresh, past = by_series[keys[0]], self._fresh_of(keys), pasts.get(binding)
            self._evaluate(binding, first, fresh, standings[binding], past, is_corrected=binding in again)
        self.store.move_standings(self._moved)
        self.store.add_transitions(self._transitions)

    def count(self) -> None:
        """Store what was counted: last, because every batch of an agent changes the same few rows."""
        self.store.count({TallyKey(*key): count for key, count in self._tallies.items()})

    def _by_series(self, stretches: Sequence[Stretch]) -> dict[SeriesKey, Stretch]:
        users = self.store.subjects([*dict.fromkeys([stretch.user for stretch in stretches])])
        found: dict[SeriesKey, Stretch] = {}
        for stretch in stretches:
            binding = stretch.watched.binding
            key = SeriesKey(users[stretch.user], binding.kpi, binding.agent, stretch.source)
            found[key] = stretch
        return found

    def _sort_out(
        self, by_series: dict[SeriesKey, Stretch], rows: dict[SeriesKey, SeriesRow]
    ) -> set[StandingKey]:
        """Tell what is new, late, there already or corrected; the bindings whose past was corrected."""
        old = [
            (rows[key].id, observed.at)
            for key, stretch in by_series.items()
            if stretch.observations[0].at <= rows[key].at
            for observed in stretch.observations
            if observed.at <= rows[key].at
        ]
        there = self.store.values_at(old) if old else {}
        again: set[StandingKey] = set()
        for key, stretch in by_series.items():
            row = rows[key]
            if stretch.is_distinct and stretch.observations[0].at > row.at:
                self._append(key, stretch, row)
            elif self._sort_series(key, stretch, row, there):
                again.add(StandingKey(*key[:3]))
        return again

    def _append(self, key: SeriesKey, stretch: Stretch, row: SeriesRow) -> None:
        """All of it is new and newer than what is there: nearly always."""
        number, now, observations = row.id, self.now, stretch.observations
        self._values += [
            _make(Value, (number, at, value, now, _text(context) if context else None))
            for value, at, context, _ in observations
        ]
        self._fresh[key] = observations
        last = observations[-1]
        self._latest.append(Latest(number, last.at, float(last.value), now))
        self._tallies[OBSERVATIONS, key.agent, key.kpi, ACCEPTED] += len(observations)

    def _sort_series(
        self, key: SeriesKey, stretch: Stretch, row: SeriesRow, there: dict[tuple[int, int], float]
    ) -> bool:
        """The same for one series by each of its observations; whether its past was corrected."""
        results, newest, is_corrected = stretch.delivery.results, row.at, False
        fresh: list[Observed] = []
        before: Observed | None = None
        latest: Observed | None = None
        for observed, place in zip(stretch.observations, stretch.places, strict=True):
            if before is not None and observed.at == before.at:
                word = DUPLICATE if observed.value == before.value else CONFLICT
            else:
                before = observed
                word = ACCEPTED if observed.at > newest else self._word(row, observed, there)
                is_corrected = is_corrected or word is CORRECTED
                if word is not DUPLICATE and observed.at >= newest:
                    latest = observed
            results[place] = word
            if word is CONFLICT:
                stretch.delivery.conflicts.append(_conflict(place))
            elif word is ACCEPTED or word is LATE:
                self._values.append(self._value(row, observed))
                if word is ACCEPTED:
                    fresh.append(observed)
            self._tallies[OBSERVATIONS, key.agent, key.kpi, word] += 1
        self._fresh[key] = fresh
        if latest is not None:
            self._latest.append(Latest(row.id, latest.at, float(latest.value), self.now))
        return is_corrected

    def _word(self, row: SeriesRow, observed: Observed, there: dict[tuple[int, int], float]) -> str:
        """What a value is that is no newer than the series' latest one."""
        stored = there.get((row.id, observed.at))
        if stored is None:
            return LATE
        if stored == observed.value:
            return DUPLICATE
        self._corrected.append(self._value(row, observed))
        self._replaced.append(stored)
        return CORRECTED

    def _value(self, row: SeriesRow, observed: Observed) -> Value:
        context = _text(observed.context) if observed.context else None
        return Value(row.id, observed.at, float(observed.value), self.now, context)

    def _pasts(
        self, by_series: dict[SeriesKey, Stretch], rows: dict[SeriesKey, SeriesRow]
    ) -> dict[StandingKey, Past]:
        """The history before the new values of each binding whose contract looks back, read at once."""
        spans: list[Span] = []
        found: dict[StandingKey, dict[str, Series]] = defaultdict(dict)
        of_row: dict[int, Series] = {}
        for key, stretch in by_series.items():
            looks_back = stretch.watched.looks_back
            fresh = self._fresh[key] if looks_back else ()
            if fresh:
                row = rows[key].id
                spans.append(Span(row, fresh[0].at - looks_back, fresh[-1].at))
                found[StandingKey(*key[:3])][key.source] = of_row.setdefault(row, Series())
        if not spans:
            return {}
        for row, at, value in self.store.history(spans):
            of_row[row].add(at, value)
        return {key: by_source.__getitem__ for key, by_source in found.items()}

    def _fresh_of(self, keys: Sequence[SeriesKey]) -> Sequence[Observed]:
        """What is to be judged of a binding, in its order."""
        if len(keys) == 1:
            return self._fresh[keys[0]]
        return sorted([one for key in keys for one in self._fresh[key]], key=_in_order)

    def _evaluate(
        self,
        key: StandingKey,
        stretch: Stretch,
        observations: Sequence[Observed],
        row: StandingRow,
        past: Past | None,
        *,
        is_corrected: bool,
    ) -> None:
        evaluator, before, release = stretch.watched.evaluator, row.memory, stretch.watched.release
        if evaluator is None:
            return
        newest, memory = before.at, before
        if newest is not None and observations and observations[0].at < newest:
            observations = [one for one in observations if one.at >= newest]
        transitions: list[TransitionRow] = []
        if is_corrected:
            besides = {(one.source, one.at) for one in observations}
            memory, transitions = reevaluated(
                evaluator, key, before, release=release, now=self.now, besides=besides
            )
        memory, found = judge(evaluator, memory, observations, past)
        transitions += [transition_row(key, one, of, release=release, now=self.now) for one, of in found]
        for one in transitions:
            self._tallies[TRANSITIONS, key.agent, key.kpi, f"{one.before}>{one.after}"] += 1
        self._transitions += transitions
        if memory is not before:
            self._moved.append(Moved(row.id, memory, release, memory.state is not before.state))
        told = state_told(evaluator, key, stretch.places[0], before, memory, release)
        stretch.delivery.states.append(told)


def _in_order(observed: Observed) -> tuple[int, str, float]:
    return observed.at, observed.source, float(observed.value)


def _text(context: object) -> str:
    return orjson.dumps(context).decode()


def _conflict(place: int) -> Rejection:
    message = "Another value of this series at the same moment is in the same batch."
    return Rejection(place, CONFLICT, message, "value", "Send a correction after what it corrects.")
