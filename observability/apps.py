"""Observability as a Django app: it has no tables."""

from importlib import import_module

from django.apps import AppConfig


class ObservabilityConfig(AppConfig):
    """Alerts, recording rules, their tests, routes, dashboards, and how noisy all of that would be."""

    name = "observability"
    verbose_name = "Alerts and dashboards"

    def ready(self) -> None:
        """Have the noise looked at before a release, and figures of it forgotten with whoever is erased."""
        beside = import_module("releases.services.checks_beside")
        check = import_module("observability.noise_figure").check
        if check not in beside.CHECKS:
            beside.CHECKS.append(check)
        also, erasure = import_module("observability.noise_erasing").ALSO, import_module("telemetry.erasure")
        if also not in erasure.ALSO:
            erasure.ALSO.append(also)
