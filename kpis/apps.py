"""The registry as a Django app."""

from importlib import import_module

from django.apps import AppConfig


class KpisConfig(AppConfig):
    """Units, KPIs, thresholds and registry settings."""

    name = "kpis"
    verbose_name = "Registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have what people did outlive their accounts."""
        import_module("kpis.people")
