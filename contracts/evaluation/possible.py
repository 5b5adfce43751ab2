"""Which values cannot be real: what an observation is refused for before anything is made of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from contracts.decimals import Number, exact, plain
from contracts.watched import Definition

LARGEST: Final = 999_999_999.999999
"""No value is above this, whatever the KPI, nor below the same with a minus sign."""
_LIMIT: Final = exact(LARGEST)


def impossible(definition: Definition, value: Number) -> str:
    """Why a value cannot be real, in words; "" where it can. Of more digits than a float has, those count that JSON
    carries."""
    try:
        number = exact(value)
    except (TypeError, ValueError):
        return "expected a finite number"
    span = definition.absolute_range
    low = -_LIMIT if span is None or span.min is None else max(span.min, -_LIMIT)
    high = _LIMIT if span is None or span.max is None else min(span.max, _LIMIT)
    if abs(number) <= _LIMIT:
        number = exact(float(number))
    if number < low:
        return f"{_told(number, definition)} is below {_told(low, definition)}, the lowest possible value"
    if number > high:
        return f"{_told(number, definition)} is above {_told(high, definition)}, the highest possible value"
    return ""


def _told(number: Decimal, definition: Definition) -> str:
    text = plain(number) if abs(number) <= _LIMIT else f"{number:.6g}"
    return f"{text} {definition.symbol}".rstrip()
