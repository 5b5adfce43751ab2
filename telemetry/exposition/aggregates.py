"""What is shown instead of people where `AUREN_SUBJECT_LABEL` is ``off``: how many there are, and their mean."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Avg, Count, Q
from prometheus_client.core import GaugeMetricFamily, Metric

from telemetry.contracts_now import Released
from telemetry.exposition.families import STATES
from telemetry.exposition.shown import shown_by
from telemetry.models import Series, Standing

FEWEST = 5
"""The mean of fewer would nearly be a person's own value."""


def aggregate_families(now: int, released: Released) -> Iterator[Metric]:
    """Three queries, whoever is measured."""
    labels = ("agent", "kpi", "measurement_source")
    series = GaugeMetricFamily("auren_kpi_series", "Series that are not silent.", labels=labels)
    mean = GaugeMetricFamily(
        "auren_kpi_mean",
        f"The mean of their latest values, where there are at least {FEWEST}.",
        labels=labels,
    )
    for agent, kpi, source, count, average in _means(now, released):
        series.add_metric((agent, kpi, source), count)
        if count >= FEWEST:
            mean.add_metric((agent, kpi, source), average)
    yield series
    yield mean
    people = GaugeMetricFamily(
        "auren_binding_people",
        "How many people a binding stands at a state for.",
        labels=("agent", "kpi", "state"),
    )
    standings = Standing.objects.filter(changed__gt=0).order_by("agent", "kpi", "state")
    for agent, kpi, state, count in standings.values_list("agent", "kpi", "state").annotate(Count("pk")):
        watched = released.binding(agent, kpi)
        if watched and watched.evaluator:
            people.add_metric((agent, kpi, STATES[str(state)]), count)
    yield people
    opened = GaugeMetricFamily(
        "auren_binding_open_people",
        "How many people a binding has an open episode of a severity for, through silence.",
        labels=("agent", "kpi", "severity"),
    )
    standings = Standing.objects.filter(open_severity__gt=0).order_by("agent", "kpi", "open_severity")
    for agent, kpi, severity, count in standings.values_list("agent", "kpi", "open_severity").annotate(
        Count("pk")
    ):
        watched = released.binding(agent, kpi)
        if watched and watched.evaluator:
            opened.add_metric((agent, kpi, STATES[str(severity)]), count)
    yield opened


def _means(now: int, released: Released) -> Iterator[tuple[str, str, str, int, float]]:
    fresh = Q()
    for kpi, shown in shown_by(released).items():
        fresh |= Q(kpi=kpi, at__gt=now - shown.missing) if shown.missing else Q(kpi=kpi)
    if fresh:
        found = Series.objects.filter(fresh, changed__gt=0).order_by("agent", "kpi", "source")
        yield from found.values_list("agent", "kpi", "source").annotate(Count("pk"), Avg("value"))
