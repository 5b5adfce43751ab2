"""How a KPI's values are written in Grafana: in the contract's unit, whatever their size.

Most of Grafana's units change with the value: 90 minutes are 1.5 hours, 7,900 steps are 8 K. Who compares that with a
contract of 90 minutes or 8,000 steps is misled, and in the colour of another band at that. So Grafana's own unit is
used where it stays itself for every value that is possible, and the unit's symbol everywhere else.
"""

from __future__ import annotations

from typing import Final

from contracts.documents import KpiDocument
from contracts.units import UnitSpec
from observability.dashboards.texts import plain

_STEADY: Final = {"celsius": "°C", "degree": "°", "conmgdL": "mg/dL", "conmmolL": "mmol/L"}
"""Grafana's units that print every value as it is, and what they put behind it."""
_STEADY_BELOW: Final = {"ms": (1000, "ms"), "m": (60, "min")}
"""Those that do so below a size."""
_WHOLE: Final = frozenset({"count", "sets", "repetitions", "steps", "points", "score"})


def grafana_unit(kpi: KpiDocument, unit: UnitSpec | None) -> tuple[str, str]:
    """Grafana's id of the unit, and the text that stands behind a number, with its blank if it has one."""
    if unit is None:
        return "none", ""
    if unit.grafana == "percent":
        return "percent", "%"
    if unit.grafana in _STEADY:
        return unit.grafana, f" {_STEADY[unit.grafana]}"
    if unit.grafana in _STEADY_BELOW:
        below, symbol = _STEADY_BELOW[unit.grafana]
        if _is_within(kpi, below):
            return unit.grafana, f" {symbol}"
    symbol = plain(unit.symbol)
    return (f"suffix:{symbol}", f" {symbol}") if symbol else ("none", "")


def is_whole(unit: UnitSpec | None) -> bool:
    """Whether values are whole numbers, or nearly, and read better without a digit after the point."""
    return unit is not None and unit.code in _WHOLE


def _is_within(kpi: KpiDocument, limit: int) -> bool:
    possible = kpi.absolute_range
    if possible is None or possible.min is None or possible.max is None:
        return False
    return -limit < possible.min and possible.max < limit
