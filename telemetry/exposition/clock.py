"""How far this machine's clock is from the database's, which counts."""

from __future__ import annotations

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from jobs.database_clock import database_clock


def clock_family() -> Metric:
    """Of the machine that is scraped."""
    family = GaugeMetricFamily(
        "auren_clock_skew_seconds",
        "By how much this machine's clock is ahead of the database's; negative where it is behind.",
    )
    family.add_metric((), round(database_clock.skew, 3))
    return family
