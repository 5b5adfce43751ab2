"""Runs as Prometheus sees them: what became of them, from the tallies, and how things are. Never whose they are."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Count, Min, Q
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from contracts.evaluation import SECOND
from jobs.database_clock import database_clock
from protocols.lifecycle import OPEN, RunState
from protocols.models import ProtocolRun
from protocols.services.judging import DEVIATIONS
from protocols.services.pausing import pauses_at
from protocols.services.steps import ACTIONS, HAND_OFFS, OPENED, RUNS, SEVERITIES
from telemetry.exposition import families
from telemetry.exposition.reading import Question
from telemetry.models import Tally

_TALLIES = Question(
    lambda: (
        Tally.objects.filter(name__in=(RUNS, ACTIONS, HAND_OFFS, DEVIATIONS))
        .order_by("agent", "kpi", "what")
        .values_list("name", "agent", "kpi", "what", "count")
    )
)
_UNBEGUN = Q(state__in=(RunState.OFFERED, RunState.WAITING))
_OPEN_RUNS = Question(
    lambda: (
        ProtocolRun.objects.filter(state__in=sorted(OPEN))
        .order_by("agent", "severity")
        .values_list("agent", "severity")
        .annotate(count=Count("pk"), oldest=Min("recorded", filter=_UNBEGUN))
    )
)


def join() -> None:
    """Have the metrics of runs be among those that are scraped."""
    if protocol_families not in families.MORE:
        families.MORE.append(protocol_families)


def protocol_families() -> Iterator[Metric]:
    """Three queries, however many runs there are."""
    yield from _counts()
    yield from _open_runs()
    paused = GaugeMetricFamily(
        "auren_agent_paused",
        "1 while an agent is to do nothing, about one KPI or, where that is empty, at all.",
        labels=("agent", "kpi"),
    )
    for agent, kpi in sorted({(one.agent, one.kpi) for one in pauses_at(database_clock.micros())}):
        paused.add_metric((agent, kpi), 1)
    yield paused


def _counts() -> Iterator[Metric]:
    opened = CounterMetricFamily(
        "auren_protocol_runs_opened", "Runs that were opened.", labels=("agent", "kpi")
    )
    runs = CounterMetricFamily(
        "auren_protocol_runs", "How runs ended; one that a rise opened again ends again.",
        labels=("agent", "kpi", "outcome"),
    )  # fmt: skip
    actions = CounterMetricFamily(
        "auren_protocol_actions", "What became of actions; empty for those that no contract asks for.",
        labels=("agent", "action", "outcome"),
    )  # fmt: skip
    hand_offs = CounterMetricFamily(
        "auren_handoffs", "Hand-offs that were offered, and how they were answered.",
        labels=("source", "target", "outcome"),
    )  # fmt: skip
    deviations = CounterMetricFamily(
        "auren_protocol_deviations", "Where runs were not as declared, by the rule that found it.",
        labels=("agent", "kpi", "rule"),
    )  # fmt: skip
    plain = {RUNS: runs, ACTIONS: actions, HAND_OFFS: hand_offs, DEVIATIONS: deviations}
    for name, agent, kpi, what, count in _TALLIES.rows():
        if name == RUNS and what == OPENED:
            opened.add_metric((agent, kpi), count)
        else:
            plain[name].add_metric((agent, kpi, what), count)
    yield opened
    yield from plain.values()


def _open_runs() -> Iterator[Metric]:
    labels = ("agent", "severity")
    runs = GaugeMetricFamily(
        "auren_protocol_runs_open", "Runs in which something is left to do.", labels=labels
    )
    since = GaugeMetricFamily(
        "auren_protocol_runs_waiting_since_timestamp_seconds",
        "Since when the oldest run waits that its agent has not begun, or a hand-off that it has not answered.",
        labels=labels,
    )
    for agent, severity, count, oldest in _OPEN_RUNS.rows():
        key = (agent, str(SEVERITIES[severity]))
        runs.add_metric(key, count)
        if oldest is not None:
            since.add_metric(key, oldest / SECOND)
    yield runs
    yield since
