"""What a condition was probably meant to be, when it says something it should not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from contracts.conditions import Comparison, Condition
from contracts.decimals import fits, plain, trimmed
from contracts.intervals import IntervalSet
from contracts.terms import Operator

_FLIPPED: dict[str, Operator] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


def meant(condition: Condition | None, allowed: IntervalSet) -> Comparison | None:
    """The comparison that a slip of the finger would have turned into this one, if it fits into ``allowed``.

    Slips are a digit too many (``< 120`` for ``< 20``) or the wrong direction (``> 20`` for ``< 20``). Of
    several, the one nearest to the number as written. None where nothing fits: a proposal must never be wrong
    itself.
    """
    if condition is None or len(condition.terms) != 1:
        return None
    term = condition.terms[0]
    if not isinstance(term, Comparison) or term.operator not in _FLIPPED:
        return None
    fitting = [slip for slip in _slips(term) if slip.values <= allowed]
    return min(fitting, key=lambda slip: abs(slip.number - term.number), default=None)


def _slips(term: Comparison) -> Iterator[Comparison]:
    for number in _fewer_digits(term.number):
        yield replace(term, number=number)
    yield replace(term, operator=_FLIPPED[term.operator])


def _fewer_digits(number: Decimal) -> set[Decimal]:
    text = plain(number)
    shorter = {text[:at] + text[at + 1 :] for at, sign in enumerate(text) if sign.isdigit() or sign == "."}
    numbers = {trimmed(Decimal(t)) for t in shorter if t.strip("-.") and not t.startswith(("0", "-0", "."))}
    return {number for number in numbers if fits(number)}
