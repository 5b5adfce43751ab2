"""Quick answers about sets of numbers.

Nearly every condition is open to one side (`< 20`), which is a single place in its set (see
:mod:`contracts.intervals`), and for such a set comparing places is enough. The rules ask these questions
several times of every threshold; for all other sets they are answered by the algebra itself.
"""

from __future__ import annotations

from decimal import Decimal

from contracts.intervals import IntervalSet


def has(values: IntervalSet, number: Decimal) -> bool:
    """Whether a finite number is in the set."""
    places = values.places
    if len(places) != 1:
        return number in values
    # A number stands between the place just before it and the one just after it.
    return (number, 1) <= places[0] if values.starts_inside else places[0] <= (number, 0)


def meets(values: IntervalSet, others: IntervalSet) -> bool:
    """Whether the two sets share a number."""
    ends = others.places
    if not ends:  # everything or nothing
        return others.starts_inside and bool(values)
    if len(values.places) != 1:
        return bool(values & others)
    if values.starts_inside:
        return others.starts_inside or ends[0] < values.places[0]
    return _has_no_end(others) or values.places[0] < ends[-1]


def covers(values: IntervalSet, others: IntervalSet) -> bool:
    """Whether all of the other set is in the first."""
    if len(values.places) != 1:
        return others <= values
    ends = others.places
    if not ends:  # everything or nothing
        return not others.starts_inside
    if values.starts_inside:
        return ends[-1] <= values.places[0] and not _has_no_end(others)
    return values.places[0] <= ends[0] and not others.starts_inside


def _has_no_end(values: IntervalSet) -> bool:
    """Whether the set goes on for ever to the right: it is inside after an even number of changes."""
    return values.starts_inside is (len(values.places) % 2 == 0)
