"""What holds for the registry as a whole."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from pydantic import ValidationError as ShapeError

from contracts.checks import check_settings
from contracts.documents import RegistryDocument
from contracts.documents.alerts import NOISE_BUDGET, PEOPLE
from contracts.documents.shapes import shape_findings
from contracts.findings import Finding
from contracts.limits import DATE, MOST_ALERTS, MOST_PEOPLE, PREFIX, RULE_LIMITS, VERSION
from kpis.gate import raise_on_errors
from kpis.models.fields import LineField
from kpis.models.room import require_room


class RegistrySettings(models.Model):
    """The one row of settings: versions, and how KPIs are exported."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    version = LineField(max_length=VERSION, default="1.1")
    schema_version = LineField(max_length=VERSION, default="1.0", blank=True)
    last_updated = LineField(
        max_length=DATE,
        blank=True,
        help_text="The date the registry says it was changed, such as 2025-07-31.",
    )
    prometheus_enabled = models.BooleanField("export to Prometheus", default=True)
    prefix = LineField(
        max_length=PREFIX, default="auren_", blank=True, help_text="What every metric's name begins with."
    )
    labels = models.JSONField(default=list, blank=True, help_text="Labels every sample carries.")
    alert_people = models.PositiveIntegerField(
        "people one by one",
        default=PEOPLE,
        db_default=PEOPLE,
        help_text="Up to so many people alert each by themselves; beyond that, everybody together.",
    )
    noise_budget = models.DecimalField(
        "alerts per person per week",
        max_digits=15,
        decimal_places=6,
        default=NOISE_BUDGET,
        db_default=NOISE_BUDGET,
        help_text="More than this is too much, for KPIs that do not say it themselves.",
    )
    extra = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "registry settings"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(pk=1),
                name="registry_settings_single",
                violation_error_message="The registry has one row of settings.",
            ),
            models.CheckConstraint(
                condition=models.Q(alert_people__gte=1, alert_people__lte=MOST_PEOPLE),
                name="registry_settings_alert_people",
                violation_error_code="alert_number",
                violation_error_message=f"Write a number of people from 1 to {MOST_PEOPLE:,}.",
            ),
            models.CheckConstraint(
                condition=models.Q(noise_budget__gt=0, noise_budget__lte=MOST_ALERTS),
                name="registry_settings_noise_budget",
                violation_error_code="alert_number",
                violation_error_message="A noise budget is above 0.",
            ),
        )

    def __str__(self) -> str:
        return "Registry settings"

    @classmethod
    def current(cls) -> "RegistrySettings":
        """The settings in force; the defaults, unsaved, where nothing was stored yet."""
        found = cls.objects.prefetch_related("validation_rules").filter(pk=1).first()
        return found or cls(pk=1)

    def as_data(self, rules: "list[ValidationRule] | None" = None) -> dict[str, Any]:
        """Everything of the registry file but its KPIs and units."""
        if rules is None:
            rules = [] if self._state.adding else list(self.validation_rules.all())
        prometheus: dict[str, Any] = {
            "enabled": self.prometheus_enabled,
            "prefix": self.prefix,
            "labels": self.labels,
        }
        prometheus |= self.extra.get("prometheus", {})
        alerts = {"people": self.alert_people, "noise_budget": self.noise_budget}
        alerts |= self.extra.get("alerts", {})
        data: dict[str, Any] = {
            "version": self.version,
            "last_updated": self.last_updated,
            "schema_version": self.schema_version,
            "export_config": {"prometheus": prometheus, "alerts": alerts}
            | self.extra.get("export_config", {}),
            "validation_rules": [rule.as_data() for rule in rules],
        }
        return {**data, **self.extra.get("registry", {})}

    def clean(self) -> None:
        """Refuse forbidden labels and bad prefixes; each rule judges itself."""
        raise_on_errors(settings_findings(self.as_data(rules=[])), SETTINGS_FIELDS)


class ValidationRule(models.Model):
    """A rule of the registry's own about one field of every KPI, applied whenever a KPI is checked."""

    settings = models.ForeignKey(RegistrySettings, on_delete=models.CASCADE, related_name="validation_rules")
    position = models.PositiveIntegerField(default=0)
    field = LineField(
        max_length=RULE_LIMITS["field"], help_text="A field of a KPI, such as unit or normal_range.min."
    )
    required = models.BooleanField(default=False)
    pattern = LineField(
        max_length=RULE_LIMITS["pattern"],
        has_grammar=True,
        blank=True,
        help_text="The whole value must match, in RE2's syntax, such as ^auren_[a-z0-9_]+$.",
    )
    allowed_values = models.JSONField(default=list, blank=True, help_text="One per line; empty allows any.")
    extra = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.field

    def as_data(self) -> dict[str, Any]:
        """The rule in the shape of the registry file."""
        data: dict[str, Any] = {"field": self.field}
        if self.required:
            data["required"] = True
        if self.pattern:
            data["pattern"] = self.pattern
        if self.allowed_values:
            data["allowed_values"] = self.allowed_values
        return {**data, **self.extra}

    def clean(self) -> None:
        """Refuse a field that no KPI has and a pattern that RE2 refuses."""
        if self._state.adding:
            require_room("validation rules", ValidationRule.objects.all())
        if not self.field:
            raise ValidationError({"field": "Name a field of a KPI, such as unit."}, code="required")
        findings = settings_findings({"validation_rules": [self.as_data()]})
        raise_on_errors([f for f in findings if f.path[:1] == ("validation_rules",)], RULE_FIELDS)


def settings_findings(data: dict[str, Any]) -> list[Finding]:
    """What the rules say of settings in the shape of the registry file."""
    try:
        return check_settings(RegistryDocument.model_validate(data | {"kpis": []}))
    except ShapeError as error:  # more or longer than a document may hold
        return shape_findings(error)


SETTINGS_FIELDS: dict[tuple[str, ...], str] = {
    ("export_config", "prometheus", "labels"): "labels",
    ("export_config", "prometheus", "prefix"): "prefix",
    ("export_config", "alerts", "people"): "alert_people",
    ("export_config", "alerts", "noise_budget"): "noise_budget",
    ("version",): "version",
    ("schema_version",): "schema_version",
    ("last_updated",): "last_updated",
}
RULE_FIELDS: dict[tuple[str, ...], str] = {
    ("field",): "field",
    ("pattern",): "pattern",
    ("allowed_values",): "allowed_values",
}
