"""Which values cannot be real: what an observation is refused for before anything is made of it."""

from __future__ import annotations

from contracts.decimals import Number, exact, plain
from contracts.watched import Definition


def impossible(definition: Definition, value: Number) -> str:
    """Why a value cannot be real, in words; "" where it can."""
    try:
        number = exact(value)
    except (TypeError, ValueError):
        return "expected a finite number"
    span = definition.absolute_range
    if span is not None:
        told = f"{plain(number)} {definition.symbol}".rstrip()
        if span.min is not None and number < span.min:
            return (
                f"{told} is below {plain(span.min)} {definition.symbol}".rstrip()
                + ", the lowest possible value"
            )
        if span.max is not None and number > span.max:
            return (
                f"{told} is above {plain(span.max)} {definition.symbol}".rstrip()
                + ", the highest possible value"
            )
    return ""
