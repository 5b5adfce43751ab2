"""Contracts with the series that are judged by them, and what the evaluator says at every step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from contracts.documents import BindingsDocument, RegistryDocument, RosterDocument
from contracts.evaluation import SECOND, START, Evaluator, Memory, Observed, combine
from contracts.release import ReleaseDocument
from contracts.severity import BINDING_WORD, Severity
from contracts.watched import WatchedBinding
from contracts.watching import Watching
from observability.alert_names import alert_name

AGENT, USER = "NEUROS", "u1"
STEP = 60
"""Seconds between two evaluations of Prometheus, each of them a scrape."""
Firing = frozenset[tuple[str, str]]
"""Alerts that fire: name and source."""


@dataclass(frozen=True)
class Value:
    """One observation, at a step."""

    number: Decimal
    is_on: bool = True
    """What the guard asks for."""


Series = tuple[Value | None, ...]
"""What was observed at each step; None where nothing was."""


@dataclass(frozen=True)
class Contract:
    """What an agent watches about one KPI. ``own`` says whether the triggers are the binding's or the KPI's."""

    triggers: Mapping[Severity, Mapping[str, str]]
    missing_data: str = ""
    is_guarded: bool = False
    own: bool = False


@dataclass(frozen=True)
class Life:
    """A contract and what each source observed."""

    contract: Contract
    series: Mapping[str, Series]

    @property
    def steps(self) -> int:
        return max(len(one) for one in self.series.values())


@dataclass
class Told:
    """What the product shows and says, step by step."""

    values: dict[str, list[Decimal | None]] = field(default_factory=dict)
    heard: dict[str, list[int | None]] = field(default_factory=dict)
    state: list[int] = field(default_factory=list)
    open_severity: list[int] = field(default_factory=list)
    firing: list[Firing] = field(default_factory=list)


def kpi_name(place: int) -> str:
    return f"k{place}"


def document_of(lives: list[Life]) -> ReleaseDocument:
    """One release with a KPI for each life."""
    kpis = [_kpi(kpi_name(place), life.contract) for place, life in enumerate(lives)]
    used = [_binding(kpi_name(place), life.contract) for place, life in enumerate(lives)]
    return ReleaseDocument(
        RegistryDocument.model_validate({"kpis": kpis}),
        RosterDocument.model_validate({"agents": {AGENT: {}}}),
        {AGENT: BindingsDocument.model_validate({"agent": AGENT, "kpis_used": used})},
        {AGENT: "neuros"},
    )


def _kpi(name: str, contract: Contract) -> dict[str, Any]:
    thresholds = {} if contract.own else {str(key): dict(one) for key, one in contract.triggers.items()}
    return {
        "name": name,
        "unit": "milliseconds",
        "prometheus_metric": f"auren_{name}_ms",
        "missing_data": contract.missing_data,
        "risk_thresholds": thresholds,
    }


def _binding(name: str, contract: Contract) -> dict[str, Any]:
    alerting: dict[str, Any] = {"condition": "is_on == true"} if contract.is_guarded else {}
    if contract.own:
        words = {BINDING_WORD[severity]: one for severity, one in contract.triggers.items()}
        alerting |= {f"{word}_if": one["condition"] for word, one in words.items()}
        alerting["timing"] = {
            word: {key: text for key, text in one.items() if key != "condition"}
            for word, one in words.items()
        }
    return {"key": name, "alerting": alerting}


def told(binding: WatchedBinding, life: Life, steps: int) -> Told:
    """What the evaluator says of a life, and what /metrics shows of it, at every step; a last value stands on."""
    evaluator, found = Evaluator(binding), Told()
    memories: dict[str, Memory] = {}
    past: dict[str, list[tuple[int, Decimal]]] = {source: [] for source in life.series}
    for step in range(steps):
        now = step * STEP * SECOND
        for source, values in life.series.items():
            value = values[step] if step < len(values) else None
            if value is not None:
                observed = Observed(value.number, now, {"is_on": value.is_on}, source)
                history = partial(_sum, tuple(past[source]), now)
                memories[source], _ = evaluator.evaluate(memories.get(source, START), observed, history)
                past[source].append((now, value.number))
            if source in memories:
                memories[source], _ = evaluator.tick(memories[source], now)
        _note(found, evaluator, binding, memories, past, now)
    return found


def _sum(past: tuple[tuple[int, Decimal], ...], now: int, window: int) -> tuple[Decimal, int]:
    inside = [number for at, number in past if now - window * SECOND <= at < now]
    return sum(inside, Decimal()), len(inside)


def _note(
    found: Told,
    evaluator: Evaluator,
    binding: WatchedBinding,
    memories: Mapping[str, Memory],
    past: Mapping[str, list[tuple[int, Decimal]]],
    now: int,
) -> None:
    missing = evaluator.missing
    for source, before in past.items():
        newest = before[-1] if before else None
        is_shown = newest is not None and (missing is None or newest[0] > now - missing)
        found.values.setdefault(source, []).append(newest[1] if newest and is_shown else None)
        found.heard.setdefault(source, []).append(newest[0] // SECOND if newest else None)
    if not memories:
        found.state.append(-1)
        found.open_severity.append(0)
        found.firing.append(frozenset())
        return
    combined = combine(evaluator, memories)
    found.state.append(combined.state.number)
    found.open_severity.append(combined.open_severity)
    found.firing.append(
        frozenset(_firing(evaluator, binding, memories, combined.counting, combined.open_severity))
    )


def _firing(
    evaluator: Evaluator,
    binding: WatchedBinding,
    memories: Mapping[str, Memory],
    counting: tuple[str, ...],
    worst: int,
) -> set[tuple[str, str]]:
    """Every trigger that is acted on for a source that counts. With a guard, of each person the worst alone."""
    names = {rule.key: alert_name(binding.kpi, rule.trigger.severity) for rule in evaluator.rules}
    if binding.guard:
        return {(names[rule.key], "") for rule in evaluator.rules if rule.trigger.severity.rank + 1 == worst}
    return {
        (names[mark.rule], source)
        for source in counting
        for mark in memories[source].marks
        if mark.fired is not None
    }


def bindings_of(document: ReleaseDocument) -> dict[str, WatchedBinding]:
    """By KPI."""
    return {one.kpi: one for one in Watching(document).agent(AGENT).bindings}
