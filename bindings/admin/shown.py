"""What an agent's form shows beside its inputs: each binding in short or with its picture, and what the rules say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html

from bindings.action_words import words_of
from bindings.admin.card import Card, as_plain, shown_condition
from bindings.admin.placing import Judged
from bindings.admin.sheet import OPEN_AT_ONCE, Sheet
from bindings.admin.told import by_binding, chips, entries, marks
from bindings.models import Agent
from bindings.pictures import binding_picture
from contracts.agents import BindingSpec
from contracts.catalogue import RULES
from contracts.documents import BindingDocument
from contracts.severity import REGISTRY_WORD
from contracts.texts import folded
from kpis.admin.kpi import counted
from kpis.forms import SEVERITIES
from kpis.models import KPI

TEMPLATES = "admin/bindings/agent"
NARROWINGS = {
    "": "all of them",
    "problems": "with errors or warnings",
    **{str(severity): f"that act at {REGISTRY_WORD[severity]}" for severity in SEVERITIES},
    "inherits": "on the registry’s thresholds",
    "off": "switched off",
}
"""What the list of bindings can be narrowed to; what rules say comes on top."""


def meaning(agent: Agent, sheet: Sheet, judged: Judged) -> dict[str, Any]:
    """What the form would mean: each binding, and what the rules say of them and of the whole."""
    spec = judged.verdict.spec
    bindings: Sequence[BindingSpec | None] = spec.bindings if spec else [None] * len(sheet.cards)
    told = by_binding(sheet, judged.verdict.findings)
    cards = shown_cards(sheet.cards, bindings)
    for each in cards:
        found = told.get(each["card"].prefix, ())
        each |= {"chips": chips(found), "marks": marks(found)}
    return {"cards": cards, "told": entries(sheet, judged.verdict.findings), "judged": judged}


def shown_cards(cards: Sequence[Card], bindings: Sequence[BindingSpec | None]) -> list[dict[str, Any]]:
    """Bindings as templates show them: the open ones with picture and steps, two queries for all of them."""
    opened = [card for card in cards if card.inputs]
    rows = KPI.objects.select_related("unit").filter(name__in=[card.key for card in opened])
    kpis = {kpi.name: kpi for kpi in rows} if opened else {}
    steps = [step for card in opened if card.inputs for step in card.inputs.actions]
    words = words_of({step.text("name") for step in steps}) if steps else {}
    for step in steps:
        step.words = words.get(step.text("name"))
    return [
        open_card(card, binding, kpis.get(card.key)) if card.inputs else closed_card(card, binding)
        for card, binding in zip(cards, bindings, strict=True)
    ]


def open_card(card: Card, binding: BindingSpec | None, kpi: KPI | None) -> dict[str, Any]:
    """A binding with its inputs: its KPI, its picture, and whether it inherits."""
    for trigger in card.inputs.triggers if card.inputs else ():
        trigger.unit = kpi.unit.as_spec() if kpi else None
    return {
        "card": card,
        "kpi": kpi,
        "title": kpi.title if kpi else "",
        "picture": binding_picture(binding, kpi.unit.symbol) if binding and kpi else None,
        "inherits": inherits(binding),
        "has": traits(binding),
    }


def closed_card(card: Card, binding: BindingSpec | None) -> dict[str, Any]:
    """A binding in one line: when it acts, how many steps it takes, and what it is to the agent."""
    document = card.stored or BindingDocument(key=card.key)
    alerting = as_plain(document.alerting)
    conditions = [(severity, shown_condition(alerting, severity)) for severity in SEVERITIES]
    title = binding.kpi.document.title if binding and binding.kpi else ""
    code = format_html("<code>{}</code>", card.key)
    words = (
        "" if document.enabled else "switched off",
        "the registry’s thresholds" if inherits(binding) else "",
        counted(len(document.alerting.actions), "step"),
        document.role.replace("_", " "),
    )
    return {
        "card": card,
        "uid": card.prefix,
        "key": card.key,
        "place": str(card.place),
        "moved": card.is_moved,
        "title": title,
        "name": format_html("{} {}", title, code) if title else code,
        "conditions": [(severity, text) for severity, text in conditions if text],
        "line": " · ".join(filter(None, words)),
        "has": traits(binding),
    }


def inherits(binding: BindingSpec | None) -> bool:
    """Whether it acts on the registry's thresholds."""
    return binding is not None and not binding.triggers


def traits(binding: BindingSpec | None) -> str:
    """What the list of bindings can be narrowed by, as words of NARROWINGS."""
    if binding is None:
        return ""
    found = [str(severity) for severity in SEVERITIES if severity in (binding.severities or ())]
    found += ["inherits"] if inherits(binding) else []
    return " ".join(found if binding.document.enabled else [*found, "off"])


def narrowed(asked: Mapping[str, str], cards: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The list of bindings narrowed as an address asks: what does not match is there, and hidden."""
    words, show = folded(asked.get("q", "").strip()), asked.get("show", "")
    left = 0
    for each in cards:
        has = f"{each['has']} {each['marks']}".split()
        text = folded(f"{each['title']} {each['card'].key}")
        each["hidden"] = words not in text or bool(show and show not in has)
        left += not each["hidden"]
    rules = sorted({mark for each in cards for mark in each["marks"].split() if mark != "problems"})
    return {
        "finds": len(cards) > OPEN_AT_ONCE,
        "find": {"q": asked.get("q", ""), "show": show, "left": left},
        "narrowings": {
            **NARROWINGS,
            **{rule: f"{rule}: {RULES[rule].title}" for rule in rules if rule in RULES},
        },
    }
