"""How people say a condition: words for signs, the unit behind a number, and the slips worth a sentence."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from contracts.decimals import DIGITS_EXPECTED, plain, read_decimal
from contracts.measures import MeasureError, in_unit
from contracts.tokens import Tokens, shown
from contracts.units import UnitSpec

COMPARED: Final[dict[tuple[str, ...], str]] = {
    ("above",): ">", ("over",): ">", ("more", "than"): ">", ("greater", "than"): ">", ("higher", "than"): ">",
    ("below",): "<", ("under",): "<", ("less", "than"): "<", ("lower", "than"): "<", ("fewer", "than"): "<",
    ("at", "least"): ">=", ("at", "most"): "<=", ("exactly",): "==", ("anything", "but"): "!=",
}  # fmt: skip
MOVED: Final = {"drop": "drop", "fall": "drop", "decrease": "drop", "rise": "rise", "increase": "rise"}
_BOUNDARIES: Final = frozenset({"or", "and", "to"})
_BEGINS_UNIT: Final = frozenset("%°µμ/")
_PERCENT: Final = (("%",), ("percent",), ("per", "cent"))


def take_words(tokens: Tokens, words: tuple[str, ...]) -> bool:
    """Read these words if they come next, whatever their case."""
    if not all(tokens.ahead(at)[1].lower() == word for at, word in enumerate(words)):
        return False
    for _ in words:
        tokens.take()
    return True


def compared_by_words(tokens: Tokens) -> str:
    """The sign that the next words stand for: `at least` is `>=`; "" where they are none."""
    for words, operator in COMPARED.items():
        if take_words(tokens, words):
            return operator
    return ""


def take_percent(tokens: Tokens) -> bool:
    """Read a per cent sign, or its words."""
    return any(take_words(tokens, words) for words in _PERCENT)


def read_number(tokens: Tokens, *, listed: bool = False) -> Decimal:
    """Read a number with its sign; in a list, a comma ends it."""
    start = tokens.now
    kind, text, _ = tokens.take()
    negative = kind == "dash"
    if negative:
        kind, text, _ = tokens.take()
    if kind != "number":
        tokens.fail("a number", start)
    if not listed:
        _refuse_comma(tokens)
    number = read_decimal(text)
    if number is None:
        tokens.fail(
            f"a number with {DIGITS_EXPECTED}", start, f"{shown(text)} is too long: {DIGITS_EXPECTED}"
        )
    return number.copy_negate() if negative and number else number


def _refuse_comma(tokens: Tokens) -> None:
    """A comma right inside a number is a decimal comma, or one for thousands; which, nobody can tell."""
    (_, comma, at), (kind, digits, behind) = tokens.now, tokens.ahead(1)
    if comma != "," or kind != "number" or behind != at + 1 or not tokens.text[at - 2].isdigit():
        return
    before = tokens.text[: at - 1]
    whole = before[len(before.rstrip("0123456789.")) :]
    told = f"Numbers have a decimal point, not a comma: write {whole}.{digits}"
    if len(digits) == 3:
        told = f"Leave out the comma: write {whole}{digits}, or {whole}.{digits} with a decimal point"
    tokens.fail("a number with a decimal point", None, told)


def take_unit(tokens: Tokens) -> str:
    """Read what stands behind a number up to the next part of the condition: the unit, as it is written."""
    start = tokens.now
    if start[0] != "word" and start[1] not in _BEGINS_UNIT:
        return ""
    while not _is_boundary(tokens):
        tokens.take()
    return tokens.text[start[2] - 1 : tokens.now[2] - 1].strip()


def _is_boundary(tokens: Tokens) -> bool:
    kind, text, _ = tokens.now
    return kind in ("end", "dots", "dash", "operator") or text in (",", "]") or text.lower() in _BOUNDARIES


def measured(tokens: Tokens, number: Decimal, written: str, unit: UnitSpec | None, column: int) -> Decimal:
    """The number in the KPI's unit; `written` is the unit behind it, "" for none."""
    if not written:
        return number
    try:
        return in_unit(number, written, unit)
    except MeasureError as error:
        tokens.fail_at(column, '"or" or the end of the condition', str(error))


def alone(number: Decimal) -> str:
    """What to say of a number without anything that compares it."""
    one = plain(number)
    return (
        f'{one} alone is no condition: write "above {one}", "below {one}" or an interval such as "{one} to …"'
    )
