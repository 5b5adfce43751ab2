"""One step that an agent takes."""

from typing import Any

from django.db import models

from bindings.models.constraints import ACTION_CONSTRAINTS
from contracts.limits import BINDING_LIMITS
from contracts.severity import BINDING_WORD, Severity
from kpis.gate import raise_on_errors
from kpis.models.fields import LineField, ProseField


class Action(models.Model):
    """One step of a binding, taken in order when a trigger fires."""

    binding = models.ForeignKey("bindings.Binding", on_delete=models.CASCADE, related_name="actions")
    position = models.PositiveIntegerField(default=0)
    name = LineField(
        max_length=BINDING_LIMITS["action"], help_text="What to do, such as reduce_training_intensity."
    )
    description = ProseField(
        max_length=BINDING_LIMITS["action_description"], blank=True, help_text="The same in plain words."
    )
    on = models.CharField(
        "only when",
        max_length=10,
        choices=[(str(s), str(s)) for s in Severity],
        blank=True,
        help_text="Only at this severity; empty means at every one.",
    )
    deadline = LineField(
        max_length=BINDING_LIMITS["deadline"],
        has_grammar=True,
        blank=True,
        help_text="How long it may take, such as 15m.",
    )
    extra = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        ordering = ("binding_id", "position", "id")
        constraints = ACTION_CONSTRAINTS

    def __str__(self) -> str:
        return self.name

    def as_data(self) -> dict[str, Any]:
        """The action in the shape of the bindings file."""
        data = {
            "name": self.name,
            "description": self.description,
            "on": BINDING_WORD[Severity(self.on)] if self.on else "",
            "deadline": self.deadline,
        }
        return {**{key: value for key, value in data.items() if value or key == "name"}, **self.extra}

    def clean(self) -> None:
        """Refuse what the rules call an error about this step; the whole judges it where the whole is edited."""
        if self.on:
            self.extra = {key: value for key, value in self.extra.items() if key != "on"}
        if self.binding_id is None or self.binding.draft_actions is not None or self.binding.is_judged_whole:
            return
        others = [row for row in self.binding.current_actions() if row.pk != self.pk]
        findings = self.binding.findings(actions=[*others, self])
        mine = [f for f in findings if f.path[:3] == ("alerting", "actions", len(others))]
        raise_on_errors(mine, {("alerting", "actions", str(len(others)), key): key for key in ACTION_FIELDS})


ACTION_FIELDS = ("name", "description", "on", "deadline")
