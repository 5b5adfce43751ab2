"""Telemetry as a Django app."""

import time
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate


class TelemetryConfig(AppConfig):
    """Observations, series, states and transitions."""

    name = "telemetry"
    verbose_name = "Telemetry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have a month's table for every observation, as soon as there are tables; and erasures reach backtests."""
        from telemetry.backtest import erasing  # noqa: PLC0415 - needs the models, which are there only now

        erasing.join()
        post_migrate.connect(make_months, sender=self, dispatch_uid="telemetry.months")


def make_months(**kwargs: Any) -> None:
    """Make the tables of the months that the history is kept for; see `telemetry.months`."""
    from telemetry import months  # noqa: PLC0415 - needs the models, which are not there yet when this is read

    months.make(time.time_ns() // 1000, settings.RETENTION_DAYS)
