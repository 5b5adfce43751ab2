"""The registry's settings in the admin: one page, not a list."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import capfirst

from contracts.limits import ROWS
from jobs.admin_lists import OfferedFilters
from kpis.admin.optimistic import OptimisticAdmin
from kpis.forms import RegistrySettingsForm, ValidationRuleForm
from kpis.models import RegistrySettings, ValidationRule


class NamedCells(BaseInlineFormSet[ValidationRule, RegistrySettings, ModelForm[ValidationRule]]):
    """Rows of a table whose inputs carry the names that stand at the head of their columns."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Name each input for those who do not see the table."""
        super().add_fields(form, index)
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = capfirst(field.label)


class ValidationRuleInline(admin.TabularInline[ValidationRule, RegistrySettings]):
    """The registry's own rules about the fields of a KPI."""

    model = ValidationRule
    form = ValidationRuleForm
    formset = NamedCells
    fields = ("position", "field", "required", "pattern", "allowed_values")
    extra = 0
    max_num = ROWS["validation rules"]

    def get_formset(self, request: HttpRequest, obj: RegistrySettings | None = None, **kwargs: Any) -> Any:
        """Rows that are sent count as well as those that are there."""
        return super().get_formset(request, obj, validate_max=True, **kwargs)


@admin.register(RegistrySettings)
class RegistrySettingsAdmin(OfferedFilters, OptimisticAdmin[RegistrySettings]):
    """Versions, how KPIs are exported, and the registry's own rules."""

    form = RegistrySettingsForm
    inlines = (ValidationRuleInline,)
    fieldsets = (
        ("The file", {"fields": ("version", "schema_version", "last_updated")}),
        ("Export to Prometheus", {"fields": ("prometheus_enabled", "prefix", "labels")}),
        ("Alerts", {"fields": ("alert_people", "noise_budget")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one row, made when it is first opened."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """The registry always has settings."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Go straight to the one row."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        RegistrySettings.objects.get_or_create(pk=1, defaults={"labels": ["user_id", "measurement_source"]})
        return HttpResponseRedirect(reverse("admin:kpis_registrysettings_change", args=[1]))
