"""The registry as a Django app."""

from django.apps import AppConfig


class KpisConfig(AppConfig):
    """Units, KPIs, thresholds and registry settings."""

    name = "kpis"
    verbose_name = "Registry"
    default_auto_field = "django.db.models.BigAutoField"
