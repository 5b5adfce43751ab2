"""Adding, moving and taking away rows of an agent's form, on what was sent: nothing is saved by it.

The buttons say what they do in their value: ``binding``, ``open:bindings-7``, ``action:bindings-0``, ``handoff``,
``up:bindings-0-actions-1``, ``remove:handoffs-2``. Scripts do most of it in the page; without them, these do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from django.http import QueryDict

from bindings.admin.card import as_sent, inputs_of
from bindings.admin.posted import GONE, kept, place_in
from contracts.documents import BindingDocument, KpiDocument
from kpis.models import KPI

BUTTON = "_do"
CHOSEN = "new_kpi"
"""The input that says which KPI a new binding is about."""
ROW = re.compile(r"(bindings|handoffs)-\d{1,6}|bindings-\d{1,6}-actions-\d{1,6}")


def moved(data: QueryDict, order: str, stored: Sequence[BindingDocument] = ()) -> tuple[QueryDict, str]:
    """The same form after what the button says, and the prefix of the row that this was about.

    ``stored`` are the agent's bindings; those of which nothing was sent are closed, and move nevertheless.
    """
    data = data.copy()
    what, _, where = order.partition(":")
    if what == "binding":
        kpi = (
            KPI.objects.whole().filter(pk=data.get(CHOSEN, "")).first()
            if is_number(data.get(CHOSEN))
            else None
        )
        return data, add_binding(data, kpi, stored) if kpi else ""
    if what == "handoff":
        prefix = f"handoffs-{free_number(data, 'handoffs')}"
        data[f"{prefix}-severity"] = "critical"
        return data, prefix
    if not ROW.fullmatch(where):
        return data, ""
    if what == "action":
        return data, add_action(data, where)
    if what == "remove":
        remove(data, where)
        return data, ""
    if what == "open":
        open_binding(data, where, stored)
    if what in ("up", "down"):
        swap(data, where, stored, down=what == "down")
    return data, where


def is_number(text: str | None) -> bool:
    """Whether it can be an id."""
    return bool(text) and str(text).isdecimal() and len(str(text)) < 19


def add_binding(data: QueryDict, kpi: KPI, stored: Sequence[BindingDocument]) -> str:
    """A row for a KPI that is not bound yet, with the KPI's thresholds as triggers and a step to fill in."""
    for number, key in closed(data, stored).items():
        if key == kpi.name:
            open_binding(data, f"bindings-{number}", stored)
            return f"bindings-{number}"
    for name in data:
        if name.endswith("-key") and data[name] == kpi.name:
            return name.removesuffix("-key")
    prefix = f"bindings-{max(free_number(data, 'bindings'), len(stored))}"
    document: KpiDocument = kpi.as_document()
    data[f"{prefix}-key"] = kpi.name
    data[f"{prefix}-enabled"] = "on"
    data[f"{prefix}-place"] = str(next_place(places(data, "bindings", stored)))
    for severity, threshold in document.risk_thresholds.items():
        row = f"{prefix}-{severity.value}"
        data[f"{row}-condition"] = threshold.condition
        data[f"{row}-for_duration"] = threshold.for_
        data[f"{row}-keep_firing_for"] = threshold.keep_firing_for
        data[f"{row}-recover_if"] = threshold.recover_if
    add_action(data, prefix)
    data.pop(CHOSEN, None)
    return prefix


def open_binding(data: QueryDict, prefix: str, stored: Sequence[BindingDocument]) -> None:
    """Send what is stored of a closed binding, so that it has inputs; it stays where it stands."""
    number = int(prefix.rpartition("-")[2])
    if number not in closed(data, stored):
        return
    place = places(data, "bindings", stored)[number]
    data.pop(kept(number), None)
    for name, value in as_sent(inputs_of(prefix, stored[number], place)).items():
        data[name] = value


def remove(data: QueryDict, prefix: str) -> None:
    """Take a row away; a binding that is stored has to be named, since one that is only not sent stays."""
    key = data.get(f"{prefix}-key") if prefix.startswith("bindings-") and "actions" not in prefix else None
    for name in [name for name in data if name.startswith(f"{prefix}-")]:
        del data[name]
    if key:
        data.appendlist(GONE, key)


def add_action(data: QueryDict, binding: str) -> str:
    """A blank step behind the last one of a binding."""
    base = f"{binding}-actions"
    prefix = f"{base}-{free_number(data, base)}"
    data[f"{prefix}-place"] = str(next_place(places(data, base)))
    return prefix


def rows_of(data: QueryDict, base: str) -> dict[int, str]:
    """The rows called ``base-0``, ``base-1`` and so on: their numbers and what marks each one."""
    marking = re.compile(rf"{re.escape(base)}-(\d{{1,6}})-(place|severity)")
    found = (marking.fullmatch(name) for name in data)
    return {int(match[1]): match[0] for match in found if match}


def free_number(data: QueryDict, base: str) -> int:
    """A number that no row has yet."""
    return max(rows_of(data, base), default=-1) + 1


def closed(data: QueryDict, stored: Sequence[BindingDocument]) -> dict[int, str]:
    """The numbers and KPIs of stored bindings that were not sent with their inputs, nor taken away."""
    sent = {data[name] for name in data if name.endswith("-key")} | set(data.getlist(GONE))
    return {number: row.key for number, row in enumerate(stored) if row.key not in sent}


def places(data: QueryDict, base: str, stored: Sequence[BindingDocument] = ()) -> dict[int, int]:
    """Where each row stands, by its number and in their order."""
    found = {number: number for number in closed(data, stored)} | {
        number: place_in(data.get(name)) for number, name in rows_of(data, base).items()
    }
    return dict(sorted(found.items(), key=lambda row: (row[1], row[0])))


def next_place(found: Mapping[int, int]) -> int:
    """The place behind all others."""
    return max(found.values(), default=-1) + 1


def swap(data: QueryDict, row: str, stored: Sequence[BindingDocument], *, down: bool) -> None:
    """Change places with the next row, or with the one before; only what stands elsewhere then is written down."""
    base, _, number = row.rpartition("-")
    out = closed(data, stored) if base == "bindings" else {}
    found = places(data, base, stored if base == "bindings" else ())
    order = list(found)
    if int(number) not in order:
        return
    at = order.index(int(number))
    other = at + (1 if down else -1)
    if not 0 <= other < len(order):
        return
    order[at], order[other] = order[other], order[at]
    values = list(found.values())
    if len(set(values)) < len(values):  # somebody sent nonsense: count them through
        values = list(range(len(values)))
    for one, place in zip(order, values, strict=True):
        if found[one] != place:
            data[f"{base}-{one}-place"] = str(place)
            if one in out:
                data[kept(one)] = out[one]
