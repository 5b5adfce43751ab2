"""How values are painted and printed: Grafana's field configuration of each kind of value there is.

Grafana paints what is missing in the first step's colour, which is red where low is bad. So every one of these has a
grey text of its own for null and NaN.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from contracts.conditions import Condition
from contracts.documents import KpiDocument
from contracts.severity import Severity
from contracts.units import UnitSpec
from observability.dashboards.bands import (
    edge_mappings,
    printed_decimals,
    shares,
    steps,
    visible,
)
from observability.dashboards.colours import NEUTRAL, NO_DATA, NORMAL, SEVERITY_COLOURS
from observability.dashboards.units import grafana_unit, is_whole

NO_DATA_TEXT: Final = "no data"
_NO_DATA: Final = {
    "type": "special",
    "options": {"match": "null+nan", "result": {"text": NO_DATA_TEXT, "color": NO_DATA}},
}
Field = dict[str, Any]
Conditions = Sequence[tuple[Severity, Condition]]
"""When an agent acts on a KPI, by severity."""


def field(
    unit: str = "none",
    *,
    decimals: int | None = None,
    at: Sequence[tuple[float | None, str]] = ((None, NEUTRAL),),
    mappings: Sequence[Mapping[str, Any]] = (),
    custom: Mapping[str, Any] | None = None,
    palette: bool = False,
) -> Field:
    """Values in a unit, coloured from each of these numbers on; None is minus infinity.

    With ``palette``, each series has another colour, which then says no state.
    """
    found: Field = {
        "unit": unit,
        "color": {"mode": "palette-classic" if palette else "thresholds"},
        "thresholds": {
            "mode": "absolute",
            "steps": [{"value": value, "color": colour} for value, colour in at],
        },
        "mappings": [_NO_DATA, *mappings],
        "noValue": NO_DATA_TEXT,
    }
    if decimals is not None:
        found["decimals"] = decimals
    return found | ({"custom": dict(custom)} if custom else {})


def kpi_field(kpi: KpiDocument, unit: UnitSpec | None, conditions: Conditions) -> Field:
    """A KPI's values, in the colours of what one agent does about them, whether low, high or both is bad."""
    grafana, suffix = grafana_unit(kpi, unit)
    parts = shares((severity, condition.values) for severity, condition in conditions)
    edges = [number for _, share in parts for number, _ in share.places]
    decimals = printed_decimals(edges or _range_ends(kpi), is_whole=is_whole(unit))
    if not has_bands(conditions):
        return field(grafana, decimals=decimals, custom=_lines({}))
    found = field(
        grafana,
        decimals=decimals,
        mappings=edge_mappings(parts, decimals, suffix),
        custom=_lines(visible([*edges, *_range_ends(kpi)])) | {"thresholdsStyle": {"mode": "area"}},
    )
    found["thresholds"]["steps"] = steps(parts)
    return found


def has_bands(conditions: Conditions) -> bool:
    """Whether a value alone can ever say more than that all is well; changes over time need more than a value."""
    return any(condition.values for _, condition in conditions)


def _range_ends(kpi: KpiDocument) -> list[Decimal]:
    normal = kpi.normal_range
    return [end for end in (normal.min, normal.max) if end is not None] if normal else []


def _lines(axis: Mapping[str, float]) -> dict[str, Any]:
    return {"lineWidth": 1, "showPoints": "auto", "spanNulls": False, "fillOpacity": 0} | dict(axis)


STATES: Final[Sequence[tuple[int, str, str]]] = (
    (-1, "unknown", NO_DATA),
    (0, "normal", NORMAL),
    (1, "info", SEVERITY_COLOURS[Severity.INFO]),
    (2, "warning", SEVERITY_COLOURS[Severity.WARNING]),
    (3, "critical", SEVERITY_COLOURS[Severity.CRITICAL]),
)
"""Values of ``auren_binding_state``; those of ``auren_binding_open_severity`` are the same from 0 on."""


def state_field(names: Mapping[int, str] | None = None, *, custom: Mapping[str, Any] | None = None) -> Field:
    """A state or severity as a word with its colour; ``names`` are words in place of the usual ones."""
    words = {number: (names or {}).get(number, word) for number, word, _ in STATES}
    options = {
        str(number): {"text": words[number], "color": colour, "index": place}
        for place, (number, _, colour) in enumerate(STATES)
    }
    # A mean of states has no word; it is painted as the state that it is nearest above.
    at = [(None if number < 0 else float(number), colour) for number, _, colour in STATES]
    return field(decimals=0, at=at, mappings=[{"type": "value", "options": options}], custom=custom)


def count_field(colour: str = NEUTRAL, *, bad_from: float | None = None, bad: str = "") -> Field:
    """A number of things; from ``bad_from`` on in the colour ``bad``."""
    at = [(None, colour), *([(bad_from, bad)] if bad_from is not None else [])]
    return field(decimals=0, at=at)
