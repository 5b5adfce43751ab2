"""What lists of units and KPIs may be filtered by."""

from django_filters import CharFilter, ChoiceFilter, FilterSet

from kpis.models import KPI, Unit


class UnitFilter(FilterSet):
    """Units by their base."""

    base = CharFilter(help_text="The base unit's code.")

    class Meta:
        model = Unit
        fields = ("base",)


class KPIFilter(FilterSet):
    """KPIs by what they are and who answers for them."""

    status = ChoiceFilter(choices=KPI.Status.choices)
    category = CharFilter()
    owner = CharFilter()
    unit = CharFilter(field_name="unit__code", help_text="A unit's code.")
    prometheus_metric = CharFilter()
    alert_mode = ChoiceFilter(choices=KPI.AlertMode.choices, help_text="How it says that it alerts.")

    class Meta:
        model = KPI
        fields = ("status", "category", "owner", "unit", "prometheus_metric", "alert_mode")
