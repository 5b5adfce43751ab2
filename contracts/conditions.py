"""The condition language: `< 20`, `80..89`, `drop >= 10% over 7d`, joined by `or`.

    condition  = term { "or" term }
    term       = comparison | interval | change
    comparison = ("<" | "<=" | ">" | ">=" | "==" | "!=") number
    interval   = number ".." number | number "-" number | "[" number "," number "]"      (closed)
    change     = ("drop" | "rise") (">" | ">=") number "%" "over" duration
    duration   = integer ("s"|"m"|"h"|"d"|"w")

People may say it in words, with the KPI's unit (`contracts.phrases`). A condition without changes is a set of
numbers (`contracts.intervals`), and everything asked about it is asked of that set. Reading is liberal, writing
canonical: `parse(str(condition)) == condition`. For its users the language is described in docs/conditions.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Final

from contracts.decimals import DIGITS_EXPECTED, Number, exact, fits, trimmed
from contracts.durations import Duration
from contracts.intervals import IntervalSet, join_words
from contracts.promql import Mean, condition_promql
from contracts.termreading import AND, read_change, read_term
from contracts.terms import Between, Change, Comparison, Term
from contracts.tokens import ExpectationError, Tokens
from contracts.units import UnitSpec

__all__ = ["Between", "Change", "Comparison", "Condition", "ConditionError", "Term", "parse", "parse_drop"]

LONGEST: Final = 200
_END: Final = '"or" or the end of the condition'
_LIST: Final = "a list of two numbers, the lower one first"
_LIST_TOLD: Final = f"A condition may be {_LIST}"


class ConditionError(ExpectationError):
    """A text is not a condition. For a list, the text is the list written out."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One or more terms, any of which makes it true. Conditions are equal when their terms are."""

    terms: tuple[Term, ...]
    #: The values for which it is true, whatever came before them.
    values: IntervalSet = field(init=False, compare=False, repr=False)
    #: The terms that look back in time.
    changes: tuple[Change, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.terms:
            raise ValueError("a condition has at least one term")
        values = self.terms[0].values
        for term in self.terms[1:]:
            values |= term.values
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "changes", tuple([t for t in self.terms if isinstance(t, Change)]))

    def holds(self, value: Number, means: Mapping[Duration, Decimal] | None = None) -> bool:
        """Whether the condition is true for a value.

        `means` gives, per window of the changes, the mean of the series over the window that ends just before
        the value. A change whose mean is missing or zero is not true. A float counts as its shortest decimal
        text (see `contracts.decimals.exact`). Raises ValueError for NaN and the infinities.
        """
        number = exact(value)
        if number in self.values:
            return True
        for change in self.changes:
            mean = means.get(change.window) if means else None
            if mean is not None and change.holds(number, exact(mean)):
                return True
        return False

    def explain(self, unit: str = "") -> str:
        """In words: "below 20 ms", "80 to 89 %", "a drop of at least 10 % over 7 days"."""
        return join_words([term.explain(unit) for term in self.terms])

    def to_promql(self, selector: str, mean: Mean | None = None) -> str:
        """A PromQL query for the samples of a selector for which it holds (see `contracts.promql`)."""
        return condition_promql(self.values, self.changes, selector, mean)

    def __str__(self) -> str:
        return " or ".join(map(str, self.terms))


def parse(source: str | Sequence[Number], unit: UnitSpec | None = None) -> Condition:
    """Read a condition from text, or from a list of two numbers, the closed interval between them.

    `unit` is the one that the KPI is measured in: a condition knows none, so "> 45 min" can only be read with it.
    Raises ConditionError with the column and what was expected, and nothing else.
    """
    if not isinstance(source, str):
        return _parse_list(source)
    try:
        return _parse_text(source, None)
    except ConditionError:
        if unit is None:
            raise
    return _parse_text(source, unit)


def parse_drop(text: str) -> Condition:
    """Read the older key `caution_if_drop_pct`: ">= 10 over 7d" means `drop >= 10% over 7d`."""
    tokens = Tokens(text, ConditionError, LONGEST)
    tokens.take_if("drop")
    change = read_change(tokens, "drop", percent_sign=False)
    tokens.expect_end(_END)
    return Condition((change,))


@lru_cache(maxsize=8192)
def _parse_text(text: str, unit: UnitSpec | None) -> Condition:
    tokens = Tokens(text, ConditionError, LONGEST)
    terms, comma = [read_term(tokens, unit)], None
    while True:
        if tokens.take_if("or"):
            comma = None
        elif tokens.now[1] == ",":  # "below 20, 30 to 40 or above 100": a list, which ends in "or"
            comma = comma or tokens.now
            tokens.take()
        else:
            break
        terms.append(read_term(tokens, unit))
    if tokens.now[1].lower() == "and":
        tokens.fail(_END, None, AND)
    tokens.expect_end(_END)
    if comma:
        tokens.fail('"or"', comma)
    return Condition(tuple(terms))


def _parse_list(source: Iterable[Number]) -> Condition:
    try:
        if not isinstance(source, (list, tuple)):
            raise TypeError
        low, high = (exact(number) for number in source)
    except (TypeError, ValueError):
        raise ConditionError(_written(source), 1, _LIST, _LIST_TOLD) from None
    if not low <= high:
        raise ConditionError(_written(source), 1, _LIST, _LIST_TOLD)
    if not (fits(low) and fits(high)):
        raise ConditionError(_written(source), 1, f"numbers with {DIGITS_EXPECTED}")
    return Condition((Between(trimmed(low), trimmed(high)),))


def _written(source: object) -> str:
    """The list as a text; Python does not write whole numbers of more than 4,300 digits."""
    try:
        return str(source)
    except ValueError:
        return "[…]"
