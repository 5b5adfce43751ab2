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
    if not others.places:  # everything or nothing
        return others.starts_inside and bool(values)
    if len(values.places) != 1:
        return bool(values & others)
    if values.starts_inside:
        return others.starts_inside or others.places[0] < values.places[0]
    return others.high is None or values.places[0] < others.places[-1]


def covers(values: IntervalSet, others: IntervalSet) -> bool:
    """Whether all of the other set is in the first."""
    if len(values.places) != 1:
        return others <= values
    if not others.places:  # everything or nothing
        return not others.starts_inside
    if values.starts_inside:
        return others.high is not None and others.places[-1] <= values.places[0]
    return not others.starts_inside and values.places[0] <= others.places[0]
