"""How rules say things: severities, numbers with their unit, names in a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Protocol

from contracts.decimals import plain
from contracts.intervals import IntervalSet
from contracts.severity import Severity
from contracts.spec import KpiSpec
from contracts.units import UnitSpec

SHOWN = 60
"""Characters of somebody's text repeated in a message."""

_WORDS = {Severity.CRITICAL: "critical", Severity.WARNING: "warning", Severity.INFO: "elevated"}


def word(severity: Severity) -> str:
    """``critical``, ``warning``, ``elevated``: as the registry file and the pages say it."""
    return _WORDS[severity]


def the_word(severity: Severity) -> str:
    """What a threshold is: ``critical``, ``the warning``, ``elevated``."""
    return "the warning" if severity is Severity.WARNING else _WORDS[severity]


def a_word(severity: Severity) -> str:
    """What a value is: ``critical``, ``a warning``, ``elevated``."""
    return "a warning" if severity is Severity.WARNING else _WORDS[severity]


def quoted(text: str) -> str:
    """Somebody's text inside a sentence: quoted, short, on one line, nothing in it that cannot be shown."""
    shown = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
    return "“" + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in shown) + "”"


def listed(names: Iterable[str], last: str = "or", limit: int = 5) -> str:
    """``a, b or c``; beyond ``limit`` names, how many more there are."""
    parts = list(names)
    if len(parts) > limit:
        parts = [*parts[:limit], f"{len(parts) - limit} more"]
    return f" {last} ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


class UnitContext(Protocol):
    """A context that knows units."""

    @property
    def units(self) -> Mapping[str, UnitSpec]:
        """Every known unit by its code."""


def symbol(kpi: KpiSpec | None, context: UnitContext) -> str:
    """What stands behind a number of this KPI; "" for a unit without symbol or an unknown one."""
    unit = context.units.get(kpi.document.unit) if kpi else None
    return unit.symbol if unit else ""


def number(value: Decimal, unit: str) -> str:
    """``50 ms``."""
    return f"{plain(value)} {unit}" if unit else plain(value)


def stretch(values: IntervalSet, unit: str) -> str:
    """Roughly where a set of numbers lies: ``30 to 120 ms``, ``below 20 ms``, ``exactly 30 ms``.

    Unlike :meth:`IntervalSet.explain` it does not say whether the ends belong to it: in a message about a
    stretch of numbers, "above 2 and below 4" says no more to its reader than "2 to 4".
    """
    said = []
    for interval in values:
        low, high, *_ = interval
        if low is None or high is None or low == high:
            said.append(interval.explain(unit))
        else:
            said.append(f"{plain(low)} to {number(high, unit)}")
    return " or ".join(said)


def sentence(text: str) -> str:
    """The text with a capital letter, as a sentence begins."""
    return text[:1].upper() + text[1:]
