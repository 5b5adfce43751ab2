"""Contracts of agents that ask each other, under which runs are lived in any order; and what must hold of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from contracts.evaluation import SECOND, evaluator, micros
from contracts.severity import Severity
from contracts.watched import Definition, WatchedAction, WatchedBinding, WatchedHandOff, WatchedTrigger
from faults.run_laws import miscounted, unlawful
from protocols.lifecycle import OfferState
from protocols.models import HandOffOffer, ProtocolRun, Step
from protocols.services.recomputing import compared
from protocols.services.steps import ACTIONS, HAND_OFFS, OPENED, RUNS
from rest.problems import Problem
from telemetry import contracts_now
from telemetry.contracts_now import Released, Watched
from telemetry.ingest import report
from telemetry.models import Tally
from telemetry.storage import forget_all
from tests.telemetry.samples import NOW

MINUTE = 60 * SECOND
KPI = "hrv"
_HRV = Definition(name=KPI, symbol="ms", missing_data="30m")
_TRIGGERS = (
    WatchedTrigger(Severity.CRITICAL, "< 20"),
    WatchedTrigger(Severity.WARNING, "< 30"),
    WatchedTrigger(Severity.INFO, "< 40", keep_firing_for="3m"),
)


def binding(agent: str, actions: Mapping[str, str], asks: Mapping[Severity, str]) -> WatchedBinding:
    """``actions`` have a severity, ``asks`` are whom the agent asks at which."""
    return WatchedBinding(
        agent=agent, kpi=KPI, role="", enabled=True, guard="", triggers=_TRIGGERS, definition=_HRV,
        actions=tuple(
            WatchedAction(name, on=on, deadline="5m" if place % 2 else "")
            for place, (name, on) in enumerate(actions.items())
        ),
        hand_offs=tuple(WatchedHandOff(severity, agent, reason="Help.") for severity, agent in asks.items()),
    )  # fmt: skip


_CRITICAL, _WARNING = Severity.CRITICAL, Severity.WARNING
_A = binding("A", {"look": "", "call": "critical", "note": "info"}, {_WARNING: "B", _CRITICAL: "C"})
CONTRACTS: tuple[tuple[WatchedBinding, ...], ...] = (
    (_A, binding("B", {}, {}), binding("C", {"rest": "critical"}, {_CRITICAL: "A"})),
    (_A, binding("B", {"call": ""}, {_WARNING: "A"})),  # C is removed
    (binding("A2", {"look": ""}, {_CRITICAL: "B"}), binding("B", {}, {})),  # A is called otherwise now
    (binding("A", {"look": "", "sleep": "warning"}, {}), binding("C", {}, {_CRITICAL: "B"})),
)
AGENTS = ("A", "A2", "B", "C")


@dataclass
class World:
    """Time, and which contract is in force."""

    now: int = micros(NOW)
    released: list[int] = field(default_factory=lambda: [0])
    was_opened: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def current(self) -> Released:
        number = len(self.released)
        bindings = CONTRACTS[self.released[-1]]
        watched = {
            (one.agent, KPI): Watched(one, _HRV, evaluator(one), number, float("-inf"), float("inf"))
            for one in bindings
        }
        return Released(number, watched, {KPI: _HRV}, frozenset(one.agent for one in bindings))

    def evaluator_of(self, release: int, agent: str, kpi: str) -> Any:
        found = [one for one in CONTRACTS[self.released[release - 1]] if one.agent == agent]
        return evaluator(found[0]) if found else None

    @contextmanager
    def in_force(self) -> Iterator[None]:
        forget_all()
        with pytest.MonkeyPatch.context() as patch:
            for name in ("current", "load"):
                patch.setattr(contracts_now, name, self.current)
            patch.setattr(contracts_now, "evaluator_of", self.evaluator_of)
            yield
        forget_all()

    def send(self, agent: str, *values: tuple[str, float, int, str]) -> list[dict[str, Any]]:
        """The runs that these open: of whom, which value, how many minutes ago, by which device."""
        items = [
            {"kpi": KPI, "value": value, "at": contracts_now.iso(self.now - ago * MINUTE), "user_id": user,
             "measurement_source": source}
            for user, value, ago, source in values
        ]  # fmt: skip
        try:
            answer = orjson.loads(report(orjson.dumps(items), agent=agent, now=self.now))
        except Problem as problem:
            if problem.status_code >= 500:
                raise
            return []
        found: list[dict[str, Any]] = answer["runs"]
        return found


def check(world: World, *, is_swept: bool) -> None:
    """All that must hold of what is stored, at any time."""
    assert list(unlawful()) == []
    if len(world.released) == 1:
        assert list(miscounted()) == []
    runs = list(ProtocolRun.objects.all())
    check_tallies(runs)
    if is_swept:
        assert not [run for run in runs if run.due is not None and run.due <= world.now]
        assert compared(world.now).differences == []


def check_tallies(runs: list[ProtocolRun]) -> None:
    told: Counter[tuple[str, ...]] = Counter()
    for one in Tally.objects.filter(name__in=(RUNS, ACTIONS, HAND_OFFS)):
        told[one.name, one.agent, one.kpi, one.what] = one.count
    found: Counter[tuple[str, ...]] = Counter()
    for run in runs:
        found[RUNS, run.agent, run.kpi, OPENED] += 1
        if not run.is_open:
            found[RUNS, run.agent, run.kpi, run.state] += 1
    for offer in HandOffOffer.objects.all():
        found[HAND_OFFS, offer.source, offer.target, OfferState.OFFERED] += 1
        if offer.state != OfferState.OFFERED:
            found[HAND_OFFS, offer.source, offer.target, offer.state] += 1
    for step in Step.objects.filter(state__in=("done", "failed", "skipped", "overridden")).select_related(
        "run"
    ):
        if step.kind != Step.Kind.HAND_OFF:
            found[ACTIONS, step.run.agent, step.name if step.declared else "", step.state] += 1
    # What may become something else later was counted when it became that.
    later = {"completed", "failed", "timed_out", "recovered", "overridden"}
    for key in told | found:
        is_last = key[-1] not in later or key[0] == HAND_OFFS or (key[0] == ACTIONS and key[-1] == "failed")
        assert told[key] == found[key] if is_last else told[key] >= found[key], (key, told[key], found[key])
