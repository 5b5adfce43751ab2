"""What the rules say of a form, and on which of its fields they say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from pydantic import ValidationError as ShapeError

from bindings.admin.card import TIMING, Card
from bindings.admin.sheet import Sheet
from bindings.documents import Contract
from bindings.forms import RowForm
from bindings.models import Agent
from bindings.models.agent import ENTRY_FIELDS, Verdict
from contracts.agents import compile_agent
from contracts.checks import check_agent, check_roster
from contracts.documents import RosterDocument
from contracts.documents.shapes import shape_findings
from contracts.findings import Finding, Path
from contracts.severity import BINDING_WORDS, HANDOFF_KEYS, TRIGGER_KEYS
from kpis.gate import as_error, errors_only

FIELD_OF_TIMING = {key: name for name, key in TIMING.items()}
BINDING_FIELDS = {"role": "role", "enabled": "enabled", "condition": "guard"}


@dataclass(frozen=True, slots=True)
class Judged:
    """A form's contract and what the rules say of it. Without a contract, a text in it cannot be kept."""

    contract: Contract | None
    verdict: Verdict

    @property
    def errors(self) -> list[Finding]:
        """What stops a save."""
        return errors_only(self.verdict.findings)


def judge(agent: Agent, sheet: Sheet) -> Judged:
    """What the very rules that judge a save say of the form, saved or not."""
    try:
        contract = sheet.contract()
    except ShapeError as error:
        return Judged(None, Verdict(None, shape_findings(error)))
    name = contract.bindings.agent
    context = Agent(pk=agent.pk, name=name).context(contract.bindings, contract.entry)
    spec = compile_agent(contract.bindings, context)
    roster = RosterDocument.model_construct(version="1.1", last_updated="", agents={name: contract.entry})
    found = [*check_roster(roster, context), *check_agent(spec, context)]
    if agent._state.adding and not name:  # a new form is not blamed for being empty
        found = [finding for finding in found if finding.path[:1] not in (("agent",), ("agents",))]
    return Judged(contract, Verdict(spec, found))


def place_errors(sheet: Sheet, errors: Iterable[Finding]) -> None:
    """Put each finding on the field it is about."""
    for form in sheet.forms():
        form.is_valid()
    for finding in errors:
        form, name = field_of(sheet, finding.path)
        if name is not None and not form.has_error(name, code="required"):
            form.add_error(name, as_error(finding))
        elif name is None:
            form.add_error(None, as_error(finding))


def place_refusal(sheet: Sheet, refused: ValidationError | KeyError) -> None:
    """Put what the model itself refused on the agent's own fields."""
    if isinstance(refused, KeyError):
        refused = ValidationError(f"{refused.args[0]} is gone.")
    for form in sheet.forms():
        form.is_valid()
    by_field = (
        refused.error_dict if hasattr(refused, "error_dict") else {NON_FIELD_ERRORS: refused.error_list}
    )
    for name, errors in by_field.items():
        for error in errors:
            sheet.head.add_error(name if name in sheet.head.fields else None, error)


def field_of(sheet: Sheet, path: Path) -> tuple[RowForm, str | None]:
    """The row and the field that a place of the contract stands in; the row as a whole where none does."""
    match path:
        case ("agent",):
            return sheet.head, "name"
        case ("agents", _, str(key)) if key in ENTRY_FIELDS:
            return sheet.head, key
        case ("agents", _):
            return sheet.head, "name"
        case (str(key), *_) if key in ENTRY_FIELDS:
            return sheet.head, key
        case ("kpis_used", int(number), *rest) if number < len(sheet.cards):
            return field_of_card(sheet.cards[number], tuple(rest))
        case ("collaboration", str(key), int(number), *rest) if key in HANDOFF_KEYS:
            rows = sheet.asking(HANDOFF_KEYS[key])
            name = {"agent": "target", "kpi": "kpi", "reason": "reason"}.get(
                str(rest[0]) if rest else "", "target"
            )
            return (rows[number], name) if number < len(rows) else (sheet.head, None)
    return sheet.head, None


def field_of_card(card: Card, path: Path) -> tuple[RowForm, str | None]:
    """The form and the field of a binding's card that a place of its document stands for."""
    by_severity = {row.severity: row for row in card.triggers}
    match path:
        case ("alerting", "condition") | ("condition",):
            return card.form, "guard"
        case (str(key),) if key in BINDING_FIELDS:
            return card.form, BINDING_FIELDS[key]
        case ("alerting", str(key), *_) if key in TRIGGER_KEYS:
            return by_severity[TRIGGER_KEYS[key]], "condition"
        case ("alerting", "timing", str(word), *rest) if word in BINDING_WORDS:
            name = FIELD_OF_TIMING.get(str(rest[0]) if rest else "", "for_duration")
            return by_severity[BINDING_WORDS[word]], name
        case ("alerting", "actions", int(number), *rest) if number < len(card.listed):
            row = card.listed[number]
            name = str(rest[0]) if rest else "name"
            return row, name if name in row.fields else "name"
    return card.form, None


def error_texts(sheet: Sheet) -> dict[str, list[str]]:
    """Every error by the name of the input it is about."""
    return {
        form.add_prefix(name): [str(error) for error in errors]
        for form in sheet.forms()
        for name, errors in form.errors.items()
    }


def by_card(sheet: Sheet, found: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings, the worst first, each with the binding it is about and where that stands in the page."""
    told = []
    for finding in sorted(found, key=lambda finding: -finding.level.rank):
        row, name = field_of(sheet, finding.path)
        card = next(
            (card for card in sheet.cards if finding.path[:1] == ("kpis_used",) and row in card.forms()), None
        )
        at = card.prefix if card else "handoffs" if finding.path[:1] == ("collaboration",) else ""
        label = card.key if card else "hand-offs" if at else ""
        if name is not None:
            at = row[name].id_for_label
        told.append({"finding": finding, "label": label, "at": at})
    return told
