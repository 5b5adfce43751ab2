"""The form of a KPI with its thresholds."""

from collections.abc import Sequence
from copy import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property

from contracts.findings import Finding
from contracts.severity import Severity
from contracts.texts import unfit_character
from contracts.units import UnitSpec
from kpis.form_fields import KnownChoiceField, LinesField, NumberField, ProseField, ReasonField
from kpis.gate import as_error, errors_only, raise_on_errors
from kpis.models import KPI, RegistrySettings, Threshold, ValidationRule
from kpis.models.kpi import KPI_FIELDS
from kpis.models.threshold import THRESHOLD_FIELDS

SEVERITIES = (Severity.CRITICAL, Severity.WARNING, Severity.INFO)
"""The order in which people read thresholds: worst first."""


def is_missing(form: forms.BaseForm, field: str) -> bool:
    """Whether the form already says that this field must not be empty."""
    return form.has_error(field, code="required")


class KPIForm(forms.ModelForm[KPI]):
    """A KPI as people edit it: its columns, why it changes, and which revision they started from."""

    references = LinesField(
        required=False, label="References", help_text="Papers or standards behind the numbers, one per line.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    reason = ReasonField()
    started_from = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = KPI
        fields = (
            "name", "title", "description", "category", "owner", "references", "status", "successor", "unit",
            "prometheus_metric", "missing_data", "alert_mode", "cohort_share", "noise_budget",
            "absolute_min", "absolute_max", "normal_min", "normal_max", "optimal",
        )  # fmt: skip
        widgets = {"description": forms.Textarea(attrs={"rows": 3})}
        field_classes = {"description": ProseField, "unit": KnownChoiceField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The thresholds are judged by their formset, which alone knows what they will be.
        # A blank at the end of a name is the person's to see, not ours to hide: every door refuses it alike.
        mode = self.fields.get("alert_mode")
        if isinstance(mode, forms.TypedChoiceField):
            mode.choices = [("", "left open"), *KPI.AlertMode.choices]
        name = self.fields.get("name")
        if isinstance(name, forms.CharField):
            name.strip = False
        if self.is_bound:
            self.instance.draft_thresholds, self.instance.form = (), self
            if self.instance.unit_id and isinstance(unit := self.fields.get("unit"), KnownChoiceField):
                unit.knowing([self.instance.unit])
        if "started_from" in self.fields:
            self.fields["started_from"].initial = self.instance.revision

    def _post_clean(self) -> None:
        if self.is_bound and "unit" in self.fields and "unit" not in self.cleaned_data:
            self.instance.unit = None  # type: ignore[assignment]  # nothing is measured in the unit that was there before
        super()._post_clean()  # type: ignore[misc]  # not in the stubs

    def refuse(self, findings: Sequence[Finding]) -> None:
        """Put each error on its field: what the rules say of the KPI, once its thresholds are known."""
        try:
            raise_on_errors(findings, KPI_FIELDS)
        except ValidationError as refused:
            self.add_error(None, refused)

    def validate_unique(self) -> None:
        """Two of one name or metric are for the rules to tell: they know of those that look the same, too."""

    def _get_validation_exclusions(self) -> set[str]:
        # What a choice names was just looked up; the model would look it up again.
        found: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # not in the stubs
        return found | {"unit", "successor"}

    def clean_description(self) -> str:
        """What is stored, where only blanks around it differ."""
        text: str = self.cleaned_data["description"]
        return text if "description" in self.changed_data else self.instance.description

    def add_error(self, field: str | None, error: Any) -> None:
        """Say once that a field is empty: the field itself says it, and the rules need not."""
        if field is None and hasattr(error, "error_dict"):
            said = {name: errors for name, errors in error.error_dict.items() if not is_missing(self, name)}
            error = ValidationError(said)
        super().add_error(field, error)


def is_about_threshold(finding: Finding) -> bool:
    """Whether a finding's place is in a row of the thresholds, or all of them."""
    return finding.path[:1] == ("risk_thresholds",)


class ThresholdForm(forms.ModelForm[Threshold]):
    """One row: a severity, when it holds, and what to do then."""

    class Meta:
        model = Threshold
        fields = ("severity", "condition", "action", "for_duration", "keep_firing_for", "recover_if")
        widgets = {
            "severity": forms.HiddenInput,
            "action": forms.TextInput(attrs={"list": "catalogue", "autocomplete": "off"}),
        }
        error_messages = {"condition": {"required": "Say when it holds, or clear the whole row."}}

    CONTENT = ("condition", "action", "for_duration", "keep_firing_for", "recover_if")

    unit: UnitSpec | None = None
    """What the KPI is measured in, which its conditions may name."""

    @property
    def shown_severity(self) -> Severity:
        """The row's severity, bound or not."""
        value = self["severity"].value()
        return Severity(value) if value in set(Severity) else Severity.INFO

    @property
    def is_empty(self) -> bool:
        """Whether the person left the row blank: there is no such threshold."""
        return not any(self.typed(name) for name in self.CONTENT)

    def typed(self, name: str) -> str:
        """What stands in a field, whether it is right or wrong, without blanks around it."""
        return str(self[name].value() or "").strip()

    def full_clean(self) -> None:
        """Judge the row; of one that was left blank there is nothing to judge."""
        super().full_clean()
        if self.is_bound and self.is_empty:
            self.errors.clear()

    def validate_unique(self) -> None:
        """Nothing: two of one severity are for the formset to tell."""

    def _post_clean(self) -> None:
        # What is typed counts, not what is stored: a picture of the old condition would say that it still holds.
        for name in self.CONTENT:
            if name not in self.cleaned_data:
                text = self.typed(name)
                setattr(self.instance, name, "" if unfit_character(text) else text)
        super()._post_clean()  # type: ignore[misc]  # not in the stubs


class ThresholdFormSet(forms.BaseInlineFormSet[Threshold, KPI, ThresholdForm]):
    """Always one row per severity; a row left blank means that there is no such threshold."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        instance: KPI | None = kwargs.get("instance")
        taken = {row.severity for row in instance.thresholds.all()} if instance and instance.pk else set()
        missing = [severity for severity in SEVERITIES if severity not in taken]
        kwargs["initial"] = [{"severity": str(severity)} for severity in missing]
        self.extra = len(missing)
        self.shown: Sequence[Threshold] | None = kwargs.pop("shown", None)
        super().__init__(*args, **kwargs)

    @cached_property
    def by_severity(self) -> list[ThresholdForm]:
        """The rows in the order people read them."""
        unit = self.instance.unit.as_spec() if self.instance.unit_id else None
        for form in self.forms:
            form.unit = unit
        return sorted(self.forms, key=lambda form: -form.shown_severity.rank)

    def _construct_form(self, i: int, **kwargs: Any) -> ThresholdForm:
        """Show the thresholds of a merge in place of the stored ones."""
        form: ThresholdForm = super()._construct_form(i, **kwargs)  # type: ignore[misc]  # not in the stubs
        if self.shown is not None:
            row = next((row for row in self.shown if row.severity == form.initial["severity"]), None)
            form.initial.update({name: getattr(row, name, "") for name in ThresholdForm.CONTENT})
        return form

    def add_fields(self, form: ThresholdForm, index: int | None) -> None:
        """Leave out the tick for deletion: a blank row is a deleted one."""
        super().add_fields(form, index)
        form.fields.pop("DELETE", None)
        if isinstance(key := form.fields.get("id"), forms.ModelChoiceField):
            form.fields["id"] = KnownChoiceField(
                key.queryset, initial=key.initial, required=False, widget=forms.HiddenInput
            ).knowing(self.get_queryset())

    def get_queryset(self) -> Any:
        """The rows as they came with the KPI; of their own, since forms write into them."""
        if not hasattr(self, "_queryset"):
            kpi = self.instance
            self._queryset = [copy(row) for row in kpi.thresholds.all()] if kpi.pk else []
        return self._queryset

    def save(self, commit: bool = True) -> list[Threshold]:
        """Store the rows in place of those that there are, if anything changed: two queries, however many."""
        saved: list[Threshold] = super().save(commit=False)
        if commit and self.has_changed():
            rows = self.rows()
            Threshold.objects.filter(kpi=self.instance).delete()
            for row in rows:
                row.pk, row.kpi = None, self.instance
            Threshold.objects.bulk_create(rows)
        return saved

    def _should_delete_form(self, form: ThresholdForm) -> bool:
        return form.is_empty

    def rows(self) -> list[Threshold]:
        """The thresholds the KPI is about to have; what cannot be read is there as it was typed.

        A row that only lacks its condition is told so by itself: there is nothing to draw or to judge yet.
        """
        return [form.instance for form in self.by_severity if form.typed("condition")]

    def clean(self) -> None:
        """Judge the KPI with all its thresholds, and put each error on its row and field."""
        super().clean()
        self.instance.draft_thresholds = self.rows()
        errors = errors_only(self.findings)
        if self.instance.form:
            self.instance.form.refuse([found for found in errors if not is_about_threshold(found)])
        self.place([found for found in errors if is_about_threshold(found)])

    def is_valid(self) -> bool:
        """Whether the whole contract is as the rules want it: only here is it known."""
        return super().is_valid() and (self.instance.form is None or self.instance.form.is_valid())

    @cached_property
    def findings(self) -> list[Finding]:
        """What the rules say of the KPI with these thresholds."""
        return self.instance.findings(self.rows())

    def place(self, errors: Sequence[Finding]) -> None:
        """Put errors about a threshold on its row."""
        rows = {str(form.shown_severity): form for form in self.forms if not form.is_empty}
        wrong = {
            (form, name) for form in self.forms for name in form.errors
        }  # whoever cannot be read is told once
        for finding in errors:
            row = rows.get(str(finding.path[1])) if len(finding.path) > 1 else None
            if row is None:
                raise ValidationError(as_error(finding))
            place = tuple(str(part) for part in finding.path[2:])
            field = THRESHOLD_FIELDS.get(place, "condition")
            if (row, field) not in wrong:
                row.add_error(field, as_error(finding))


class RegistrySettingsForm(forms.ModelForm[RegistrySettings]):
    """The settings, with the labels one per line."""

    labels = LinesField(
        required=False,
        help_text="Labels every sample carries, one per line.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    class Meta:
        model = RegistrySettings
        fields = ("version", "schema_version", "last_updated", "prometheus_enabled", "prefix", "labels",
            "alert_people", "noise_budget")  # fmt: skip
        field_classes = {"noise_budget": NumberField}  # noqa: RUF012 - as Django has it


class ValidationRuleForm(forms.ModelForm[ValidationRule]):
    """One rule, with the allowed values one per line."""

    allowed_values = LinesField(
        required=False, help_text="One per line; empty allows any.", widget=forms.Textarea(attrs={"rows": 2})
    )

    class Meta:
        model = ValidationRule
        fields = ("position", "field", "required", "pattern", "allowed_values")
