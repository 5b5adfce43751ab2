"""The dashboard of the service itself: health, answers, jobs, its disk and the collector beside it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from contracts.severity import Severity
from observability.dashboards.colours import NORMAL, SEVERITY_COLOURS
from observability.dashboards.fields import Field, count_field, field
from observability.dashboards.links import OVERVIEW_UID, dashboard_links
from observability.dashboards.model import Dashboard, Panel, Query, Row
from observability.dashboards.panels import lines, stat, table
from observability.dashboards.queries import PERIOD
from observability.dashboards.states import RELEASES
from observability.options import ExportOptions

_WARNING: Final = SEVERITY_COLOURS[Severity.WARNING]
_CRITICAL: Final = SEVERITY_COLOURS[Severity.CRITICAL]
_LATENCY: Final = "django_http_requests_latency_including_middlewares_seconds_bucket"
_RESPONSES: Final = "django_http_responses_total_by_status_total"
_DISK: Final = 'job="auren_node",fstype!~"autofs|fuse.*|iso9660|nsfs|overlay|ramfs|squashfs|tmpfs"'


def overview_dashboard(options: ExportOptions) -> Dashboard:
    """The service as those who run it see it."""
    return Dashboard(
        uid=OVERVIEW_UID,
        title="AUREN overview",
        description="The service: health, requests, ingest, jobs, disk, collector. Grey is no data.",
        rows=[
            Row("health", "Health", list(_health())),
            Row("requests", "Requests", list(_requests())),
            Row("work", "Observations and jobs", list(_work())),
            Row("disk", "Disk (node exporter)", list(_disk())),
            Row("collector", "OpenTelemetry collector", list(_collector())),
        ],
        annotations=[RELEASES],
        links=dashboard_links(options),
        since="now-6h",
    )


def _health() -> Iterator[Panel]:
    yield stat("health/up", "Service", 'min(up{job=~"auren_kpis|auren_process"})', _up())
    yield stat(
        "health/rate", "Requests a second", f"sum(rate({_RESPONSES}{PERIOD}))", field("reqps", decimals=2)
    )
    yield stat("health/p95", "p95", _quantile(0.95), _latency())
    yield stat(
        "health/errors",
        "Answers that failed",
        f'(sum(rate({_RESPONSES}{{status=~"5.."}}{PERIOD})) or vector(0)) / sum(rate({_RESPONSES}{PERIOD}))',
        field("percentunit", decimals=2, at=((None, NORMAL), (0.01, _WARNING), (0.05, _CRITICAL))),
    )
    yield stat(
        "health/clock",
        "Clock against the database",
        "max(abs(auren_clock_skew_seconds))",
        field("s", decimals=1, at=((None, NORMAL), (1, _WARNING), (5, _CRITICAL))),
    )
    yield stat(
        "health/findings",
        "Findings: errors",
        'sum(auren_validation_findings{level="error"}) or vector(0)',
        count_field(NORMAL, bad_from=1, bad=_CRITICAL),
    )


def _requests() -> Iterator[Panel]:
    yield lines(
        "requests/rate",
        "Requests a second, by answer",
        [Query(f"sum by (status) (rate({_RESPONSES}{PERIOD}))", "{{status}}")],
        field("reqps", decimals=2, palette=True),
        description="Polls, reports and scrapes that are answered in front of Django are not in it.",
    )
    yield lines(
        "requests/latency",
        "How long answers take",
        [Query(_quantile(share), f"p{share * 100:.0f}") for share in (0.5, 0.95, 0.99)],
        _latency(custom={"thresholdsStyle": {"mode": "line"}}, palette=True),
    )
    yield lines(
        "requests/inboxes",
        "Polls of inboxes a second, by what answers",
        [
            Query(f"sum by (answered_by) (rate(auren_inbox_polls_total{PERIOD}))", "{{answered_by}}"),
            Query(f"sum(rate(auren_inbox_look_failures_total{PERIOD}))", "looks that failed"),
        ],
        field("reqps", decimals=2, palette=True),
    )
    yield lines(
        "requests/inbox-age",
        "How old held inboxes become",
        [
            Query(_quantile(0.5, "auren_inbox_held_age_seconds_bucket"), "p50"),
            Query(_quantile(0.99, "auren_inbox_held_age_seconds_bucket"), "p99"),
            Query(_quantile(0.99, "auren_inbox_look_duration_seconds_bucket"), "p99 of a look"),
        ],
        field(
            "s",
            decimals=2,
            at=((None, NORMAL), (1, _WARNING)),
            custom={"thresholdsStyle": {"mode": "line"}},
            palette=True,
        ),
        description="Beyond one second polls are answered by Django.",
    )


def _work() -> Iterator[Panel]:
    yield lines(
        "work/observations",
        "Observations a second, by result",
        [Query(f"sum by (result) (rate(auren_observations_total{PERIOD}))", "{{result}}")],
        field("short", decimals=2, palette=True),
    )
    yield lines(
        "work/agents",
        "Since an agent was last seen",
        [Query("time() - max by (agent) (auren_agent_last_seen_timestamp_seconds)", "{{agent}}")],
        field("s", decimals=0, palette=True),
    )
    yield table(
        "work/jobs",
        "Since a job last succeeded",
        # The metric's own label is job, which Prometheus gives another name, as deploy/prometheus.yml has it.
        "time() - max by (exported_job) (auren_job_last_success_timestamp_seconds)",
        field("s", decimals=0),
        columns={"exported_job": "Job"},
    )
    yield table(
        "work/budget",
        "Series left out for the budget",
        "topk(20, max by (kpi) (auren_series_over_budget))",
        count_field(NORMAL, bad_from=1, bad=_WARNING),
        columns={"kpi": "KPI"},
    )


def _disk() -> Iterator[Panel]:
    yield lines(
        "disk/free",
        "Free space",
        [
            Query(
                f"100 * node_filesystem_avail_bytes{{{_DISK}}} / node_filesystem_size_bytes{{{_DISK}}}",
                "{{instance}} {{mountpoint}}",
            )
        ],
        # Low is bad: the first step is red, and what is missing is grey all the same.
        field("percent", decimals=1, at=((None, _CRITICAL), (15, _WARNING), (25, NORMAL)))
        | {"min": 0, "max": 100, "custom": {"thresholdsStyle": {"mode": "line"}}},
    )
    yield lines(
        "disk/left",
        "Bytes left",
        [Query(f"node_filesystem_avail_bytes{{{_DISK}}}", "{{instance}} {{mountpoint}}")],
        field("bytes", palette=True),
    )


def _collector() -> Iterator[Panel]:
    yield stat("collector/up", "Collector", 'min(up{job="auren_collector"})', _up(), width=6)
    yield lines(
        "collector/dropped",
        "Refused or not sent, a second",
        [
            # Older collectors leave the ending away.
            Query(f'sum(rate({{job="auren_collector",__name__=~"otelcol_{name}(_total)?"}}{PERIOD}))', word)
            for name, word in (
                ("receiver_refused_spans", "spans refused"),
                ("receiver_refused_metric_points", "metric points refused"),
                ("exporter_send_failed_spans", "spans not sent"),
                ("exporter_send_failed_metric_points", "metric points not sent"),
            )
        ],
        field("short", decimals=2, palette=True),
        width=9,
    )
    yield lines(
        "collector/queue",
        "Queue, of what it can hold",
        [
            Query(
                "max by (exporter) (otelcol_exporter_queue_size / otelcol_exporter_queue_capacity)",
                "{{exporter}}",
            )
        ],
        field("percentunit", decimals=0, at=((None, NORMAL), (0.5, _WARNING), (0.9, _CRITICAL))),
        width=9,
    )


def _quantile(share: float, buckets: str = _LATENCY) -> str:
    return f"histogram_quantile({share}, sum by (le) (rate({buckets}{PERIOD})))"


def _latency(**options: object) -> Field:
    return field("s", decimals=2, at=((None, NORMAL), (1, _WARNING), (2, _CRITICAL)), **options)  # type: ignore[arg-type]


def _up() -> Field:
    words = {
        "0": {"text": "down", "color": _CRITICAL, "index": 0},
        "1": {"text": "up", "color": NORMAL, "index": 1},
    }
    mappings = [{"type": "value", "options": words}]
    return field(decimals=0, at=((None, _CRITICAL), (1, NORMAL)), mappings=mappings)
