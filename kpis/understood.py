"""What was understood of a condition that somebody typed, to be shown beneath its field."""

from __future__ import annotations

from django.forms.boundfield import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString

from contracts.conditions import ConditionError, parse
from contracts.units import UnitSpec

CONDITIONS = ("condition", "recover_if")
"""The fields of a threshold's or a trigger's row that hold a condition."""


def understood(text: str, unit: UnitSpec | None) -> SafeString:
    """A condition in words and, where it was typed otherwise, as it is kept; nothing where it cannot be read."""
    try:
        condition = parse(text, unit)
    except ConditionError:
        return SafeString("")
    words = condition.explain(unit.symbol if unit else "")
    if str(condition) == text:
        return format_html("{}", words)
    return format_html("{}, kept as <code>{}</code>", words, str(condition))


def understood_field(bound: BoundField) -> SafeString:
    """What was understood in a field of a form that knows its ``unit``."""
    unit: UnitSpec | None = getattr(bound.form, "unit", None)
    return understood(str(bound.value() or "").strip(), unit)


def place_of(bound: BoundField) -> str:
    """The id of the element that shows it."""
    return f"{bound.id_for_label}_means"
