"""The older key of a bindings file for a drop: ``caution_if_drop_pct: ">= 10 over 7d"``."""

from __future__ import annotations

from contracts.conditions import Change, ConditionError, parse, parse_drop
from contracts.decimals import plain

OLDER_KEY = "caution_if_drop_pct"


def only_drop(condition: str) -> Change | None:
    """The drop that a condition consists of, or None where it says anything else."""
    try:
        terms = parse(condition).terms
    except ConditionError:
        return None
    term = terms[0] if len(terms) == 1 else None
    return term if isinstance(term, Change) and term.direction == "drop" else None


def canonical_drop(text: str) -> str:
    """The condition that the older key's text means; the text itself where it cannot be read."""
    try:
        return str(parse_drop(text))
    except ConditionError:
        return text


def as_older_key(condition: str) -> str:
    """The inverse: the drop without its direction and per cent sign; anything else as it is."""
    drop = only_drop(condition)
    return f"{drop.operator} {plain(drop.percent)} over {drop.window}" if drop else condition
