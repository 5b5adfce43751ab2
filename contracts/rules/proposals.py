"""What a condition was probably meant to be, when it says something it should not."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from contracts.conditions import Comparison, Condition
from contracts.decimals import fits, plain, trimmed
from contracts.intervals import IntervalSet
from contracts.terms import Operator

_FLIPPED: dict[str, Operator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def without_a_digit(condition: Condition | None, region: IntervalSet) -> Comparison | None:
    """The comparison that one digit too many would have turned into this one: ``< 20`` for ``< 120``.

    None where none lies within ``region`` and near its edge: a proposal must not be wrong itself, nor far-fetched.
    """
    term = _comparison(condition)
    if term is None:
        return None
    return _nearest(term.number, region, term.operator, _shorter(term.number))


def turned_round(condition: Condition | None, region: IntervalSet) -> Comparison | None:
    """The comparison with the other direction, ``< 25`` for ``> 25``, where it lies within ``region``."""
    term = _comparison(condition)
    if term is None:
        return None
    return _nearest(term.number, region, _FLIPPED[term.operator], [term.number])


def _comparison(condition: Condition | None) -> Comparison | None:
    if condition is None or len(condition.terms) != 1:
        return None
    term = condition.terms[0]
    return term if isinstance(term, Comparison) and term.operator in _FLIPPED else None


def _nearest(
    written: Decimal, region: IntervalSet, operator: Operator, numbers: Iterable[Decimal]
) -> Comparison | None:
    near = [number for number in numbers if _is_near_edge(number, region)]
    near.sort(key=lambda number: abs(number - written))
    slips = (Comparison(operator, number) for number in near)
    return next((slip for slip in slips if slip.values < region), None)


def _is_near_edge(number: Decimal, region: IntervalSet) -> bool:
    """Whether a number is at most half as far from the region's edge as the edge is from zero."""
    return any(abs(number - edge) <= abs(edge) / 2 for edge, _ in region.places)


def _shorter(number: Decimal) -> set[Decimal]:
    """The numbers that are written with one digit or the point less."""
    text = plain(number)
    shorter = {text[:at] + text[at + 1 :] for at, sign in enumerate(text) if sign != "-"}
    numbers = {
        trimmed(Decimal(t)) for t in shorter if t.strip("-.") and not t.startswith(("0", "-0", ".", "-."))
    }
    return {number for number in numbers if fits(number)}
