"""What makes an agent act on a KPI."""

from typing import Any

from django.db import models

from bindings.models.constraints import TRIGGER_CONSTRAINTS
from contracts.drops import OLDER_KEY, as_older_key, canonical_drop, only_drop
from contracts.severity import BINDING_WORD, REGISTRY_WORD, Severity
from kpis.gate import raise_on_errors
from kpis.models.condition_row import ConditionRow
from kpis.models.threshold import canonical


class Trigger(ConditionRow):
    """A severity of one binding: the condition under which the agent acts."""

    binding = models.ForeignKey("bindings.Binding", on_delete=models.CASCADE, related_name="triggers")
    older_key = models.BooleanField(default=False, editable=False)
    """Whether the file writes it as ``caution_if_drop_pct``, which may stand beside ``caution_if``."""

    class Meta:
        ordering = ("binding_id", "id")
        constraints = TRIGGER_CONSTRAINTS

    def __str__(self) -> str:
        return f"{REGISTRY_WORD[Severity(self.severity)]}: {self.condition}"

    @property
    def key(self) -> str:
        """The key of ``alerting`` that holds its condition."""
        return OLDER_KEY if self.older_key else f"{BINDING_WORD[Severity(self.severity)]}_if"

    def written(self) -> str:
        """Its condition as that key has it: the older key leaves out the direction and the per cent sign."""
        return as_older_key(self.condition) if self.older_key else self.condition

    def timing(self) -> dict[str, Any]:
        """How long it must hold and when it is over, in the shape of the file; empty where nothing is said."""
        data = {
            "for": self.for_duration,
            "keep_firing_for": self.keep_firing_for,
            "recover_if": self.recover_if,
        }
        return {**{key: value for key, value in data.items() if value}, **self.extra}

    def clean(self) -> None:
        """Write the conditions canonically, and refuse what the rules call an error about this row.

        Where the whole is being edited, it is judged once: siblings in the database are not the ones that
        will stand beside this row.
        """
        kpi = getattr(getattr(self, "binding", None), "kpi", None)
        self.condition, self.recover_if = (canonical(text, kpi) for text in (self.condition, self.recover_if))
        if self.older_key:
            self.condition = canonical_drop(self.condition)
            self.older_key = self.severity == Severity.WARNING and only_drop(self.condition) is not None
        if self.binding_id is None or self.binding.draft_triggers is not None or self.binding.is_judged_whole:
            return
        siblings = [
            row for row in self.binding.current_triggers() if row.pk != self.pk and row.key != self.key
        ]
        findings = self.binding.findings(triggers=[*siblings, self])
        word = BINDING_WORD[Severity(self.severity)]
        fields: dict[tuple[str, ...], str] = {("alerting", self.key): "condition"} | {
            ("alerting", "timing", word, key): field for key, field in TIMING_FIELDS.items()
        }
        raise_on_errors([found for found in findings if found.path in fields], fields)


TIMING_FIELDS = {"for": "for_duration", "keep_firing_for": "keep_firing_for", "recover_if": "recover_if"}
"""Where a part of a trigger's timing stands in its form."""
