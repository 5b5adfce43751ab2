"""Observability as a Django app: it has no tables, only ways out for what is made of a release."""

from django.apps import AppConfig


class ObservabilityConfig(AppConfig):
    """Alerts, recording rules, their tests, routes and dashboards."""

    name = "observability"
    verbose_name = "Alerts and dashboards"
