"""Agents and bindings as a Django app."""

from collections.abc import Callable
from importlib import import_module

from django.apps import AppConfig


class BindingsConfig(AppConfig):
    """Agents, bindings, triggers, actions, hand-offs and waivers."""

    name = "bindings"
    verbose_name = "Agents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Join the KPIs' import, export and comparison, have their thresholds held against the catalogue of actions,
        and follow every change of the working copy."""
        import_module("bindings.importing")
        import_module("kpis.models.catalogue").CATALOGUES.append(
            import_module("bindings.models.context").known_actions
        )
        follow: Callable[[], None] = import_module("bindings.background").follow_change
        import_module("kpis.locking").AFTERWARDS.append(follow)
