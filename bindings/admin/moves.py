"""Adding, moving and taking away rows of an agent's form, on what was sent: nothing is saved by it.

The buttons say what they do in their value: ``binding``, ``action:bindings-0``, ``handoff``,
``up:bindings-0-actions-1``, ``remove:handoffs-2``. Scripts do most of it in the page; without them, these do.
"""

from __future__ import annotations

import re

from django.http import QueryDict

from contracts.documents import KpiDocument
from kpis.models import KPI

BUTTON = "_do"
CHOSEN = "new_kpi"
"""The input that says which KPI a new binding is about."""
ROW = re.compile(r"(bindings|handoffs)-\d{1,6}|bindings-\d{1,6}-actions-\d{1,6}")


def moved(data: QueryDict, order: str) -> tuple[QueryDict, str]:
    """The same form after what the button says, and the prefix of the row that this was about."""
    data = data.copy()
    what, _, where = order.partition(":")
    if what == "binding":
        kpi = (
            KPI.objects.whole().filter(pk=data.get(CHOSEN, "")).first()
            if is_number(data.get(CHOSEN))
            else None
        )
        return data, add_binding(data, kpi) if kpi else ""
    if what == "handoff":
        prefix = f"handoffs-{free_number(data, 'handoffs')}"
        data[f"{prefix}-severity"] = "critical"
        return data, prefix
    if not ROW.fullmatch(where):
        return data, ""
    if what == "action":
        return data, add_action(data, where)
    if what == "remove":
        for name in [name for name in data if name.startswith(f"{where}-")]:
            del data[name]
        return data, ""
    if what in ("up", "down"):
        swap(data, where, down=what == "down")
    return data, where


def is_number(text: str | None) -> bool:
    """Whether it can be an id."""
    return bool(text) and str(text).isdecimal() and len(str(text)) < 19


def add_binding(data: QueryDict, kpi: KPI) -> str:
    """A row for a KPI that is not bound yet, with the KPI's thresholds as triggers and a step to fill in."""
    for name in data:
        if name.endswith("-key") and data[name] == kpi.name:
            return name.removesuffix("-key")
    prefix = f"bindings-{free_number(data, 'bindings')}"
    document: KpiDocument = kpi.as_document()
    data[f"{prefix}-key"] = kpi.name
    data[f"{prefix}-enabled"] = "on"
    data[f"{prefix}-place"] = str(last_place(data, "bindings") + 1)
    for severity, threshold in document.risk_thresholds.items():
        row = f"{prefix}-{severity.value}"
        data[f"{row}-condition"] = threshold.condition
        data[f"{row}-for_duration"] = threshold.for_
        data[f"{row}-keep_firing_for"] = threshold.keep_firing_for
        data[f"{row}-recover_if"] = threshold.recover_if
    add_action(data, prefix)
    data.pop(CHOSEN, None)
    return prefix


def add_action(data: QueryDict, binding: str) -> str:
    """A blank step behind the last one of a binding."""
    base = f"{binding}-actions"
    prefix = f"{base}-{free_number(data, base)}"
    data[f"{prefix}-place"] = str(last_place(data, base) + 1)
    return prefix


def rows_of(data: QueryDict, base: str) -> dict[int, str]:
    """The rows called ``base-0``, ``base-1`` and so on: their numbers and what marks each one."""
    marking = re.compile(rf"{re.escape(base)}-(\d{{1,6}})-(place|severity)")
    found = (marking.fullmatch(name) for name in data)
    return {int(match[1]): match[0] for match in found if match}


def free_number(data: QueryDict, base: str) -> int:
    """A number that no row has yet."""
    return max(rows_of(data, base), default=-1) + 1


def places(data: QueryDict, base: str) -> list[int]:
    """The rows' numbers in the order of their places."""
    rows = rows_of(data, base)
    return sorted(rows, key=lambda n: (place(data.get(rows[n])), n))


def place(text: str | None) -> int:
    """A place that was sent, or behind all others where it is none."""
    return int(text) if text and text.isdecimal() and len(text) < 8 else 10_000_000


def last_place(data: QueryDict, base: str) -> int:
    """The place of the last row, once they are counted through."""
    numbers = places(data, base)
    for at, number in enumerate(numbers):
        data[f"{base}-{number}-place"] = str(at)
    return len(numbers) - 1


def swap(data: QueryDict, row: str, *, down: bool) -> None:
    """Change places with the next row, or with the one before."""
    base, _, number = row.rpartition("-")
    last_place(data, base)
    order = places(data, base)
    if int(number) not in order:
        return
    at = order.index(int(number))
    other = at + (1 if down else -1)
    if 0 <= other < len(order):
        data[f"{base}-{order[other]}-place"], data[f"{row}-place"] = str(at), str(other)
