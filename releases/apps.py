"""Releases as a Django app."""

from importlib import import_module
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models.signals import post_migrate

SERVING = "releases.ServingRevision"


def keep_setting(sender: AppConfig, **kwargs: Any) -> None:
    """What this server asks for counts from the first migration on, for every server."""
    if settings.REQUIRE_APPROVAL and kwargs["using"] == DEFAULT_DB_ALIAS:
        state = kwargs.get("apps", apps)  # as far as was migrated
        if any(field.name == "approval_required" for field in state.get_model(SERVING)._meta.fields):
            import_module("releases.services.guarding").store_setting()


def watch_tables(sender: AppConfig, **kwargs: Any) -> None:
    """Whatever a migration made of the tables of the working copy, its mark changes with them."""
    import_module("releases.models.working_copy").watch_working_copy(connections[kwargs["using"]])


class ReleasesConfig(AppConfig):
    """Releases, channels, approvals, and what agents read."""

    name = "releases"
    verbose_name = "Releases"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have webhooks told of what happens, and the setting about approval checked and written down."""
        import_module("releases.webhooks.events")
        checks.register(import_module("releases.checks").setting_as_stored, checks.Tags.database)
        post_migrate.connect(keep_setting, sender=self)
        post_migrate.connect(watch_tables, sender=self)
