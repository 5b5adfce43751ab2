"""Contracts that change, people who are measured by several devices, and a job that looks in between."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count

import orjson
import pytest
from hypothesis import note
from hypothesis import strategies as st

from contracts.evaluation import SECOND, InForce, Observed, combine, evaluator, micros, retrace
from contracts.severity import Severity
from contracts.watched import Definition, WatchedAction, WatchedBinding, WatchedTrigger
from telemetry import contracts_now, silence, standing_judging
from telemetry.contracts_now import Released, Watched, _looks_back
from telemetry.deleting import delete_people
from telemetry.ingest import report
from telemetry.models import Standing, Subject, Transition
from telemetry.reevaluation import observations_of
from telemetry.standing_judging import judged_by
from telemetry.storage import forget_all
from telemetry.storage.memories import COLUMNS, NUMBERS, from_columns, sources_of
from telemetry.storage.shapes import StandingKey, StandingRow
from tests.telemetry.samples import NOW

START = micros(NOW)
SOURCES = ("band", "ring")
_people = count(1)
conditions = st.sampled_from(
    ["< 20", "< 25", "> 60", "<= 18", ">= 50 or < 10", "30..40", "drop >= 10% over 10m"]
)
lengths = st.sampled_from(["", "", "2m", "6m"])
triggers = st.builds(
    WatchedTrigger,
    severity=st.sampled_from(Severity),
    condition=conditions,
    for_=lengths,
    keep_firing_for=lengths,
    recover_if=st.sampled_from(["", "", "> 28"]),
)
bindings = st.builds(
    WatchedBinding,
    agent=st.just("NEUROS"),
    kpi=st.just("hrv"),
    role=st.just(""),
    enabled=st.just(True),
    guard=st.sampled_from(["", "", "", "rested == true"]),
    triggers=st.lists(triggers, min_size=1, max_size=3).map(
        lambda found: tuple(sorted(found, key=lambda one: -one.severity.rank))
    ),
    actions=st.just((WatchedAction("rest"),)),
    definition=st.builds(
        Definition, name=st.just("hrv"), symbol=st.just("ms"), missing_data=st.sampled_from(["", "5m", "15m"])
    ),
)
values = st.sampled_from([8.0, 17.5, 18.0, 20.0, 22.5, 26.0, 29.0, 35.0, 45.0, 55.0, 70.0])
observed = st.builds(
    Observed,
    value=values,
    at=st.integers(0, 40),  # minutes before now
    context=st.sampled_from([None, {"rested": True}, {"rested": True}, {"rested": False}]),
    source=st.sampled_from(SOURCES),
)


@dataclass
class World:
    """One person by one contract, which may become another."""

    release: int = 0
    contracts: dict[int, WatchedBinding] = field(default_factory=dict)
    now: int = START
    user: str = field(default_factory=lambda: f"w-{next(_people)}")

    def publish(self, binding: WatchedBinding) -> None:
        note(f"publish {binding.triggers} {binding.guard} {binding.definition.missing_data}")
        self.release += 1
        self.contracts[self.release] = binding

    def released(self) -> Released:
        binding = self.contracts[self.release]
        judge = evaluator(binding)
        watched = Watched(
            binding, binding.definition, judge, self.release, float("-inf"), float("inf"), _looks_back(judge)
        )
        return Released(
            self.release, {("NEUROS", "hrv"): watched}, {"hrv": binding.definition}, frozenset({"NEUROS"})
        )

    @contextmanager
    def in_force(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(contracts_now, "current", self.released)
            patch.setattr(contracts_now, "load", self.released)
            patch.setattr(
                contracts_now, "evaluator_of", lambda number, agent, kpi: evaluator(self.contracts[number])
            )
            try:
                yield
            finally:  # the job looks at everybody
                delete_people(list(Subject.objects.values_list("pk", flat=True)))
                forget_all()

    def send(self, *some: Observed) -> list[str]:
        note(f"send {[(one.value, (one.at - START) / 60e6, one.source, one.context) for one in some]}")
        items = [
            {
                "kpi": "hrv",
                "value": one.value,
                "at": contracts_now.iso(one.at),
                "user_id": self.user,
                "measurement_source": one.source,
            }
            | ({"context": one.context} if one.context else {})
            for one in some
        ]
        answer = orjson.loads(report(orjson.dumps(items), agent="NEUROS", now=self.now))
        assert not [one for one in answer["errors"] if one["code"] != "conflicting_value"], answer["errors"]
        found: list[str] = answer["results"]
        return found

    def standing(self) -> Standing:
        return Standing.objects.get(subject__user_id=self.user)

    def recorded(self) -> list[tuple[object, ...]]:
        rows = Transition.objects.standing().filter(subject__user_id=self.user)
        return sorted(rows.values_list("at", "source", "before", "after", "rule", "reason"))

    def replayed(self) -> list[tuple[object, ...]]:
        """What all that is stored comes to, by the contracts that were in force."""
        standing, found, memories = self.standing(), list[tuple[object, ...]](), {}
        key = StandingKey(standing.subject_id, standing.kpi, standing.agent)
        row = StandingRow(
            standing.pk, self.memory(standing), standing.release, standing.source, standing.sources,
            standing.open_severity, standing.looked, standing.contracts,
        )  # fmt: skip
        contracts = [
            InForce(one.since, evaluator(self.contracts[one.release]), one.looked)
            for one in judged_by(row.release, row.contracts)
        ]
        for source in sorted({one.source for one in observations_of(key)}):
            memory, told = retrace(contracts, observations_of(key, source), until=standing.looked)
            memories[source] = memory
            found += [
                (one.at, source, NUMBERS[one.before], NUMBERS[one.after], one.rule, one.reason)
                for one, _ in told
            ]
        assert sources_of(standing.source, standing.sources, row.memory) == memories
        combined = combine(evaluator(self.contracts[standing.release]), memories)
        assert (NUMBERS[combined.state], combined.source, combined.open_severity) == (
            standing.state,
            standing.source,
            standing.open_severity,
        )
        return sorted(found)

    @staticmethod
    def memory(standing: Standing):
        return from_columns(tuple(getattr(standing, column) for column in COLUMNS))


Step = Callable[[World], object]


def _send(some: list[Observed]) -> Step:
    def step(world: World) -> None:
        world.send(*[one._replace(at=world.now - one.at * 60 * SECOND) for one in some])

    return step


def _look(minutes: int) -> Step:
    def step(world: World) -> None:
        world.now += minutes * 60 * SECOND
        note(f"look at {(world.now - START) / 60e6}")
        silence.let_time_pass(world.now)

    return step


def _publish(binding: WatchedBinding, is_renewed: bool) -> Step:
    def step(world: World) -> None:
        world.publish(binding)
        if is_renewed:
            silence.renew(world.now)

    return step


steps = st.lists(
    st.one_of(
        st.lists(observed, min_size=1, max_size=4).map(_send),
        st.lists(observed, min_size=1, max_size=4).map(_send),
        st.integers(0, 12).map(_look),
        st.builds(_publish, bindings, st.booleans()),
    ),
    min_size=2,
    max_size=10,
)

_SAID = re.compile(r"(-?[\d.]+) ms is (not yet |not )?(below|above|at least|at most) (-?[\d.]+) ms")
_BETWEEN = re.compile(r"(-?[\d.]+) ms is (not )?between ([\d.]+) and ([\d.]+)")
_HOLDS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "below": Decimal.__lt__, "above": Decimal.__gt__, "at least": Decimal.__ge__, "at most": Decimal.__le__,
}  # fmt: skip


def is_true(reason: str) -> bool:
    """Whether no comparison in a sentence contradicts its numbers."""
    for value, denied, word, bound in _SAID.findall(reason):
        if " or " not in reason and _HOLDS[word](Decimal(value), Decimal(bound)) is bool(denied):
            return False
    return all(
        (Decimal(low) <= Decimal(value) <= Decimal(high)) is not bool(denied)
        for value, denied, low, high in _BETWEEN.findall(reason)
    )


__all__ = ["World", "bindings", "is_true", "observed", "replace", "standing_judging", "steps"]
