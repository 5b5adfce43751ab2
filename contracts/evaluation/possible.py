"""Which values cannot be real: what an observation is refused for before anything is made of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from contracts.decimals import Number, exact, plain
from contracts.evaluation.memory import SECOND
from contracts.watched import Definition

LARGEST: Final = 999_999_999.999999
"""No value is above this, whatever the KPI, nor below the same with a minus sign."""
_LIMIT: Final = exact(LARGEST)
AHEAD: Final = 5 * 60 * SECOND
"""How far a device's clock may be ahead."""


def out_of_time(at: int, now: int, oldest: int | None) -> str:
    """Why what was measured at a moment is not taken now, in words; "" where it is. ``oldest`` is the first moment that
    is kept, None where nobody knows it."""
    if at > now + AHEAD:
        return "this is more than 5 minutes in the future"
    return "this is older than what is kept" if oldest is not None and at < oldest else ""


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
