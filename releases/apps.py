"""Releases as a Django app."""

from importlib import import_module

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    """Releases, channels, approvals, and what agents read."""

    name = "releases"
    verbose_name = "Releases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have webhooks told of what happens."""
        import_module("releases.webhooks.events")
