"""What a KPI is measured in."""

from dataclasses import asdict

from django.db import models

from contracts.limits import UNIT_LIMITS
from contracts.units import UnitSpec
from kpis.models.fields import LineField
from kpis.models.room import require_room

CODE_PATTERN = r"\A[a-z][a-z0-9_]*\Z"


class Unit(models.Model):
    """A unit of measurement, and what other systems call it."""

    code = LineField(
        max_length=UNIT_LIMITS["code"],
        unique=True,
        help_text="The word the registry file uses, such as milliseconds.",
    )
    title = LineField(
        max_length=UNIT_LIMITS["title"],
        blank=True,
        help_text="In full, such as millilitres per minute.",
    )
    symbol = LineField(
        max_length=UNIT_LIMITS["symbol"], blank=True, help_text="Shown behind a number, such as ms."
    )
    ucum = LineField(
        "UCUM code",
        max_length=UNIT_LIMITS["ucum"],
        blank=True,
        help_text="The unit's code in the Unified Code for Units of Measure.",
    )
    prometheus_suffix = LineField(
        max_length=UNIT_LIMITS["prometheus_suffix"],
        blank=True,
        help_text="How the names of metrics in this unit end, such as ms in auren_hrv_rmssd_ms.",
    )
    grafana = LineField(
        "Grafana unit id",
        max_length=UNIT_LIMITS["grafana"],
        blank=True,
        default="short",
        help_text="Grafana's name for this unit, such as percent.",
    )
    base = LineField(
        max_length=UNIT_LIMITS["base"],
        blank=True,
        help_text="The unit Prometheus prefers instead, such as seconds for milliseconds.",
    )

    class Meta:
        ordering = ("code",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(code__regex=CODE_PATTERN),
                name="unit_code_pattern",
                violation_error_code="name_pattern",
                violation_error_message="A code is small letters, digits and _, beginning with a letter.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} ({self.symbol})" if self.symbol and self.symbol != self.code else self.code

    def clean(self) -> None:
        """Refuse one more than there may be."""
        if self._state.adding:
            require_room("units", Unit.objects.all())

    @classmethod
    def of_spec(cls, spec: UnitSpec) -> "Unit":
        """A unit as the rules know it, unsaved."""
        return cls(**asdict(spec))

    def as_spec(self) -> UnitSpec:
        """The unit as the rules see it."""
        return UnitSpec(
            code=self.code,
            title=self.title,
            symbol=self.symbol,
            ucum=self.ucum,
            prometheus_suffix=self.prometheus_suffix,
            grafana=self.grafana,
            base=self.base,
        )
