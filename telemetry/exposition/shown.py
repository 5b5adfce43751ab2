"""Which KPIs are shown, under which metric, and for how long after their last value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.durations import Duration, DurationError
from contracts.evaluation import SECOND
from contracts.rules.metrics import is_free
from contracts.watched import Definition
from telemetry.contracts_now import Released


@dataclass(frozen=True, slots=True)
class Shown:
    """How a KPI is shown. ``metric`` is "" where it has none that can be used; ``missing`` microseconds after its
    last value that value is left out, never where it is 0."""

    metric: str
    about: str
    missing: int


def shown_by(released: Released) -> Mapping[str, Shown]:
    """By KPI. Of two with the same metric, which only channels that differ can bring, the first keeps it."""
    found: dict[str, Shown] = {}
    taken: set[str] = set()
    for name, definition in sorted(released.kpis.items()):
        metric = definition.prometheus_metric
        if metric in taken or not is_free(metric):
            metric = ""
        taken.add(metric)
        found[name] = Shown(metric, about(definition), _missing(definition))
    return found


def about(definition: Definition) -> str:
    """What is measured and in which unit, in a line."""
    title = definition.title or definition.name
    return f"{title}, in {definition.unit}." if definition.unit else f"{title}."


def _missing(definition: Definition) -> int:
    try:
        return Duration.parse(definition.missing_data).seconds * SECOND if definition.missing_data else 0
    except DurationError:
        return 0
