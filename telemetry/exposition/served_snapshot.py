"""How old the file is that this machine would serve from if it started without the database."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from releases.serving.assembly import snapshot


def snapshot_families() -> Iterator[Metric]:
    """Of the machine that is scraped; nothing where no such file is kept, or not yet."""
    confirmed = snapshot().confirmed_at() if settings.FAST_POLLS else None
    if confirmed is not None:
        family = GaugeMetricFamily(
            "auren_snapshot_confirmed_timestamp_seconds",
            "When the database last confirmed this machine's file of what is served.",
        )
        family.add_metric((), round(confirmed, 3))
        yield family
