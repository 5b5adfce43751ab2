"""A contract's bands as Grafana colours and prints them.

Grafana has steps only: each paints what is equal or greater, up to the next one. What begins just above a number
begins at the float that follows it. Exact, because a value of the contract is its float's shortest text.
https://grafana.com/docs/grafana/latest/panels-visualizations/configure-thresholds/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import pairwise
from math import inf, nextafter
from typing import Any, Final

from contracts.decimals import plain
from contracts.intervals import EMPTY, IntervalSet
from contracts.severity import Severity
from observability.dashboards.colours import NORMAL, SEVERITY_COLOURS

Share = tuple[str, IntervalSet]
_WORST_FIRST: Final = sorted(Severity, reverse=True)


def shares(conditions: Iterable[tuple[Severity, IntervalSet]]) -> list[Share]:
    """The numbers shared out among colours: each severity has what no worse one has, normal what is left."""
    values = dict.fromkeys(_WORST_FIRST, EMPTY)
    for severity, of in conditions:
        values[severity] |= of
    left, found = ~EMPTY, []
    for severity in _WORST_FIRST:
        found.append((SEVERITY_COLOURS[severity], values[severity] & left))
        left -= values[severity]
    return [*found, (NORMAL, left)]


def steps(parts: Iterable[Share]) -> list[dict[str, Any]]:
    """Grafana's steps, from left to right. The first has no number, which is minus infinity there."""
    found: list[tuple[float, str]] = []
    for colour, share in parts:
        found += [(_first(low, closed), colour) for low, _, closed, _ in share]
    return [{"value": None if at == -inf else at, "color": colour} for at, colour in sorted(found)]


def _first(low: Decimal | None, closed: bool) -> float:
    """The lowest float of an interval."""
    if low is None:
        return -inf
    return float(low) if closed else nextafter(float(low), inf)


def printed_decimals(numbers: Iterable[Decimal], *, is_whole: bool) -> int:
    """With how many digits after the point values are printed: one more than the contract's numbers have.

    Whole numbers do without it, unless two edges are so close that nothing printable lies between them.
    """
    found = sorted(set(numbers))
    digits = max((max(0, -int(number.as_tuple().exponent)) for number in found), default=0)
    room = min((high - low for low, high in pairwise(found)), default=Decimal(2))
    return digits if is_whole and room >= Decimal(2).scaleb(-digits) else digits + 1


def edge_mappings(parts: Iterable[Share], decimals: int, suffix: str) -> list[dict[str, Any]]:
    """Texts for what would be rounded over the edge of its band: 19.999 is printed as 19.9, not as a red 20.0.

    Of the values next to an edge, those of the band that the edge's own number is not in get the last printable number
    of their own band.
    """
    cell = Decimal(1).scaleb(-decimals)
    edges = sorted({place for _, share in parts for place in share.places})
    return [_edge_mapping(number, bool(after), cell, suffix) for number, after in edges]


def _edge_mapping(number: Decimal, after: bool, cell: Decimal, suffix: str) -> dict[str, Any]:
    edge, neighbour = float(number), number + cell if after else number - cell
    low, high = (
        (nextafter(edge, inf), float(neighbour)) if after else (float(neighbour), nextafter(edge, -inf))
    )
    text = f"{fixed(neighbour, cell)}{suffix}"
    return {"type": "range", "options": {"from": low, "to": high, "result": {"text": text}}}


def fixed(number: Decimal, cell: Decimal) -> str:
    """A number with as many digits as the others: 20.0 beside 19.9."""
    return format(number.quantize(cell), "f") if cell < 1 else plain(number)


def visible(numbers: Iterable[Decimal]) -> Mapping[str, float]:
    """How far an axis reaches at least, so that every band is seen: a tenth beyond the outermost number."""
    found = sorted(numbers)
    if not found:
        return {}
    beyond = (found[-1] - found[0]) / 10 or abs(found[0]) / 10 or Decimal(1)
    return {"axisSoftMin": float(found[0] - beyond), "axisSoftMax": float(found[-1] + beyond)}
