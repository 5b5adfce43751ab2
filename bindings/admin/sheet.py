"""An agent's whole contract as one form: rows out of a contract or a request, and a contract out of rows.

What the form has no field for comes from the stored contract, and so does every binding that is closed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from django.http import QueryDict

from bindings.admin.card import Card, as_plain, as_sent, inputs_of
from bindings.admin.posted import BINDING_ROW, HAND_OFF_ROW, Rows
from bindings.documents import Contract
from bindings.forms import HandOffForm, HeadForm, RowForm
from bindings.models import Agent
from contracts.documents import BindingDocument, BindingsDocument, RosterAgent
from contracts.severity import HANDOFF_KEYS, Severity

HANDOFF_KEY = {severity: key for key, severity in HANDOFF_KEYS.items()}
OPEN_AT_ONCE = 12
"""An agent with no more bindings than this is opened with all of them open."""


@dataclass(slots=True)
class Sheet:
    """The whole form. ``bound`` when it shows what was wrong with what was sent.

    ``gone`` are the KPIs of stored bindings that it takes away.
    """

    head: HeadForm
    cards: list[Card]
    hand_offs: list[HandOffForm]
    stored: Contract | None
    bound: bool
    gone: list[str]

    @classmethod
    def of_contract(
        cls, agent: Agent, contract: Contract, stored: Contract | None, opened: Collection[str] = ()
    ) -> Sheet:
        """The form as it is opened: ``contract`` is what it shows, ``stored`` what is kept now.

        ``opened`` are prefixes of bindings to open; those that are not as stored are open in any case.
        """
        cards = cards_of(contract, stored, opened)
        there = {card.key for card in cards}
        gone = [key for key in stored_bindings(stored) if key not in there]
        return cls(head_of(agent, contract), cards, asked_in(contract), stored, bound=False, gone=gone)

    @classmethod
    def of_post(cls, data: QueryDict, stored: Contract | None, *, bound: bool = True) -> Sheet:
        """The form as it was sent. With ``bound`` false nothing is said yet about what is wrong with it.

        A stored binding of which nothing was sent is as it is stored, and where it is.
        """
        make = Rows(data, bound)
        saved = stored_bindings(stored)
        moved = make.kept()
        cards = []
        for number in make.numbers(BINDING_ROW):
            if number not in moved:
                inputs = make.inputs(number)
                _, document = saved.get(inputs.form.text("key"), (0, None))
                cards.append(Card(number, make.place(number), document, inputs))
        sent = {card.key for card in cards} | set(make.gone)
        places = {key: make.place(number) for number, key in moved.items()}
        free = free_numbers(cards, saved)
        taken = {card.number for card in cards}
        for key, (number, document) in saved.items():
            if key not in sent:
                own = next(free) if number in taken else number
                cards.append(Card(own, places.get(key, number), document))
        cards.sort(key=lambda card: (card.place, card.number))
        rows = [make.row(HandOffForm, f"handoffs-{n}") for n in make.numbers(HAND_OFF_ROW)]
        return cls(make.row(HeadForm, None), cards, rows, stored, bound, gone=make.gone)

    def open(self, card: Card) -> None:
        """Give a closed binding its inputs, as if they had been sent as they are stored."""
        if card.inputs is None and card.stored is not None:
            data = QueryDict(mutable=True)
            data.update(as_sent(inputs_of(card.prefix, card.stored, card.place)))
            card.inputs = Rows(data, self.bound).inputs(card.number)

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
                "kpis_used": [card.said() for card in self.cards],
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


def head_of(agent: Agent, contract: Contract) -> HeadForm:
    """The inputs about the agent itself."""
    entry = contract.entry
    return HeadForm(
        initial={
            "name": contract.bindings.agent, "code": agent.code, "role": entry.role, "status": entry.status,
            "enabled": entry.enabled, "tags": list(entry.tags), "started_from": agent.revision,
        }
    )  # fmt: skip


def asked_in(contract: Contract) -> list[HandOffForm]:
    """The inputs of the hand-offs."""
    return [
        HandOffForm(
            prefix=f"handoffs-{number}",
            initial={
                "severity": str(severity), "target": row.agent, "kpi": row.kpi, "reason": row.reason,
            },
        )
        for number, (severity, row) in enumerate(hand_offs_of(contract.bindings))
    ]  # fmt: skip


def cards_of(contract: Contract, stored: Contract | None, opened: Collection[str]) -> list[Card]:
    """The bindings of a contract: open where they are to be, or say something that is not stored."""
    saved = stored_bindings(stored)
    rows = contract.bindings.kpis_used
    free = count(len(saved))
    cards = []
    for place, row in enumerate(rows):
        number, document = saved.pop(row.key, None) or (next(free), None)
        card = Card(number, place, document)
        if document != row or len(rows) <= OPEN_AT_ONCE or card.prefix in opened:
            card.inputs = inputs_of(card.prefix, row, place)
        cards.append(card)
    return cards


def free_numbers(cards: Collection[Card], saved: Collection[str]) -> Iterator[int]:
    """Numbers that no binding has."""
    return count(max([len(saved), *(card.number + 1 for card in cards)]))


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


def stored_bindings(contract: Contract | None) -> dict[str, tuple[int, BindingDocument]]:
    """The stored bindings by their KPI's name, each with its number."""
    rows = contract.bindings.kpis_used if contract else []
    return {row.key: (number, row) for number, row in enumerate(rows)}


def odd_status(data: Mapping[str, Any]) -> str:
    """A stored status that is none of the four: the form cannot show it, so it stays until one is chosen."""
    status = str(data.get("status", ""))
    return "" if status in Agent.Status.values else status
