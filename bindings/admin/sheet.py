"""An agent's whole contract as one form: rows out of a contract or a request, and a contract out of rows.

A row is found by the names of its inputs (``bindings-0-key``, ``bindings-0-actions-2-name``), so a page may add
and take away rows without counting them. What the form has no field for comes from the stored contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from bindings.admin.card import Card, as_plain, card_of
from bindings.documents import Contract
from bindings.forms import ActionForm, BindingForm, HandOffForm, HeadForm, RowForm, TriggerForm
from bindings.models import Agent
from contracts.documents import BindingsDocument, RosterAgent
from contracts.severity import HANDOFF_KEYS, Severity
from kpis.forms import SEVERITIES

BINDING_ROW = re.compile(r"bindings-(\d{1,6})-place")
ACTION_ROW = re.compile(r"bindings-(\d{1,6})-actions-(\d{1,6})-place")
HAND_OFF_ROW = re.compile(r"handoffs-(\d{1,6})-severity")
HANDOFF_KEY = {severity: key for key, severity in HANDOFF_KEYS.items()}


@dataclass(slots=True)
class Sheet:
    """The whole form. ``bound`` when it shows what was wrong with what was sent."""

    head: HeadForm
    cards: list[Card]
    hand_offs: list[HandOffForm]
    stored: Contract | None
    bound: bool

    @classmethod
    def of_contract(cls, agent: Agent, contract: Contract, stored: Contract | None) -> Sheet:
        """The form as it is opened: ``contract`` is what it shows, ``stored`` what is kept now."""
        entry = contract.entry
        head = HeadForm(
            initial={
                "name": contract.bindings.agent, "code": agent.code, "role": entry.role, "status": entry.status,
                "enabled": entry.enabled, "tags": list(entry.tags), "started_from": agent.revision,
            }
        )  # fmt: skip
        saved = stored_bindings(stored)
        cards = [
            card_of(f"bindings-{number}", row, number, saved.get(row.key, {}))
            for number, row in enumerate(contract.bindings.kpis_used)
        ]
        rows = [
            HandOffForm(
                prefix=f"handoffs-{number}",
                initial={
                    "severity": str(severity),
                    "target": row.agent,
                    "kpi": row.kpi,
                    "reason": row.reason,
                },
            )
            for number, (severity, row) in enumerate(hand_offs_of(contract.bindings))
        ]
        return cls(head, cards, rows, stored, bound=False).with_choices()

    @classmethod
    def of_post(cls, data: QueryDict, stored: Contract | None, *, bound: bool = True) -> Sheet:
        """The form as it was sent. With ``bound`` false nothing is said yet about what is wrong with it."""
        make = Rows(data, bound)
        saved = stored_bindings(stored)
        cards = []
        for number in sorted(make.numbers(BINDING_ROW)):
            prefix = f"bindings-{number}"
            form = make.row(BindingForm, prefix)
            triggers = [make.trigger(severity, f"{prefix}-{severity}") for severity in SEVERITIES]
            steps = [make.row(ActionForm, f"{prefix}-actions-{n}") for n in make.actions_of(number)]
            steps.sort(key=place_of)
            cards.append(Card(form, triggers, steps, saved.get(form.text("key"), {})))
        cards.sort(key=lambda card: place_of(card.form))
        rows = [make.row(HandOffForm, f"handoffs-{n}") for n in sorted(make.numbers(HAND_OFF_ROW))]
        return cls(make.row(HeadForm, None), cards, rows, stored, bound).with_choices()

    def with_choices(self) -> Sheet:
        """This sheet, its hand-offs free to be about any KPI that it binds."""
        for row in self.hand_offs:
            row.offer(self.watched)
        return self

    @property
    def watched(self) -> list[str]:
        """The names of the KPIs that it binds."""
        return [card.key for card in self.cards]

    def forms(self) -> Iterator[RowForm]:
        """All rows of the form."""
        yield self.head
        for card in self.cards:
            yield from card.forms()
        yield from self.hand_offs

    def asking(self, severity: Severity) -> list[HandOffForm]:
        """The hand-offs of one severity that are not blank, in order."""
        return [row for row in self.hand_offs if row.text("severity") == severity and not row.is_empty]

    def document(self) -> BindingsDocument:
        """What the bindings file would say. Raises pydantic's error for a text that no file can hold."""
        data: dict[str, Any] = as_plain(self.stored.bindings) if self.stored else {}
        collaboration = dict(data.get("collaboration", {}))
        for severity, key in HANDOFF_KEY.items():
            left = list(collaboration.get(key, []))
            collaboration[key] = [hand_off_data(row, left) for row in self.asking(severity)]
        return BindingsDocument.model_validate(
            data
            | {
                "agent": self.head["name"].value() or "",
                "kpis_used": [card.as_data() for card in self.cards],
                "collaboration": collaboration,
            }
        )

    def entry(self) -> RosterAgent:
        """What the roster would say. Raises pydantic's error as well."""
        data: dict[str, Any] = as_plain(self.stored.entry) if self.stored else {}
        said = {
            "enabled": self.head.ticked("enabled"),
            "status": self.head.text("status") or odd_status(data),
            "role": self.head.text("role"),
            "tags": self.head.words(),
        }
        return RosterAgent.model_validate(data | said)

    def contract(self) -> Contract:
        """The whole contract that the form says: its bindings and its entry on the roster."""
        return Contract(self.document(), self.entry())


