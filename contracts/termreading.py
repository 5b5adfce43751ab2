"""The terms of a condition, out of its tokens: signs or words, with the KPI's unit behind a number or without."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple, cast

from contracts.decimals import plain
from contracts.durations import Duration, read_duration
from contracts.phrases import (
    MOVED,
    alone,
    compared_by_words,
    measured,
    read_number,
    take_percent,
    take_unit,
)
from contracts.terms import (
    CHANGE_OPERATORS,
    OPERATORS,
    Between,
    Change,
    ChangeOperator,
    Comparison,
    Direction,
    Operator,
    Term,
)
from contracts.tokens import Token, Tokens, shown
from contracts.units import UnitSpec

CONDITION: Final = 'a condition such as "< 20", "80..89" or "drop >= 10% over 7d"'
AND: Final = 'There is no "and": an interval such as "20 to 30" has both limits'


class Measure(NamedTuple):
    """A number as it is written: where, and with which unit behind it."""

    number: Decimal
    unit: str
    at: Token
    unit_column: int


def read_term(tokens: Tokens, unit: UnitSpec | None) -> Term:
    """Read one term. `unit` is the KPI's, None where it is not known."""
    kind, text, _ = tokens.now
    if kind == "operator":
        operator = tokens.operator(OPERATORS, CONDITION)
        return Comparison(cast(Operator, operator), _one(tokens, unit))
    if kind in ("number", "dash"):
        return _interval(tokens, unit, ("..", "-", "to"))
    if tokens.take_if("["):
        return _interval(tokens, unit, (",",), "]")
    if text.lower() in ("between", "from"):
        return _interval(tokens, unit, ("and",) if tokens.take()[1].lower() == "between" else ("to",))
    if text.lower() in ("a", "an") and tokens.ahead(1)[1].lower() in MOVED:
        tokens.take()
    direction = MOVED.get(tokens.now[1].lower())
    if direction:
        tokens.take()
        return read_change(tokens, cast(Direction, direction))
    operator = compared_by_words(tokens)
    if not operator:
        rest = shown(tokens.text[tokens.now[2] - 1 :].strip())
        begin = '"above", "below", "at least", "at most", or give two numbers'
        tokens.fail(CONDITION, None, f'"{rest}" is not understood: say {begin}' if rest else "")
    return Comparison(cast(Operator, operator), _one(tokens, unit))


def _one(tokens: Tokens, unit: UnitSpec | None) -> Decimal:
    found = _measure(tokens)
    return measured(tokens, found.number, found.unit, unit, found.unit_column)


def _measure(tokens: Tokens, *, listed: bool = False) -> Measure:
    at, number = tokens.now, read_number(tokens, listed=listed)
    column = tokens.now[2]
    return Measure(number, take_unit(tokens), at, column)


def _interval(tokens: Tokens, unit: UnitSpec | None, between: tuple[str, ...], end: str = "") -> Between:
    """Read two numbers; a unit behind one of them is that of both."""
    low = _measure(tokens, listed=bool(end))
    if end:
        tokens.expect(",")
    elif tokens.now[0] in ("dots", "dash") and ".." in between:
        tokens.take()
    elif not (tokens.now[1].lower() in between and tokens.take()):
        if ".." in between:
            tokens.fail('".." and a second number', None, alone(low.number))
        tokens.fail(f'"{between[0]}" and a second number')
    high = _measure(tokens, listed=bool(end))
    ends = [
        measured(tokens, one.number, one.unit or other.unit, unit, (one if one.unit else other).unit_column)
        for one, other in ((low, high), (high, low))
    ]
    if ends[1] < ends[0]:
        lower, higher = plain(high.number), plain(low.number)
        expected = f"at least {plain(ends[0])}, since an interval may not be reversed,"
        tokens.fail(expected, high.at, f"The lower number comes first: write {lower}..{higher}")
    if end:
        tokens.expect(end)
    return Between(*ends)


def read_change(tokens: Tokens, direction: Direction, *, percent_sign: bool = True) -> Change:
    """Read what comes after the direction: "of at least 10% over 7 days", `>= 10% over 7d`, "10% over 7d"."""
    if percent_sign:
        tokens.take_if("of") or tokens.take_if("by")
    operator = compared_by_words(tokens) if percent_sign else ""
    if not operator and (tokens.now[0] != "number" or not percent_sign):
        operator = tokens.operator(CHANGE_OPERATORS, '">" or ">="')
    if operator and operator not in CHANGE_OPERATORS:
        tokens.fail('">" or ">="', None, 'A change is "at least" or "more than" so many per cent')
    start = tokens.now
    percent = read_number(tokens)
    if percent < 0:
        tokens.fail("a percentage of at least 0", start)
    if not take_percent(tokens) and percent_sign:
        tokens.fail('"%"', None, f"How much a value changes is said in per cent: write {plain(percent)}%")
    if not tokens.take_if("in") and not tokens.take_if("within"):
        tokens.expect("over", '"over" and a length of time such as "7d"')
    return Change(direction, cast(ChangeOperator, operator or ">="), percent, _window(tokens))


def _window(tokens: Tokens) -> Duration:
    tokens.take_if("the")
    tokens.take_if("last") or tokens.take_if("past")
    start = tokens.now
    window = read_duration(tokens, words=True)
    if not window.seconds:
        tokens.fail("a window longer than 0", start)
    return window
