"""What makes a KPI worth acting on."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db import models

from contracts.conditions import ConditionError, parse
from contracts.limits import THRESHOLD_LIMITS
from contracts.severity import REGISTRY_WORD, Severity
from contracts.units import UnitSpec
from kpis.gate import raise_on_errors
from kpis.models.condition_row import ConditionRow
from kpis.models.fields import LineField

if TYPE_CHECKING:
    from kpis.models.kpi import KPI


class Threshold(ConditionRow):
    """A severity of one KPI: the condition under which it holds, and the action it recommends."""

    kpi = models.ForeignKey("kpis.KPI", on_delete=models.CASCADE, related_name="thresholds")
    action = LineField(
        "then",
        max_length=THRESHOLD_LIMITS["action"],
        blank=True,
        help_text="What to do, such as reduce_training_intensity.",
    )

    class Meta:
        ordering = ("kpi_id", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("kpi", "severity"),
                name="threshold_once_per_severity",
                violation_error_code="duplicate_threshold",
                violation_error_message="This KPI already has a threshold of this severity.",
            ),
            models.CheckConstraint(
                condition=models.Q(severity__in=[str(s) for s in Severity]), name="threshold_severity_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(condition=""),
                name="threshold_has_condition",
                violation_error_code="condition",
                violation_error_message="A threshold needs a condition.",
            ),
        )

    def __str__(self) -> str:
        return f"{REGISTRY_WORD[Severity(self.severity)]}: {self.condition}"

    def as_data(self) -> dict[str, Any]:
        """The threshold in the shape of the registry file."""
        data = {
            "condition": self.condition,
            "action": self.action,
            "for": self.for_duration,
            "keep_firing_for": self.keep_firing_for,
            "recover_if": self.recover_if,
        }
        return {**{key: value for key, value in data.items() if value}, **self.extra}

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """What the database checks of a row, its fields say; while it is edited with its KPI, so do its siblings."""
        if self.kpi_id is None or self.kpi.draft_thresholds is None:
            super().validate_constraints(exclude)

    def clean(self) -> None:
        """Write the conditions canonically, and refuse what the rules call an error about this row.

        Where the KPI is being edited with its thresholds (``draft_thresholds``), the whole is judged once,
        by the KPI: siblings in the database are not the ones that will stand beside this row.
        """
        self.condition, self.recover_if = (
            canonical(text, getattr(self, "kpi", None)) for text in (self.condition, self.recover_if)
        )
        if self.kpi_id is None or self.kpi.draft_thresholds is not None:
            return
        siblings = [
            row for row in self.kpi.thresholds.all() if row.pk != self.pk and row.severity != self.severity
        ]
        findings = self.kpi.findings([*siblings, self])
        mine = [f for f in findings if f.path[:2] == ("risk_thresholds", self.severity)]
        raise_on_errors(mine, THRESHOLD_FIELDS)


def canonical(text: str, kpi: KPI | None) -> str:
    """A condition of a KPI as it is written everywhere; as it was typed where it cannot be read."""
    if (found := _written(text, None)) is not None:
        return found
    # It may name its unit, which only now is asked for.
    return canonical_in(text, kpi.unit.as_spec() if kpi and kpi.unit_id else None)


def canonical_in(text: str, unit: UnitSpec | None) -> str:
    """The same for one that is measured in this unit."""
    found = _written(text, unit)
    return text if found is None else found


@lru_cache(maxsize=16_384)
def _written(text: str, unit: UnitSpec | None) -> str | None:
    """A condition as it is written, None where it cannot be read: few occur, each of them many times."""
    try:
        return str(parse(text, unit)) if text else ""
    except ConditionError:
        return None


THRESHOLD_FIELDS: dict[tuple[str, ...], str] = {
    ("condition",): "condition",
    ("action",): "action",
    ("for",): "for_duration",
    ("keep_firing_for",): "keep_firing_for",
    ("recover_if",): "recover_if",
}