@dataclass(frozen=True, slots=True)
class Rows:
    """Makes the rows' forms out of what was sent."""

    data: QueryDict
    bound: bool

    def numbers(self, pattern: re.Pattern[str]) -> set[int]:
        """The numbers of the rows whose marking input is there."""
        return {int(match[1]) for name in self.data if (match := pattern.fullmatch(name))}

    def actions_of(self, binding: int) -> list[int]:
        """The numbers of a binding's actions."""
        found = [match for name in self.data if (match := ACTION_ROW.fullmatch(name))]
        return sorted(int(match[2]) for match in found if int(match[1]) == binding)

    def row(self, kind: type[Any], prefix: str | None) -> Any:
        """A form of this kind over the inputs with this prefix."""
        return kind(**self._source(kind(prefix=prefix)), prefix=prefix)

    def trigger(self, severity: Severity, prefix: str) -> TriggerForm:
        """The trigger that the row of a severity says."""
        return TriggerForm(severity, **self._source(TriggerForm(severity, prefix=prefix)), prefix=prefix)

    def _source(self, form: RowForm) -> dict[str, Any]:
        if self.bound:
            return {"data": self.data}
        return {
            "initial": {
                name: fields.widget.value_from_datadict(self.data, {}, form.add_prefix(name))
                for name, fields in form.fields.items()
            }
        }


def place_of(form: RowForm) -> int:
    """Where a row stands among its like; one that says nonsense comes last."""
    text = form.text("place")
    return int(text) if text.isdecimal() else 1_000_000


def hand_off_data(row: HandOffForm, left: list[Any]) -> dict[str, Any]:
    """A hand-off in the shape of the file, with what is kept of the one to the same agent, at best about the same."""
    target, kpi = row.text("target"), row.text("kpi")
    same = [step for step in left if step.get("agent") == target]
    before = next((step for step in same if step.get("kpi", "") == kpi), same[0] if same else None)
    if before is not None:
        left.remove(before)
    return {**(before or {}), "agent": target, "kpi": kpi, "reason": row.text("reason")}


def hand_offs_of(document: BindingsDocument) -> Iterator[tuple[Severity, Any]]:
    """Every hand-off with its severity, worst first."""
    for severity, key in HANDOFF_KEY.items():
        for row in getattr(document.collaboration, key):
            yield severity, row


def stored_bindings(contract: Contract | None) -> dict[str, dict[str, Any]]:
    """The stored bindings by their KPI's name."""
    rows = contract.bindings.kpis_used if contract else []
    return {row.key: as_plain(row) for row in rows}


def odd_status(data: Mapping[str, Any]) -> str:
    """A stored status that is none of the four: the form cannot show it, so it stays until one is chosen."""
    status = str(data.get("status", ""))
    return "" if status in Agent.Status.values else status
