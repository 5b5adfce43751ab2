"""What the released contract says of values, ready to be drawn below a line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from contracts.bands import Picture, picture, watched_picture
from contracts.bands.regions import by_worst
from contracts.documents import KpiDocument
from contracts.intervals import EMPTY, IntervalSet
from contracts.spec import KpiSpec, compile_kpi
from contracts.triggers import TriggerSpec, read_condition
from contracts.watched import Definition, WatchedBinding, WatchedTrigger, json_number

SHOWN = frozenset({"critical", "warning", "info", "normal"})


class Band(NamedTuple):
    """Values of one kind, from ``low`` to ``high``; None where there is no end."""

    kind: str
    low: float | None
    high: float | None


@lru_cache(maxsize=1024)
def spec_of(definition: Definition) -> KpiSpec:
    """The released KPI, compiled as the registry's is."""
    absolute, normal = definition.absolute_range, definition.normal_range
    data: dict[str, Any] = {
        "name": definition.name,
        "title": definition.title,
        "unit": definition.unit,
        "prometheus_metric": definition.prometheus_metric,
        "risk_thresholds": {
            one.severity.value: {"condition": one.condition, "action": one.action}
            for one in definition.thresholds
        },
    }
    if absolute:
        data["absolute_range"] = {"min": absolute.min, "max": absolute.max}
    if normal:
        data["normal_range"] = {"min": normal.min, "max": normal.max, "optimal": normal.optimal}
    return compile_kpi(KpiDocument.model_validate(data))


def bands_of(definition: Definition, triggers: Sequence[WatchedTrigger] | None = None) -> list[Band]:
    """Each value's worst severity by the KPI's thresholds, or by these triggers; and what is normal."""
    spec = spec_of(definition)
    specs = spec.triggers if triggers is None else _specs(triggers)
    judged = KpiSpec(
        document=spec.document,
        path=(),
        name=spec.name,
        folded=spec.folded,
        possible=spec.possible,
        normal=spec.normal,
        healthy=spec.healthy,
        optimal=spec.optimal,
        triggers=specs,  # type: ignore[arg-type]  # only what both have is asked for
        sides={},
    )
    return [
        Band(kind, json_number(interval.low), json_number(interval.high))
        for kind, values in by_worst(judged)
        if kind in SHOWN
        for interval in values
        if IntervalSet.of(interval) & spec.possible
    ]


def kpi_picture(definition: Definition) -> Picture:
    """The bands of a released KPI."""
    return picture(spec_of(definition), definition.symbol)


def binding_picture(binding: WatchedBinding) -> Picture:
    """What makes the agent act, over what the registry says."""
    own = [one for one in binding.triggers if not one.inherited]
    return watched_picture(spec_of(binding.definition), _specs(own), binding.agent, binding.definition.symbol)


def _specs(triggers: Sequence[WatchedTrigger]) -> list[TriggerSpec]:
    found = []
    for one in triggers:
        condition, error = read_condition(one.condition)
        values = condition.values if condition else EMPTY
        found.append(TriggerSpec(one.severity, (), one.condition, condition, error, values))
    return found
