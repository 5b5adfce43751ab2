"""One KPI that an agent watches."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from pydantic import ValidationError as ShapeError

from bindings.models.constraints import BINDING_CONSTRAINTS
from bindings.models.context import agent_context
from contracts.agents import compile_binding
from contracts.checks import check_binding
from contracts.documents import BindingDocument, BindingsDocument
from contracts.documents.shapes import shape_findings
from contracts.findings import Finding
from contracts.guards import GuardError, parse_guard
from contracts.limits import BINDING_LIMITS
from contracts.severity import BINDING_WORD, TRIGGER_KEYS, Severity
from kpis.gate import raise_on_errors
from kpis.models import KPI
from kpis.models.fields import LineField

if TYPE_CHECKING:
    from bindings.models.action import Action
    from bindings.models.trigger import Trigger


class Binding(models.Model):
    """One agent watches one KPI in a role. Without triggers of its own it acts on the KPI's thresholds."""

    agent = models.ForeignKey("bindings.Agent", on_delete=models.CASCADE, related_name="bindings")
    kpi = models.ForeignKey(KPI, verbose_name="KPI", on_delete=models.PROTECT, related_name="bindings")
    role = LineField(
        max_length=BINDING_LIMITS["role"],
        blank=True,
        help_text="What the KPI is to the agent, such as primary_signal.",
    )
    position = models.PositiveIntegerField(default=0)
    enabled = models.BooleanField(
        default=True, help_text="One that is switched off is kept, and does nothing."
    )
    guard = LineField(
        "applies when",
        max_length=BINDING_LIMITS["guard"],
        has_grammar=True,
        blank=True,
        help_text="Only for some people or times, such as is_resting == true.",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    extra = models.JSONField(default=dict, blank=True, editable=False)

    draft_triggers: "Sequence[Trigger] | None" = None
    """The triggers this binding is about to have, while it is edited together with them."""
    draft_actions: "Sequence[Action] | None" = None

    class Meta:
        ordering = ("agent_id", "position", "id")
        constraints = BINDING_CONSTRAINTS

    def __str__(self) -> str:
        return f"{self.agent.name}/{self.kpi.name}"

    @property
    def role_in_words(self) -> str:
        """The role as it is read: "primary signal"."""
        return self.role.replace("_", " ")

    def as_document(
        self, triggers: "Sequence[Trigger] | None" = None, actions: "Sequence[Action] | None" = None
    ) -> BindingDocument:
        """The binding as its agent's file holds it, with these rows in place of the stored ones if given."""
        return BindingDocument.model_validate(self.as_data(triggers, actions))

    def as_data(
        self, triggers: "Sequence[Trigger] | None" = None, actions: "Sequence[Action] | None" = None
    ) -> dict[str, Any]:
        """The same as plain data."""
        rows = self.current_triggers() if triggers is None else triggers
        steps = self.current_actions() if actions is None else actions
        in_alerting = self.extra.get("guard_in_alerting", False)
        alerting: dict[str, Any] = {row.key: row.written() for row in worst_first(rows)}
        alerting |= {
            "timing": timing_of(rows) | self.extra.get("timing", {}),
            "condition": self.guard if in_alerting else "",
            "actions": [row.as_data() for row in steps],
        }
        data: dict[str, Any] = {
            "key": self.kpi.name if self.kpi_id else "",
            "role": self.role,
            "enabled": self.enabled,
            "condition": "" if in_alerting else self.guard,
            "alerting": alerting | self.extra.get("alerting", {}),
        }
        return {**data, **self.extra.get("binding", {})}

    def current_triggers(self) -> "Sequence[Trigger]":
        """The triggers as they are being edited, else as they are stored, worst first."""
        if self.draft_triggers is not None:
            return self.draft_triggers
        return worst_first(self.triggers.all()) if self.pk else []

    def current_actions(self) -> "Sequence[Action]":
        """The actions as they are being edited, else as they are stored, in order."""
        if self.draft_actions is not None:
            return self.draft_actions
        return list(self.actions.all()) if self.pk else []

    def findings(
        self, triggers: "Sequence[Trigger] | None" = None, actions: "Sequence[Action] | None" = None
    ) -> list[Finding]:
        """What the rules say of this binding alone, saved or not; places are those within the binding."""
        try:
            document = self.as_document(triggers, actions)
        except ShapeError as error:  # a value that no document can hold, such as a control character
            return shape_findings(error)
        alone = BindingsDocument(agent=self.agent.name, kpis_used=[document])
        context = agent_context(alone, {}, ())
        return check_binding(compile_binding(document, self.agent.name, context), context)

    @property
    def is_judged_whole(self) -> bool:
        """Whether its agent is being edited together with it, and judges the whole once."""
        return self.agent_id is None or self.agent.draft_bindings is not None

    def clean(self) -> None:
        """Write the guard canonically, and refuse what the rules call an error about this binding."""
        self.guard = canonical_guard(self.guard)
        if not self.is_judged_whole and self.kpi_id is not None and self.draft_triggers is None:
            raise_on_errors(self.findings(), BINDING_FIELDS)


_PLACES = {key: place for place, key in enumerate(TRIGGER_KEYS)}


def worst_first(rows: "Iterable[Trigger]") -> "list[Trigger]":
    """Triggers in the order a file has them."""
    found = list(rows)
    return found if len(found) < 2 else sorted(found, key=lambda row: _PLACES[row.key])


def timing_of(rows: "Iterable[Trigger]") -> dict[str, Any]:
    """The timing of triggers by the file's word for their severity; one that has the older key comes second."""
    by_word: dict[str, Any] = {}
    for row in worst_first(rows):
        by_word.setdefault(BINDING_WORD[Severity(row.severity)], row.timing())
    return {word: data for word, data in by_word.items() if data}


def canonical_guard(text: str) -> str:
    """A guard as it is written everywhere; as it was typed where it cannot be read."""
    try:
        return str(parse_guard(text)) if text else ""
    except GuardError:
        return text


BINDING_FIELDS: dict[tuple[str, ...], str] = {
    ("key",): "kpi",
    ("role",): "role",
    ("enabled",): "enabled",
    ("condition",): "guard",
    ("alerting", "condition"): "guard",
}
"""Where a place within a binding stands in its form; triggers and actions are rows of their own."""
