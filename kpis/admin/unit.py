"""Units in the admin."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from jobs.admin_lists import OfferedFilters
from kpis.admin.optimistic import OptimisticAdmin
from kpis.models import Unit


@admin.register(Unit)
class UnitAdmin(OfferedFilters, OptimisticAdmin[Unit]):
    """Units: few, and seldom changed."""

    list_display = ("code", "title", "symbol", "ucum", "prometheus_suffix", "base", "used_by")
    search_fields = ("code", "title", "symbol")
    ordering = ("code",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Unit]:
        """With the number of KPIs that use each unit."""
        return super().get_queryset(request).annotate(kpi_count=Count("kpis"))

    @admin.display(description="KPIs", ordering="kpi_count")
    def used_by(self, unit: Unit) -> int:
        """How many KPIs are measured in it."""
        return int(getattr(unit, "kpi_count", 0))
