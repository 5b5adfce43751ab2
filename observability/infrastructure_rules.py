"""Alerts about this service itself, not about people: whether it answers, keeps up, and has what it stands on.

They are the same for every release. Each is calm: what was never there, as when a demo has just started, is not
missed. The scrape jobs are called as in deploy/prometheus.yml; jobs beginning otherwise are other services' and left
alone (docs/infrastructure-alerts.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contracts.release import ReleaseDocument
from observability.alert_texts import filled, runbook_url
from observability.options import ExportOptions, Files
from observability.rule_files import Rule, rule_file

PATH: Final = "prometheus/rules/infrastructure.yml"
GROUP: Final = "auren_infrastructure"
INTERVAL: Final = "30s"
TRAFFIC: Final = "auren:traffic:active2m"
MINUTE, HOUR = 60, 3600

SILENT_AFTER: Final[Mapping[str, int]] = {
    "telemetry_silence": 10 * MINUTE,
    "protocol_sweep": 15 * MINUTE,
    "telemetry_forward": 15 * MINUTE,
    "telemetry_tidy": 3 * HOUR,
    "telemetry_retention": 36 * HOUR,
    "telemetry_summaries": 36 * HOUR,
    "protocol_retention": 36 * HOUR,
    "validation_report": 36 * HOUR,
    "webhook_forget": 36 * HOUR,
}
"""Seconds after its last success a kind of job that runs by itself is late: several of its periods."""
SCHEDULE: Final = "telemetry_silence"
"""The job of every minute; without it nobody's state becomes unknown, and neither schedule nor worker runs."""

