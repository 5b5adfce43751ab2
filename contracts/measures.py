"""Numbers with a unit behind them, read as numbers of the unit that a KPI is measured in.

A unit is the KPI's own, or another one of the same kind where the number can be told exactly in the KPI's. Nothing is
guessed: milligrams per decilitre are no millimoles per litre, because that depends on the substance.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from contracts.decimals import EXACT, fits, plain, trimmed
from contracts.tokens import shown
from contracts.units import STANDARD_UNITS, UnitSpec, find_unit

# How much one is, in the smallest of its kind: whole numbers, so that products are exact.
_KINDS: Final[tuple[dict[str, int], ...]] = (
    {
        "milliseconds": 1, "seconds": 1000, "minutes": 60_000, "hours": 3_600_000, "days": 86_400_000,
    },
    {"milligrams": 1, "grams": 1000, "kilograms": 1_000_000},
    {"millimeters": 1, "centimeters": 10, "meters": 1000, "kilometers": 1_000_000},
    {"percentage": 1, "ratio": 100},
)  # fmt: skip


class MeasureError(ValueError):
    """A number cannot be told in the KPI's unit; the message says why, and what to write."""


def unit_called(code: str) -> UnitSpec | None:
    """The unit that a document calls so; of one that is not known, its code is all there is. None without one."""
    if not code:
        return None
    return STANDARD_UNITS.get(code) or find_unit(code) or UnitSpec(code, code.replace("_", " "))


def in_unit(number: Decimal, written: str, unit: UnitSpec | None) -> Decimal:
    """The number in the KPI's unit, where it is written in another. Raises MeasureError."""
    if unit is None:
        raise MeasureError(f'The unit is not known here: leave out "{shown(written)}"')
    if _is_called(unit, written):
        return number
    found = find_unit(written) or (find_unit(f"{written}s") if len(written) > 3 else None)
    mine = f"write the number in {unit.title}"
    if found is None:
        raise MeasureError(f'"{shown(written)}" is no unit that is known: {mine}, without a unit')
    if found.code == unit.code:
        return number
    kind = next((kind for kind in _KINDS if unit.code in kind and found.code in kind), None)
    if kind is None:
        raise MeasureError(f'"{written}" stands for {found.title}, and this KPI is in {unit.title}: {mine}')
    whole = EXACT.multiply(number, Decimal(kind[found.code]))
    told = EXACT.divide(whole, Decimal(kind[unit.code]))
    if EXACT.multiply(told, Decimal(kind[unit.code])) != whole or not fits(told):
        raise MeasureError(f"{plain(number)} {written} cannot be written exactly in {unit.title}: {mine}")
    return trimmed(told)


def _is_called(unit: UnitSpec, written: str) -> bool:
    """Whether a word is the unit's own: its code, symbol, title or UCUM code, in one or in many."""
    word = written.casefold()
    names = [name.casefold() for name in (unit.code, unit.symbol, unit.title, unit.ucum) if name]
    return word in names or (len(word) > 2 and f"{word}s" in names)
