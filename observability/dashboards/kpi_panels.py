"""A KPI on an agent's dashboard: its lines over the bands, and who has which value now, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from contracts.documents import KpiDocument
from contracts.durations import Duration
from contracts.units import UnitSpec
from contracts.watched import WatchedBinding
from observability.active_triggers import ActiveTrigger
from observability.dashboards.fields import Conditions, has_bands, kpi_field, state_field
from observability.dashboards.links import kpi_links
from observability.dashboards.model import Panel, Query
from observability.dashboards.panels import lines, table, timeline
from observability.dashboards.queries import SOURCE, USER
from observability.dashboards.texts import markdown, plain, select
from observability.options import ExportOptions

MOST_ROWS: Final = 100
_WITHOUT_METRIC: Final = "Prometheus does not take this KPI’s metric, so there are states and no values. "


@dataclass(frozen=True, slots=True)
class WatchedKpi:
    """A KPI as one agent watches it: its triggers in force, its unit if known, its metric if it has one."""

    binding: WatchedBinding
    kpi: KpiDocument
    unit: UnitSpec | None
    metric: str
    triggers: Sequence[ActiveTrigger] = ()

    @property
    def conditions(self) -> Conditions:
        """When the agent acts."""
        return [(one.severity, one.condition) for one in self.triggers]

    @property
    def title(self) -> str:
        """What people call it."""
        return plain(self.kpi.title or self.kpi.name)


def kpi_panels(agent: str, watched: WatchedKpi, options: ExportOptions) -> Iterator[Panel]:
    """The panels of one KPI, which make one line of the dashboard."""
    key, links = watched.kpi.name, kpi_links(agent, watched.kpi.name, options)
    if not watched.metric:
        state = select("auren_binding_state", USER, agent=agent, kpi=key)
        yield timeline(
            f"kpi/{key}/states",
            watched.title,
            Query(f"max by (user_id) ({state})", "{{user_id}}"),
            state_field(),
            description=_WITHOUT_METRIC + description(watched),
            links=links,
        )
        return
    defaults = kpi_field(watched.kpi, watched.unit, watched.conditions)
    values = f"max by (user_id, measurement_source) ({select(watched.metric, USER, SOURCE, agent=agent)})"
    yield lines(
        f"kpi/{key}/values",
        watched.title,
        [Query(values, "{{user_id}} {{measurement_source}}")],
        defaults,
        width=15,
        description=description(watched),
        links=links,
    )
    worst, descending = _worst_first(values, watched.triggers)
    yield table(
        f"kpi/{key}/now",
        f"{watched.title}: now, worst first",
        worst,
        {name: of for name, of in defaults.items() if name != "custom"},
        columns={"user_id": "Person", "measurement_source": "Source"},
        descending=descending,
        width=9,
    )


def _worst_first(values: str, triggers: Sequence[ActiveTrigger]) -> tuple[str, bool]:
    """The rows that matter most, and whether high ones are the worst. Where both are, some of either end."""
    is_low = any(interval.low is None for one in triggers for interval in one.condition.values)
    is_high = any(interval.high is None for one in triggers for interval in one.condition.values)
    if is_low is is_high:
        half = MOST_ROWS // 2
        return f"topk({half}, {values}) or bottomk({half}, {values})", True
    return f"{'bottomk' if is_low else 'topk'}({MOST_ROWS}, {values})", is_high


def description(watched: WatchedKpi) -> str:
    """What is measured, when the agent acts, and what no colour can show, as Markdown."""
    symbol = watched.binding.definition.symbol
    said = [watched.kpi.description, *(_sentence(one, symbol) for one in watched.triggers)]
    if any(one.condition.changes for one in watched.triggers):
        said.append("A change over time has no colour here: its state tells of it.")
    if watched.binding.guard:
        said.append(f"All of this only where {watched.binding.guard}.")
    if not has_bands(watched.conditions):
        said.append("No value alone makes the agent act, so there are no bands.")
    return markdown(" ".join(filter(None, said)))


def _sentence(one: ActiveTrigger, symbol: str) -> str:
    held = f", for {Duration(one.for_).words()}" if one.for_ else ""
    return f"{one.severity.capitalize()}: {one.condition.explain(symbol)}{held}."
