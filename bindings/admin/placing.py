"""What the rules say of a form, and on which of its fields they say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from pydantic import ValidationError as ShapeError

from bindings.admin.card import TIMING, Inputs
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
MOST_OPENED = 20
"""So many closed bindings are opened by what is wrong with them; the list of findings leads to the others."""
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
    """Put each finding on the field it is about; closed bindings are opened by it."""
    errors = list(errors)
    open_concerned(sheet, errors)
    for form in sheet.forms():
        form.is_valid()
    for finding in errors:
        at = field_of(sheet, finding.path)
        if at is None:
            continue
        form, name = at
        if name is not None and not form.has_error(name, code="required"):
            form.add_error(name, as_error(finding))
        elif name is None:
            form.add_error(None, as_error(finding))


def open_concerned(sheet: Sheet, errors: Iterable[Finding]) -> None:
    """Open the closed bindings that are wrong, the first of them."""
    concerned = {at: None for finding in errors if (at := place_of_card(sheet, finding.path)) is not None}
    for at in [at for at in concerned if not sheet.cards[at].inputs][:MOST_OPENED]:
        sheet.open(sheet.cards[at])


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


def place_of_card(sheet: Sheet, path: Path) -> int | None:
    """Which of the form's bindings a place of the contract belongs to, None where to none."""
    match path:
        case ("kpis_used", int(number), *_) if number < len(sheet.cards):
            return number
    return None


def field_of(sheet: Sheet, path: Path) -> tuple[RowForm, str | None] | None:
    """The row and the field that a place of the contract stands in; the row as a whole where none does.

    None for what stands in a binding that is closed.
    """
    at = place_of_card(sheet, path)
    if at is not None:
        inputs = sheet.cards[at].inputs
        return field_of_inputs(inputs, path[2:]) if inputs else None
    match path:
        case ("agent",):
            return sheet.head, "name"
        case ("agents", _, str(key)) if key in ENTRY_FIELDS:
            return sheet.head, key
        case ("agents", _):
            return sheet.head, "name"
        case (str(key), *_) if key in ENTRY_FIELDS:
            return sheet.head, key
        case ("collaboration", str(key), int(number), *rest) if key in HANDOFF_KEYS:
            rows = sheet.asking(HANDOFF_KEYS[key])
            name = {"agent": "target", "kpi": "kpi", "reason": "reason"}.get(
                str(rest[0]) if rest else "", "target"
            )
            return (rows[number], name) if number < len(rows) else (sheet.head, None)
    return sheet.head, None


def field_of_inputs(inputs: Inputs, path: Path) -> tuple[RowForm, str | None]:
    """The form and the field of an open binding that a place of its document stands for."""
    by_severity = {row.severity: row for row in inputs.triggers}
    match path:
        case ("alerting", "condition") | ("condition",):
            return inputs.form, "guard"
        case (str(key),) if key in BINDING_FIELDS:
            return inputs.form, BINDING_FIELDS[key]
        case ("alerting", str(key), *_) if key in TRIGGER_KEYS:
            return by_severity[TRIGGER_KEYS[key]], "condition"
        case ("alerting", "timing", str(word), *rest) if word in BINDING_WORDS:
            name = FIELD_OF_TIMING.get(str(rest[0]) if rest else "", "for_duration")
            return by_severity[BINDING_WORDS[word]], name
        case ("alerting", "actions", int(number), *rest) if number < len(inputs.listed):
            row = inputs.listed[number]
            name = str(rest[0]) if rest else "name"
            return row, name if name in row.fields else "name"
    return inputs.form, None


def error_texts(sheet: Sheet) -> dict[str, list[str]]:
    """Every error by the name of the input it is about."""
    return {
        form.add_prefix(name): [str(error) for error in errors]
        for form in sheet.forms()
        for name, errors in form.errors.items()
    }
