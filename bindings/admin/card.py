"""One binding of an agent's form: its inputs out of a contract, and the contract out of its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from bindings.forms import ActionForm, BindingForm, RowForm, TriggerForm
from contracts.documents import BindingDocument
from contracts.drops import OLDER_KEY, canonical_drop
from contracts.severity import BINDING_WORD, BINDING_WORDS, Severity
from kpis.forms import SEVERITIES

TIMING = {"for_duration": "for", "keep_firing_for": "keep_firing_for", "recover_if": "recover_if"}
"""The fields of a trigger's timing, by their keys in the file."""


@dataclass(slots=True)
class Inputs:
    """The inputs of an open binding."""

    form: BindingForm
    triggers: list[TriggerForm]
    actions: list[ActionForm]

    @property
    def listed(self) -> list[ActionForm]:
        """The actions that are not blank."""
        return [row for row in self.actions if not row.is_empty]

    def forms(self) -> Iterator[RowForm]:
        """The forms of an open binding, in the order of the page: its own, its triggers' and its actions'."""
        yield from (self.form, *self.triggers, *self.actions)

    def as_data(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """The binding in the shape of the file; what has no input is kept from what its file says now."""
        data = {**stored, "key": self.form.text("key"), "role": self.form.text("role")}
        data["enabled"] = self.form.ticked("enabled")
        alerting = dict(stored.get("alerting", {}))
        guard, where = self.form.text("guard"), alerting if alerting.get("condition") else data
        if guard != (alerting.get("condition") or stored.get("condition", "")):
            where["condition"] = guard
        for row in self.triggers:
            set_trigger(alerting, row.severity, row.text("condition"))
        alerting["timing"] = self._timing(alerting.get("timing", {}))
        alerting["actions"] = self._actions(alerting.get("actions", []))
        return data | {"alerting": alerting}

    def _timing(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        timing = dict(stored)
        for row in self.triggers:
            word = BINDING_WORD[row.severity]
            said = {key: row.text(name) for name, key in TIMING.items()}
            timing[word] = {**timing.get(word, {}), **said}
        return timing

    def _actions(self, stored: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        left = list(stored)
        steps = []
        for row in self.listed:
            name = row.text("name")
            before = next((step for step in left if step.get("name") == name), None)
            if before is not None:
                left.remove(before)
            step = {**(before or {}), "name": name}
            step |= {key: row.text(key) for key in ("description", "deadline")}
            on = row.text("on")
            if (
                on or step.get("on", "") in BINDING_WORDS
            ):  # a word that is no severity stays until one is chosen
                step["on"] = BINDING_WORD[Severity(on)] if on in set(Severity) else on
            steps.append(step)
        return steps


@dataclass(slots=True)
class Card:
    """One binding of the form: open, with its inputs, or closed: of that nothing is sent, and it stays as it is.

    ``stored`` is what is kept of it now, None for a new one. ``number`` is that of its inputs: of a stored one, where
    it is kept among the others. ``place`` is where it stands in the form.
    """

    number: int
    place: int
    stored: BindingDocument | None
    inputs: Inputs | None = None

    @property
    def prefix(self) -> str:
        """What the names of its inputs begin with."""
        return f"bindings-{self.number}"

    @property
    def key(self) -> str:
        """The name of its KPI."""
        if self.inputs:
            return self.inputs.form.text("key")
        return self.stored.key if self.stored else ""

    @property
    def is_moved(self) -> bool:
        """Whether it is closed and stands elsewhere than it is kept: the form has to say so."""
        return self.inputs is None and self.place != self.number

    def forms(self) -> Iterator[RowForm]:
        """All its rows; none where it is closed."""
        yield from self.inputs.forms() if self.inputs else ()

    def said(self) -> BindingDocument | dict[str, Any]:
        """The binding in the shape of the file; a closed one is what is stored, to the letter."""
        stored = as_plain(self.stored) if self.stored and self.inputs else {}
        return self.inputs.as_data(stored) if self.inputs else self.stored or {}


def inputs_of(prefix: str, document: BindingDocument, place: int) -> Inputs:
    """The inputs of a binding as a contract has it."""
    form = BindingForm(
        prefix=prefix,
        initial={
            "key": document.key, "role": document.role, "guard": document.guard, "enabled": document.enabled,
            "place": place,
        },
    )  # fmt: skip
    alerting = as_plain(document.alerting)
    triggers = []
    for severity in SEVERITIES:
        timing = alerting.get("timing", {}).get(BINDING_WORD[severity], {})
        initial = {name: timing.get(key, "") for name, key in TIMING.items()}
        initial["condition"] = shown_condition(alerting, severity)
        triggers.append(TriggerForm(severity, prefix=f"{prefix}-{severity}", initial=initial))
    actions = [
        ActionForm(
            prefix=f"{prefix}-actions-{number}",
            initial={
                "name": row.name, "description": row.description, "deadline": row.deadline, "place": number,
                "on": str(BINDING_WORDS.get(row.on, "")),
            },
        )
        for number, row in enumerate(document.alerting.actions)
    ]  # fmt: skip
    return Inputs(form, triggers, actions)


def as_sent(inputs: Inputs) -> dict[str, str]:
    """What a browser sends of these inputs, as they are."""
    sent = {}
    for form in inputs.forms():
        for name, fields in form.fields.items():
            value = form[name].value()
            if not isinstance(fields, forms.BooleanField):
                sent[form.add_prefix(name)] = "" if value is None else str(value)
            elif value:
                sent[form.add_prefix(name)] = "on"
    return sent


def shown_condition(alerting: Mapping[str, Any], severity: Severity) -> str:
    """The condition of a severity, wherever it is written; an older key's drop is joined by "or"."""
    texts = [alerting.get(f"{BINDING_WORD[severity]}_if", "")]
    if severity is Severity.WARNING and alerting.get(OLDER_KEY):
        texts.append(canonical_drop(alerting[OLDER_KEY]))
    return " or ".join(filter(None, texts))


def set_trigger(alerting: dict[str, Any], severity: Severity, text: str) -> None:
    """Write a condition, if it is another one than is written there; an older key goes with its text."""
    if text == shown_condition(alerting, severity):
        return
    alerting[f"{BINDING_WORD[severity]}_if"] = text
    if severity is Severity.WARNING:
        alerting.pop(OLDER_KEY, None)


def as_plain(document: Any) -> dict[str, Any]:
    """A document as plain data without what is empty."""
    data: dict[str, Any] = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return data
