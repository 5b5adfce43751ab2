"""The rows of an agent's form out of what was sent.

A row is found by the names of its inputs (``bindings-0-key``, ``bindings-0-actions-2-name``), so a page may add
and take away rows without counting them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import QueryDict

from bindings.admin.card import Inputs
from bindings.forms import ActionForm, BindingForm, RowForm, TriggerForm
from contracts.severity import Severity
from kpis.forms import SEVERITIES

BINDING_ROW = re.compile(r"bindings-(\d{1,6})-place")
ACTION_ROW = re.compile(r"bindings-(\d{1,6})-actions-(\d{1,6})-place")
HAND_OFF_ROW = re.compile(r"handoffs-(\d{1,6})-severity")
GONE = "gone"
"""The input that names the KPI of a stored binding which is taken away; one that is only not sent stays."""


def kept(number: int) -> str:
    """The input that names the KPI of a binding which is closed, and stands elsewhere than it is kept."""
    return f"bindings-{number}-kept"


@dataclass(frozen=True)
class Rows:
    """Makes the rows' forms out of what was sent. With ``bound`` false nothing is said about what is wrong with it."""

    data: QueryDict
    bound: bool

    @property
    def gone(self) -> list[str]:
        """The KPIs whose stored bindings are taken away."""
        return self.data.getlist(GONE)

    def kept(self) -> dict[int, str]:
        """The KPIs of the bindings that are closed and moved, by their numbers."""
        names = {number: kept(number) for number in self.numbers(BINDING_ROW)}
        return {number: str(self.data[name]) for number, name in names.items() if name in self.data}

    def numbers(self, pattern: re.Pattern[str]) -> list[int]:
        """The numbers of the rows whose marking input is there."""
        return sorted({int(match[1]) for name in self.data if (match := pattern.fullmatch(name))})

    @cached_property
    def actions(self) -> Mapping[int, list[int]]:
        """The numbers of each binding's actions."""
        found: defaultdict[int, set[int]] = defaultdict(set)
        for name in self.data:
            if match := ACTION_ROW.fullmatch(name):
                found[int(match[1])].add(int(match[2]))
        return {binding: sorted(numbers) for binding, numbers in found.items()}

    def inputs(self, number: int) -> Inputs:
        """The inputs of an open binding."""
        prefix = f"bindings-{number}"
        triggers = [self.trigger(severity, f"{prefix}-{severity}") for severity in SEVERITIES]
        steps = [self.row(ActionForm, f"{prefix}-actions-{n}") for n in self.actions.get(number, ())]
        steps.sort(key=place_of)
        return Inputs(self.row(BindingForm, prefix), triggers, steps)

    def place(self, number: int) -> int:
        """Where a binding stands."""
        return place_in(self.data.get(f"bindings-{number}-place"))

    def row(self, kind: type[Any], prefix: str | None) -> Any:
        """A form of this kind over the inputs with this prefix."""
        if self.bound:
            return kind(data=self.data, prefix=prefix)
        return kind(initial=self._initial(kind(prefix=prefix)), prefix=prefix)

    def trigger(self, severity: Severity, prefix: str) -> TriggerForm:
        """The trigger that the row of a severity says."""
        if self.bound:
            return TriggerForm(severity, data=self.data, prefix=prefix)
        return TriggerForm(
            severity, initial=self._initial(TriggerForm(severity, prefix=prefix)), prefix=prefix
        )

    def _initial(self, form: RowForm) -> dict[str, Any]:
        return {
            name: fields.widget.value_from_datadict(self.data, {}, form.add_prefix(name))
            for name, fields in form.fields.items()
        }


def place_of(form: RowForm) -> int:
    """Where a row stands among its like."""
    return place_in(form.text("place"))


def place_in(text: str | None) -> int:
    """A place that was sent; what says nonsense comes last."""
    return int(text) if text and text.isdecimal() and len(text) < 8 else 10_000_000