_SERVICE: Final = 'up{job=~"auren_kpis|auren_process"}'
_PROCESS: Final = '{job="auren_process"}'
_LATENCY: Final = "django_http_requests_latency_seconds_by_view_method"
_REQUESTS: Final = f"django_http_requests_total_by_view_transport_method_total{_PROCESS}"
_DISK: Final = '{job="auren_node",fstype!~"autofs|fuse.*|iso9660|nsfs|overlay|ramfs|squashfs|tmpfs"}'
_LOST: Final = "exporter_(send|enqueue)_failed|(processor|receiver)_refused"
_DROPPED: Final = f'{{job="auren_collector",__name__=~"otelcol_({_LOST})_.+"}}'
_STORED: Final = 'auren_observations_total{result=~"accepted|corrected|late"}'
_CERTIFICATE: Final = 'probe_ssl_earliest_cert_expiry{job=~"auren.*"}'
_WORD: Final = re.compile(r"(?<!^)(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class InfrastructureAlert:
    """One rule. Its texts may name labels of the expression as templates do; ``for_`` is "" where it is at once."""

    name: str
    severity: str
    for_: str
    expr: str
    summary: str
    description: str

    @property
    def runbook(self) -> str:
        """The page about it: its name in kebab case."""
        return f"{_WORD.sub('-', self.name).lower()}.md"

    def labels(self) -> dict[str, str]:
        """What routes go by; those of people's alerts have an owner instead of a service."""
        return {"severity": self.severity, "category": "infrastructure", "service": "auren"}

    def annotations(self, options: ExportOptions) -> dict[str, str]:
        """What it tells, as templates."""
        texts = {"summary": self.summary, "description": self.description}
        return filled(texts | {"runbook_url": runbook_url(self.runbook, options)})


def infrastructure_rule_files(document: ReleaseDocument, options: ExportOptions) -> Files:
    """The file of alerts about the service, whatever is released."""
    rules: Sequence[Rule] = [_traffic(), *(_rule(one, options) for one in infrastructure_alerts())]
    group = {"name": GROUP, "interval": INTERVAL, "limit": options.rule_limit, "rules": rules}
    return {PATH: rule_file([group], options, "infrastructure")}


def infrastructure_alerts() -> Iterator[InfrastructureAlert]:
    """All of them."""
    yield from _answers()
    yield from _collector()
    yield from _work()
    yield from _stands_on()


def _rule(alert: InfrastructureAlert, options: ExportOptions) -> Rule:
    rule: dict[str, Any] = {"alert": alert.name, "expr": alert.expr}
    if alert.for_:
        rule["for"] = alert.for_
    return rule | {"labels": alert.labels(), "annotations": alert.annotations(options)}


def _traffic() -> Rule:
    """1 while anybody asks anything, 0 while nobody does, nothing while the service is down.

    Django does not count polls, but agents that poll were seen lately: to the minute, noted once a minute.
    """
    parts = (
        f"sum(increase({_REQUESTS}[2m]))",
        "sum(increase(auren_observations_total[2m]))",
        "sum(time() - auren_agent_last_seen_timestamp_seconds < bool 240)",
    )
    total = " + ".join(f"({part} or vector(0))" for part in parts)
    return {"record": TRAFFIC, "expr": f"clamp_max({total}, 1) and on () max({_SERVICE}) == 1"}


def _answers() -> Iterator[InfrastructureAlert]:
    yield InfrastructureAlert(
        "AurenServiceDown", "critical", "3m",
        f"max by (job) ({_SERVICE}) == 0 or absent({_SERVICE})",
        "AUREN Admin does not answer Prometheus",
        "No scrape of any server has succeeded for three minutes ({{ $labels.job }}). Nothing new is known of people: "
        "their alerts neither begin nor end.",
    )  # fmt: skip
    yield InfrastructureAlert(
        "AurenServerDown", "warning", "5m",
        f"{_SERVICE} == 0 and on (job) max by (job) ({_SERVICE}) == 1",
        "{{ $labels.instance }} does not answer Prometheus",
        "It has not answered for five minutes; other servers of AUREN Admin do.",
    )  # fmt: skip
    yield InfrastructureAlert(
        "AurenNoTraffic", "warning", "",
        f"{TRAFFIC} == 0 and on () ({TRAFFIC} offset 33m == 1 and min_over_time({TRAFFIC}[30m] offset 3m) == 1"
        ' or on () ALERTS{alertname="AurenNoTraffic",alertstate="firing"})',
        "Nobody reaches AUREN Admin any longer",
        "There was traffic all the time for half an hour, and none for two minutes: no page, no report, no poll.",
    )  # fmt: skip
    yield InfrastructureAlert(
        "AurenSlowRequests", "warning", "5m",
        f"histogram_quantile(0.95, sum by (le) (rate({_LATENCY}_bucket{_PROCESS}[5m]))) > 2"
        f" and sum(increase({_LATENCY}_count{_PROCESS}[5m])) >= 20",
        "AUREN Admin answers slowly",
        "One request in twenty has taken more than two seconds for five minutes.",
    )  # fmt: skip


def _collector() -> Iterator[InfrastructureAlert]:
    yield InfrastructureAlert(
        "AurenCollectorDown", "warning", "5m",
        'up{job="auren_collector"} == 0',
        "The OpenTelemetry collector does not answer",
        "{{ $labels.instance }} has not answered for five minutes. Traces are lost; people's alerts are not.",
    )  # fmt: skip
    yield InfrastructureAlert(
        "AurenCollectorDropping", "warning", "10m",
        "sum by (instance, what) (increase("
        f'label_replace({_DROPPED}, "what", "$1", "__name__", "otelcol_(.+?)(?:_total)?")[5m:30s])) > 0',
        "The OpenTelemetry collector loses data",
        "{{ $labels.instance }} has counted {{ $labels.what }} for ten minutes.",
    )  # fmt: skip


def _work() -> Iterator[InfrastructureAlert]:
    late = _last_success([SCHEDULE])
    yield InfrastructureAlert(
        "AurenScheduleSilent", "critical", "5m",
        f"time() - {late} > {SILENT_AFTER[SCHEDULE]}",
        "No background job runs",
        "The job of every minute, {{ $labels.kind }}, was not done for ten minutes: nobody's silence is noticed.",
    )  # fmt: skip
    by_length: dict[int, list[str]] = {}
    for kind, seconds in SILENT_AFTER.items():
        if kind != SCHEDULE:
            by_length.setdefault(seconds, []).append(kind)
    yield InfrastructureAlert(
        "AurenJobSilent", "warning", "30m",
        " or ".join(f"time() - {_last_success(kinds)} > {seconds}" for seconds, kinds in by_length.items()),
        "The job {{ $labels.kind }} is overdue",
        "It runs by itself and was not done for several of its periods.",
    )  # fmt: skip
    before = f"sum by (agent) (increase({_STORED}[1h] offset 1d)) >= 20"
    yield InfrastructureAlert(
        "AurenIngestStopped", "warning", "5m",
        f"sum by (agent) (increase({_STORED}[1h])) == 0 and {before}",
        "{{ $labels.agent }} reports no observations any longer",
        "Nothing was stored in the last hour; in the same hour yesterday there were at least 20 observations.",
    )  # fmt: skip


def _last_success(kinds: Sequence[str]) -> str:
    """By kind. The label is `exported_job` unless the scrape job keeps our labels."""
    metric, pattern = "auren_job_last_success_timestamp_seconds", "|".join(kinds)
    renamed = f'label_replace({metric}{{exported_job=~"{pattern}"}}, "kind", "$1", "exported_job", "(.+)")'
    kept = f'label_replace({metric}{{exported_job="",job=~"{pattern}"}}, "kind", "$1", "job", "(.+)")'
    return f"max by (kind) ({renamed} or {kept})"


def _stands_on() -> Iterator[InfrastructureAlert]:
    free = f"node_filesystem_avail_bytes{_DISK} / node_filesystem_size_bytes{_DISK}"
    writable = f"node_filesystem_readonly{_DISK} == 0"
    for severity, share in (("warning", 15), ("critical", 5)):
        yield InfrastructureAlert(
            "AurenDiskLow", severity, "15m",
            f"{free} < {share / 100} and {writable}",
            "A disk of {{ $labels.instance }} is nearly full",
            f"Less than {share} % of {{{{ $labels.mountpoint }}}} is free. A full disk stores no observation.",
        )  # fmt: skip
    yield InfrastructureAlert(
        "AurenSnapshotOld", "warning", "5m",
        "time() - auren_snapshot_confirmed_timestamp_seconds > 300",
        "What {{ $labels.instance }} would serve without the database is old",
        "Its file of what is served was not confirmed for five minutes. Agents are answered from memory; a server "
        "started without the database would give them what the file has.",
    )  # fmt: skip
    for severity, days in (("warning", 14), ("critical", 3)):
        yield InfrastructureAlert(
            "AurenCertificateNearEnd", severity, "1h",
            f"{_CERTIFICATE} - time() < {days} * 86400",
            "The certificate of {{ $labels.instance }} ends soon",
            f"It is valid for less than {days} days. Once it has ended, agents and browsers refuse it.",
        )  # fmt: skip
