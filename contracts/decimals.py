"""Exact numbers: how a value becomes a decimal, and how a decimal is written.

Everything in a contract is compared as a decimal, never as a binary float, so that `0.1` means a tenth.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal

Number = Decimal | int | float

# What the database holds, numeric(15,6): nine digits before the point and six after it.
DIGITS_BEFORE_POINT = 9
DIGITS_AFTER_POINT = 6
DIGITS_EXPECTED = f"at most {DIGITS_BEFORE_POINT} digits before the point and {DIGITS_AFTER_POINT} after it"

# How a number may be written, however small it comes out: beyond this nobody means one, and an exponent of
# more digits is more than Python's own decimals can hold.
MOST_DIGITS = 400
MOST_EXPONENT_DIGITS = 4
_BOUNDED = re.compile(
    rf"[-+]?(?:[0-9]{{1,{MOST_DIGITS}}}(?:\.[0-9]{{0,{MOST_DIGITS}}})?|\.[0-9]{{1,{MOST_DIGITS}}})"
    rf"(?:[eE][-+]?[0-9]{{1,{MOST_EXPONENT_DIGITS}}})?"
)

# Every float has at most 767 significant digits and sums or products of a few of them fewer than 2,000:
# with this precision nothing is ever rounded.
EXACT = Context(prec=2000)

# What fits and is trimmed as it stands, which is nearly every number that people write.
_TIDY = re.compile(r"0|-?[1-9][0-9]{0,8}|-?(?:0|[1-9][0-9]{0,8})\.[0-9]{0,5}[1-9]")
_STORED = Context(prec=DIGITS_BEFORE_POINT + DIGITS_AFTER_POINT + 1)
_SMALLEST = Decimal(1).scaleb(-DIGITS_AFTER_POINT)
_ZERO = Decimal(0)
_ONE = Decimal(1)


def exact(value: Number) -> Decimal:
    """The decimal that a number stands for.

    A float is taken by its shortest decimal text (`0.1` is a tenth), because that is the number people
    typed or a device sent; its binary neighbour 0.1000000000000000055… would be neither equal to nor on
    the same side of the limit written in the contract.

    Raises ValueError for NaN and the infinities, TypeError for anything that is not a number.
    """
    if type(value) is not Decimal:
        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
            raise TypeError(f"expected a number, got {type(value).__name__}")
        value = Decimal(float.__repr__(value) if isinstance(value, float) else value)
    if not value.is_finite():
        raise ValueError("expected a finite number")
    return value


def trimmed(value: Decimal) -> Decimal:
    """The same number without trailing zeros, exponent or negative zero: 20.0 is 20, 1E+2 is 100."""
    if not value:
        return _ZERO
    value = EXACT.normalize(value)
    return EXACT.quantize(value, _ONE) if value == EXACT.to_integral_value(value) else value


def read_tidy(text: str) -> Decimal | None:
    """The number, if its digits alone tell that it fits and that there is nothing to trim; None otherwise."""
    return Decimal(text) if _TIDY.fullmatch(text) else None


def read_decimal(text: str) -> Decimal | None:
    """The number that digits, a point and an exponent stand for, trimmed; None where it would not fit.

    Every text of a contract that may be a number is read here: the text's own length is judged before Python
    makes a number of it, which for an exponent of nineteen digits would be an error and not a number.
    """
    number = read_tidy(text)
    if number is None:
        number = read_bounded(text)
        if number is None or not fits(number):
            return None
        number = trimmed(number)
    return number


def read_bounded(text: str) -> Decimal | None:
    """The number just as it is written; None for no number, or more digits than anybody means."""
    return Decimal(text) if _BOUNDED.fullmatch(text) else None


def fits(value: Decimal) -> bool:
    """Whether the number has few enough digits to be stored without rounding."""
    if not value:
        return True
    if not -DIGITS_AFTER_POINT <= value.adjusted() < DIGITS_BEFORE_POINT:
        return False
    return _STORED.quantize(value, _SMALLEST) == value  # compared exactly, whatever the context rounds


def plain(value: Decimal) -> str:
    """The number in plain digits: no exponent, no trailing zeros, no negative zero."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
