"""The condition language: `< 20`, `80..89`, `drop >= 10% over 7d`, joined by `or`.

    condition  = term { "or" term }
    term       = comparison | interval | change
    comparison = ("<" | "<=" | ">" | ">=" | "==" | "!=") number
    interval   = number ".." number | number "-" number | "[" number "," number "]"      (closed)
    change     = ("drop" | "rise") (">" | ">=") number "%" "over" duration
    duration   = integer ("s"|"m"|"h"|"d"|"w")

A condition without changes is a set of numbers (`contracts.intervals`), and everything asked about it is
asked of that set. Reading is liberal, writing canonical: `parse(str(condition)) == condition`. For its users
the language is described in docs/conditions.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Final, cast

from contracts.decimals import DIGITS_EXPECTED, Number, exact, fits, plain, read_decimal, trimmed
from contracts.durations import Duration, read_duration
from contracts.intervals import IntervalSet, join_words
from contracts.promql import condition_promql
from contracts.terms import (
    CHANGE_OPERATORS,
    DIRECTIONS,
    OPERATORS,
    Between,
    Change,
    ChangeOperator,
    Comparison,
    Direction,
    Operator,
    Term,
)
from contracts.tokens import ExpectationError, Tokens

__all__ = ["Between", "Change", "Comparison", "Condition", "ConditionError", "Term", "parse", "parse_drop"]

LONGEST: Final = 200
_CONDITION: Final = 'a condition such as "< 20", "80..89" or "drop >= 10% over 7d"'
_END: Final = '"or" or the end of the condition'
_LIST: Final = "a list of two numbers, the lower one first"


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

    def to_promql(self, selector: str) -> str:
        """A PromQL query for the samples of a selector for which it holds (see `contracts.promql`)."""
        return condition_promql(self.values, self.changes, selector)

    def __str__(self) -> str:
        return " or ".join(map(str, self.terms))


def parse(source: str | Sequence[Number]) -> Condition:
    """Read a condition from text, or from a list of two numbers, the closed interval between them.

    Raises ConditionError with the column and what was expected, and nothing else.
    """
    return _parse_text(source) if isinstance(source, str) else _parse_list(source)


def parse_drop(text: str) -> Condition:
    """Read the older key `caution_if_drop_pct`: ">= 10 over 7d" means `drop >= 10% over 7d`."""
    tokens = Tokens(text, ConditionError, LONGEST)
    tokens.take_if("drop")
    change = _change(tokens, "drop", percent_sign=False)
    tokens.expect_end(_END)
    return Condition((change,))


@lru_cache(maxsize=8192)
def _parse_text(text: str) -> Condition:
    tokens = Tokens(text, ConditionError, LONGEST)
    terms = [_term(tokens)]
    while tokens.take_if("or"):
        terms.append(_term(tokens))
    tokens.expect_end(_END)
    return Condition(tuple(terms))


def _parse_list(source: Iterable[Number]) -> Condition:
    try:
        if not isinstance(source, (list, tuple)):
            raise TypeError
        low, high = (exact(number) for number in source)
    except (TypeError, ValueError):
        raise ConditionError(_written(source), 1, _LIST) from None
    if not low <= high:
        raise ConditionError(_written(source), 1, _LIST)
    if not (fits(low) and fits(high)):
        raise ConditionError(_written(source), 1, f"numbers with {DIGITS_EXPECTED}")
    return Condition((Between(trimmed(low), trimmed(high)),))


def _written(source: object) -> str:
    """The list as a text; Python does not write whole numbers of more than 4,300 digits."""
    try:
        return str(source)
    except ValueError:
        return "[…]"


def _term(tokens: Tokens) -> Term:
    kind, text, _ = tokens.now
    if kind == "operator":
        return Comparison(cast(Operator, tokens.operator(OPERATORS, _CONDITION)), _number(tokens))
    if kind in ("number", "dash"):
        return _interval(tokens, bracket=False)
    if tokens.take_if("["):
        return _interval(tokens, bracket=True)
    direction = text.lower()
    if direction not in DIRECTIONS:
        tokens.fail(_CONDITION)
    tokens.take()
    return _change(tokens, cast(Direction, direction))


def _interval(tokens: Tokens, *, bracket: bool) -> Between:
    low = _number(tokens)
    if bracket:
        tokens.expect(",")
    elif tokens.now[0] in ("dots", "dash"):
        tokens.take()
    else:
        tokens.fail('".." and a second number')
    start = tokens.now
    high = _number(tokens)
    if high < low:
        tokens.fail(f"at least {plain(low)}, since an interval may not be reversed,", start)
    if bracket:
        tokens.expect("]")
    return Between(low, high)


def _change(tokens: Tokens, direction: Direction, *, percent_sign: bool = True) -> Change:
    operator = tokens.operator(CHANGE_OPERATORS, '">" or ">="')
    start = tokens.now
    percent = _number(tokens)
    if percent < 0:
        tokens.fail("a percentage of at least 0", start)
    if not tokens.take_if("%") and percent_sign:
        tokens.fail('"%"')
    tokens.expect("over", '"over" and a length of time such as "7d"')
    return Change(direction, cast(ChangeOperator, operator), percent, _window(tokens))


def _window(tokens: Tokens) -> Duration:
    start = tokens.now
    window = read_duration(tokens)
    if not window.seconds:
        tokens.fail("a window longer than 0", start)
    return window


def _number(tokens: Tokens) -> Decimal:
    start = tokens.now
    kind, text, _ = tokens.take()
    negative = kind == "dash"
    if negative:
        kind, text, _ = tokens.take()
    if kind != "number":
        tokens.fail("a number", start)
    number = read_decimal(text)
    if number is None:
        tokens.fail(f"a number with {DIGITS_EXPECTED}", start)
    return number.copy_negate() if negative and number else number
