"""Telemetry as a Django app."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db import connection
from django.db.models.signals import post_migrate

from jobs.database_clock import database_clock
from telemetry.exposition.counts import install


class TelemetryConfig(AppConfig):
    """Observations, series, states and transitions."""

    name = "telemetry"
    verbose_name = "Telemetry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have a month's table for every observation, as soon as there are tables; counts without mapped files; and
        erasures that reach backtests."""
        from telemetry.backtest import erasing  # noqa: PLC0415 - needs the models, which are there only now

        install()
        erasing.join()
        post_migrate.connect(make_months, sender=self, dispatch_uid="telemetry.months")


def make_months(**kwargs: Any) -> None:
    """Make the tables of the months that the history is kept for; see `telemetry.months`.

    The database may also be a dump of another cluster that was restored: see `telemetry.cursors`.
    """
    from telemetry import cursors, months  # noqa: PLC0415 - need the models, which are not there yet

    if set(cursors.numbered()) <= set(connection.introspection.table_names()):
        cursors.renumber()

    database_clock.learn_when_due()
    months.make(database_clock.micros(), settings.RETENTION_DAYS)
