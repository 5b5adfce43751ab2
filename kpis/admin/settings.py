"""The registry's settings in the admin: one page, not a list."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from kpis.admin.optimistic import OptimisticAdmin
from kpis.forms import RegistrySettingsForm, ValidationRuleForm
from kpis.models import RegistrySettings, ValidationRule


class ValidationRuleInline(admin.TabularInline[ValidationRule, RegistrySettings]):
    """The registry's own rules about the fields of a KPI."""

    model = ValidationRule
    form = ValidationRuleForm
    fields = ("position", "field", "required", "pattern", "allowed_values")
    extra = 0


@admin.register(RegistrySettings)
class RegistrySettingsAdmin(OptimisticAdmin[RegistrySettings]):
    """Versions, how KPIs are exported, and the registry's own rules."""

    form = RegistrySettingsForm
    inlines = (ValidationRuleInline,)
    fieldsets = (
        ("The file", {"fields": ("version", "schema_version", "last_updated")}),
        ("Export to Prometheus", {"fields": ("prometheus_enabled", "prefix", "labels")}),
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
        RegistrySettings.objects.get_or_create(pk=1, defaults={"labels": ["user_id", "measurement_source"]})
        return HttpResponseRedirect(reverse("admin:kpis_registrysettings_change", args=[1]))
