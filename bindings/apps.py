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
        """Join the KPIs' import, export and comparison, and follow every change of the working copy."""
        import_module("bindings.importing")
        follow: Callable[[], None] = import_module("bindings.background").follow_change
        import_module("kpis.locking").AFTERWARDS.append(follow)
