"""One batch of observations on its way into the store: sorted out, stored, evaluated, counted."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from contracts.evaluation import Observed, Series
from telemetry.judging import Past, judge, state_told, transition_row
from telemetry.parsing import Item, Rejection
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
ACCEPTED, LATE, DUPLICATE, CORRECTED = "accepted", "late", "duplicate", "corrected"
CONFLICT = "conflicting_value"
_NOTHING: frozenset[StandingKey] = frozenset()


@dataclass(slots=True)
class Batch:
    """The observations of one caller that may be stored, within a transaction. ``results`` are all of the body's
    by their place, and begin as the words of those that may not. ``states`` name a person by such a place."""

    store: Store
    now: int
    results: list[str]
    conflicts: list[Rejection] = field(default_factory=list)
    states: list[dict[str, Any]] = field(default_factory=list)
    _values: list[Value] = field(default_factory=list)
    _corrected: list[Value] = field(default_factory=list)
    _replaced: list[float] = field(default_factory=list)
    _latest: list[Latest] = field(default_factory=list)
    _moved: list[Moved] = field(default_factory=list)
    _transitions: list[TransitionRow] = field(default_factory=list)
    _tallies: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def take(self, items: Sequence[Item]) -> None:
        """Store and evaluate."""
        if not items:
            return
        by_binding = self._by_binding(items)
        by_series: dict[SeriesKey, list[Item]] = defaultdict(list)
        for key, ours in by_binding.items():
            for item in ours:
                by_series[SeriesKey(*key, item.source)].append(item)
        standings = self.store.standings(by_binding)
        rows = self.store.series(by_series)
        again = self._sort_out(by_series, rows)
        self.store.add_values(self._values)
        self.store.correct_values(self._corrected, self._replaced)
        self.store.move_series(self._latest)
        pasts = self._pasts(by_binding, rows)
        for key, ours in by_binding.items():
            self._evaluate(key, ours, standings[key], pasts.get(key), is_corrected=key in again)
        self.store.move_standings(self._moved)
        self.store.add_transitions(self._transitions)

    def refused(self, codes: Mapping[str, int], agent: str) -> None:
        """Count what may not be stored."""
        for code, count in codes.items():
            self._tallies[OBSERVATIONS, agent, "", code] += count

    def count(self) -> None:
        """Store what was counted: last, because every batch of an agent changes the same few rows."""
        self.store.count({TallyKey(*key): count for key, count in self._tallies.items()})

    def _by_binding(self, items: Sequence[Item]) -> dict[StandingKey, list[Item]]:
        users = self.store.subjects([*dict.fromkeys([item.user for item in items])])
        found: dict[StandingKey, list[Item]] = defaultdict(list)
        for item in items:
            binding = item.watched.binding
            found[StandingKey(users[item.user], binding.kpi, binding.agent)].append(item)
        return found

    def _sort_out(
        self, by_series: dict[SeriesKey, list[Item]], rows: dict[SeriesKey, SeriesRow]
    ) -> set[StandingKey] | frozenset[StandingKey]:
        """Tell what is new, late, there already or corrected; the bindings whose past was corrected."""
        old = [
            (rows[key].id, item.at)
            for key, items in by_series.items()
            for item in items
            if item.at <= rows[key].at
        ]
        there = self.store.values_at(old) if old else {}
        again: set[StandingKey] = set()
        for key, items in by_series.items():
            if self._sort_series(key, items, rows[key], there):
                again.add(StandingKey(*key[:3]))
        return again or _NOTHING

    def _sort_series(
        self, key: SeriesKey, items: list[Item], row: SeriesRow, there: dict[tuple[int, int], float]
    ) -> bool:
        """The same for one series; whether its past was corrected."""
        if len(items) > 1:
            items.sort(key=_by_time)
        results, newest, is_corrected = self.results, row.at, False
        at, value, latest = -1, 0.0, None
        for item in items:
            if item.at == at and item is not items[0]:
                word = DUPLICATE if item.value == value else CONFLICT
            else:
                at, value = item.at, item.value
                word = ACCEPTED if at > newest else self._word(row, item, there)
                is_corrected = is_corrected or word is CORRECTED
                if word is not DUPLICATE and at >= newest:
                    latest = item
            results[item.place] = word
            if word is CONFLICT:
                self.conflicts.append(_conflict(item))
            elif word is ACCEPTED or word is LATE:
                self._values.append(Value(row.id, at, value, self.now, _context(item)))
            self._tallies[OBSERVATIONS, key.agent, key.kpi, word] += 1
        if latest is not None:
            self._latest.append(Latest(row.id, latest.at, latest.value, self.now))
        return is_corrected

    def _word(self, row: SeriesRow, item: Item, there: dict[tuple[int, int], float]) -> str:
        """What a value is that is no newer than the series' latest one."""
        stored = there.get((row.id, item.at))
        if stored is None:
            return LATE
        if stored == item.value:
            return DUPLICATE
        self._corrected.append(Value(row.id, item.at, item.value, self.now, _context(item)))
        self._replaced.append(stored)
        return CORRECTED

    def _pasts(
        self, by_binding: dict[StandingKey, list[Item]], rows: dict[SeriesKey, SeriesRow]
    ) -> dict[StandingKey, Past]:
        """The history before the new values of each binding whose contract looks back, read at once."""
        spans: dict[int, Span] = {}
        found: dict[StandingKey, dict[str, Series]] = defaultdict(dict)
        of_row: dict[int, Series] = {}
        for key, items in by_binding.items():
            looks_back = items[0].watched.looks_back
            if not looks_back:
                continue
            for item in items:
                if self.results[item.place] == ACCEPTED:
                    row = rows[SeriesKey(*key, item.source)].id
                    _, since, until = spans.get(row, (row, item.at - looks_back, item.at))
                    spans[row] = Span(row, min(since, item.at - looks_back), max(until, item.at))
                    found[key][item.source] = of_row.setdefault(row, Series())
        if not spans:
            return {}
        for row, at, value in self.store.history([*spans.values()]):
            of_row[row].add(at, value)
        return {key: by_source.__getitem__ for key, by_source in found.items()}

    def _evaluate(
        self,
        key: StandingKey,
        items: Sequence[Item],
        row: StandingRow,
        past: Past | None,
        *,
        is_corrected: bool,
    ) -> None:
        watched = items[0].watched
        evaluator, before, release = watched.evaluator, row.memory, watched.release
        if evaluator is None:
            return
        results, newest, memory = self.results, before.at, before
        observations = [
            Observed(item.value, item.at, item.context, item.source)
            for item in items
            if results[item.place] == ACCEPTED and (newest is None or item.at >= newest)
        ]
        transitions: list[TransitionRow] = []
        if is_corrected:
            besides = {(one.source, one.at) for one in observations}
            memory, transitions = reevaluated(
                evaluator, key, before, release=release, now=self.now, besides=besides
            )
        if len(observations) > 1:
            observations.sort(key=_in_order)
        memory, found = judge(evaluator, memory, observations, past)
        transitions += [transition_row(key, one, of, release=release, now=self.now) for one, of in found]
        for one in transitions:
            self._tallies[TRANSITIONS, key.agent, key.kpi, f"{one.before}>{one.after}"] += 1
        self._transitions += transitions
        if memory is not before:
            self._moved.append(Moved(row.id, memory, release, memory.state is not before.state))
        self.states.append(state_told(evaluator, key, items[0].place, before, memory, release))


def _by_time(item: Item) -> tuple[int, float]:
    return item.at, -item.value


def _in_order(observed: Observed) -> tuple[int, str, Any]:
    return observed.at, observed.source, observed.value


def _context(item: Item) -> str | None:
    return orjson.dumps(item.context).decode() if item.context else None


def _conflict(item: Item) -> Rejection:
    message = "Another value of this series at the same moment is in the same batch."
    return Rejection(item.place, CONFLICT, message, "value", "Send a correction after what it corrects.")
