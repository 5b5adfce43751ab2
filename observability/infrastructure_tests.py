"""promtool's tests of the alerts about this service: each just inside and just outside of what it stands on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename
from typing import Any, Final

from contracts.release import ReleaseDocument
from contracts.yamlwriter import write_yaml
from observability import infrastructure_rules as rules
from observability.infrastructure_rules import infrastructure_alerts
from observability.options import ExportOptions, Files, RuleFormat
from observability.rule_files import header

PATH: Final = "prometheus/tests/infrastructure_test.yml"
INGEST_PATH: Final = "prometheus/tests/infrastructure-ingest_test.yml"
"""Looking back a day takes a day of evaluations: fewer an hour, or it would take a minute."""
_LABEL: Final = re.compile(r"\{\{ \$labels\.(\w+) \}\}")

_UP: Final = 'up{instance="web",job="auren_process"}'
_REQUESTS: Final = (
    'django_http_requests_total_by_view_transport_method_total{job="auren_process",view="home"}'
)
_LATENCY: Final = "django_http_requests_latency_seconds_by_view_method"
_STORED: Final = 'auren_observations_total{agent="NEUROS",kpi="k",result="accepted"}'
_SEEN: Final = 'auren_agent_last_seen_timestamp_seconds{agent="NEUROS"}'
_JOB: Final = "auren_job_last_success_timestamp_seconds"
_DISK: Final = '{device="sda",fstype="ext4",instance="web",job="auren_node",mountpoint="/"}'
_DAY: Final = 86_400

Labels = Mapping[str, str]
Series = Mapping[str, str]
Moments = Mapping[str, Sequence[Labels]]


@dataclass(frozen=True, slots=True)
class Case:
    """At some moments, such as ``3m``, which series of an alert fire: each by the labels of its expression, and by its
    severity where that is another than the case's."""

    name: str
    alert: str
    series: Series
    expected: Moments
    severity: str = "warning"
    interval: str = "30s"


def infrastructure_test_files(document: ReleaseDocument, options: ExportOptions) -> Files:
    """The file of tests. promtool reads plain rule files only, so there are none beside other forms."""
    if options.rule_format is not RuleFormat.PROMETHEUS:
        return {}
    return {
        PATH: _file(cases(), "30s", options),
        INGEST_PATH: _file(ingest_cases(), "5m", options),
    }


def _file(some: Iterable[Case], interval: str, options: ExportOptions) -> str:
    data = {
        "rule_files": [f"../rules/{basename(rules.PATH)}"],
        "evaluation_interval": interval,
        "tests": [_test(case, options) for case in some],
    }
    return header(options) + write_yaml(data)


def cases() -> Iterator[Case]:
    """Of minutes, all but those of days."""
    yield from _service()
    yield from _traffic()
    yield from _latency()
    yield from _collector()
    yield from _jobs()
    yield from _disk()
    yield from _ages()


def _service() -> Iterator[Case]:
    name, critical = "AurenServiceDown", "critical"
    down = [{"job": "auren_kpis"}]
    kpis, other = 'up{instance="web",job="auren_kpis"}', 'up{instance="other",job="auren_kpis"}'
    one_fails = {_UP: "1x20", kpis: "1 0x20"}
    yield Case("metrics of people fail", name, one_fails, {"3m": [], "3m30s": down}, critical)
    yield Case("nobody is asked", name, {"up": "1x20"}, {"2m30s": [], "3m": [{}]}, critical)
    yield Case("it answers in time", name, {_UP: "0x5 1x20"}, {"3m": [], "10m": []}, critical)
    yield Case("another server answers", name, {kpis: "0x20", other: "1x20"}, {"10m": []}, critical)
    name = "AurenServerDown"
    web = [{"instance": "web", "job": "auren_kpis"}]
    yield Case("one of two", name, {kpis: "1 0x30", other: "1x30"}, {"5m": [], "5m30s": web})
    yield Case("the only one", name, {kpis: "0x30"}, {"10m": []})


def _traffic() -> Iterator[Case]:
    name = "AurenNoTraffic"
    fires: Sequence[Labels] = [{}]
    up = {_UP: "1x400"}
    busy_then_none = {_REQUESTS: "0+5x80 400x320"}  # the last request at 40 min
    moments = {"40m": [], "41m30s": [], "42m": fires, "60m": fires, "120m": fires}
    yield Case("two minutes without anything", name, up | busy_then_none, moments)
    yield Case("it comes back", name, up | {_REQUESTS: "0+5x80 400x20 405+5x100"}, {"49m": fires, "52m": []})
    yield Case(
        "a demo that has just started", name, up | {_REQUESTS: "0+5x20 100x300"}, {"13m": [], "60m": []}
    )
    yield Case(
        "quiet now and then", name, up | {_REQUESTS: "0+5x70 350x6 355+5x10 405x300"}, {"45m": [], "60m": []}
    )
    polled = {_SEEN: "0+30x400"}
    yield Case("agents still poll", name, up | busy_then_none | polled, {"42m": [], "120m": []})
    reported = {_STORED: "0+1x400"}
    yield Case("agents still report", name, up | busy_then_none | reported, {"42m": [], "120m": []})
    polls_end = up | {_SEEN: "0+30x80 2400x300"}
    yield Case("only polls, which end", name, polls_end, {"43m30s": [], "44m": fires})


def _latency() -> Iterator[Case]:
    """Requests by half minutes. Of a hundred, 84, 85 or 86 take up to a second and the others up to 2.5 s, which puts
    the 95th at 2.03, 2 or 1.96 s."""
    name = "AurenSlowRequests"

    def series(fast: int, requests: float) -> Series:
        bounds = {"1.0": fast, "2.5": requests, "+Inf": requests}
        labels = 'job="auren_process",method="GET",view="home"'
        buckets = {
            f'{_LATENCY}_bucket{{le="{le}",{labels}}}': f"0+{count}x70" for le, count in bounds.items()
        }
        return buckets | {f"{_LATENCY}_count{{{labels}}}": f"0+{requests}x70"}

    yield Case("more than two seconds", name, series(84, 100), {"5m": [], "5m30s": [{}], "30m": [{}]})
    yield Case("less than two seconds", name, series(86, 100), {"30m": []})
    yield Case("fewer than twenty requests", name, series(0, 1.97), {"30m": []})
    yield Case("twenty requests", name, series(0, 2), {"30m": [{}]})


def _collector() -> Iterator[Case]:
    name, up = "AurenCollectorDown", 'up{instance="c",job="auren_collector"}'
    labels = {"instance": "c", "job": "auren_collector"}
    yield Case("it is down", name, {up: "1 0x30"}, {"5m": [], "5m30s": [labels]})
    yield Case("there is none", name, {'up{instance="c",job="other"}': "0x30"}, {"10m": []})
    name = "AurenCollectorDropping"
    for metric, what in (
        ("otelcol_exporter_send_failed_spans_total", "exporter_send_failed_spans"),
        ("otelcol_processor_refused_metric_points", "processor_refused_metric_points"),
    ):
        one = f'{metric}{{exporter="otlp",instance="c",job="auren_collector"}}'
        fires = [{"instance": "c", "what": what}]
        yield Case(f"{what} grows", name, {one: "0+1x60"}, {"10m": [], "11m": fires})
        yield Case(f"{what} grew for a while", name, {one: "0+1x10 10x60"}, {"11m": [], "20m": []})


def _jobs() -> Iterator[Case]:
    name, critical = "AurenScheduleSilent", "critical"
    late = [{"kind": "telemetry_silence"}]
    for label in ("exported_job", "job"):
        series = {f'{_JOB}{{{label}="telemetry_silence"}}': "0x60"}
        moments = {"15m": [], "15m30s": late}
        yield Case(f"the job of every minute, as {label}", name, series, moments, critical)
    yield Case("one of two servers' is fresh", name, {
        f'{_JOB}{{exported_job="telemetry_silence",instance="a"}}': "0x60",
        f'{_JOB}{{exported_job="telemetry_silence",instance="b"}}': "0+30x60",
    }, {"30m": []}, critical)  # fmt: skip
    yield Case("it was never done", name, {f'{_JOB}{{exported_job="other"}}': "0x60"}, {"30m": []}, critical)
    for kind, seconds in rules.SILENT_AFTER.items():
        if kind != rules.SCHEDULE:  # last done so long before the test began that it is late at ten minutes
            series = {f'{_JOB}{{exported_job="{kind}"}}': f"{600 - seconds}x100"}
            moments = {"40m": [], "40m30s": [{"kind": kind}]}
            yield Case(f"{kind} is late", "AurenJobSilent", series, moments)


def ingest_cases() -> Iterator[Case]:
    """Twenty observations an hour, which stop after a day and an hour, and others of which few were expected."""
    stored = "auren_observations_total"
    steady, rare = "0+1x500 500x100", "0+1x10 10x590"
    series = {
        f'{stored}{{agent="NEUROS",kpi="k",result="accepted"}}': steady,
        f'{stored}{{agent="NEUROS",kpi="",result="unknown_kpi"}}': "0+1x600",
        f'{stored}{{agent="SOMNOS",kpi="k",result="accepted"}}': rare,
        f'{stored}{{agent="AUREN",kpi="k",result="late"}}': "0+1x600",
    }
    moments = {"2h": [], "25h55m": [], "26h10m": [{"agent": "NEUROS"}]}
    yield Case("they stop", "AurenIngestStopped", series, moments, interval="3m")


def _disk() -> Iterator[Case]:
    labels = {"device": "sda", "fstype": "ext4", "instance": "web", "job": "auren_node", "mountpoint": "/"}
    low, critical = [labels], [labels, labels | {"severity": "critical"}]
    for free, fires in (("15", []), ("14.9", low), ("5", low), ("4.9", critical)):
        moments: Moments = {"14m30s": [], "15m": fires}
        yield Case(f"{free} % is free", "AurenDiskLow", _free(free), moments)
    read_only = _free("1", read_only=1)
    yield Case("a disk that nobody writes to", "AurenDiskLow", read_only, {"30m": []})
    image = {series.replace("ext4", "squashfs"): values for series, values in _free("0").items()}
    yield Case("what is full by its nature", "AurenDiskLow", image, {"30m": []})


def _free(percent: str, *, read_only: int = 0) -> Series:
    return {
        f"node_filesystem_avail_bytes{_DISK}": f"{percent}x60",
        f"node_filesystem_size_bytes{_DISK}": "100x60",
        f"node_filesystem_readonly{_DISK}": f"{read_only}x60",
    }


def _ages() -> Iterator[Case]:
    confirmed = {'auren_snapshot_confirmed_timestamp_seconds{instance="web",job="auren_process"}': "0x60"}
    old = [{"instance": "web", "job": "auren_process"}]
    yield Case("a file not confirmed", "AurenSnapshotOld", confirmed, {"10m": [], "10m30s": old})
    probe = {"instance": "https://auren.example", "job": "auren_certificate"}
    series = 'probe_ssl_earliest_cert_expiry{instance="https://auren.example",job="auren_certificate"}'
    both = [probe, probe | {"severity": "critical"}]
    for days, fires in ((14, [probe]), (3, both)):
        before = [] if days == 14 else [probe]  # it becomes too late at ten minutes
        moments = {"1h10m": before, "1h10m30s": fires}
        ends = {series: f"{days * _DAY + 600}x150"}
        yield Case(f"a certificate of {days} days", "AurenCertificateNearEnd", ends, moments)


def _test(case: Case, options: ExportOptions) -> dict[str, Any]:
    return {
        "name": f"{case.alert}: {case.name}",
        "interval": case.interval,
        "input_series": [{"series": one, "values": values} for one, values in case.series.items()],
        "alert_rule_test": [
            {
                "eval_time": moment,
                "alertname": case.alert,
                "exp_alerts": [_expected(case, labels, options) for labels in firing],
            }
            for moment, firing in case.expected.items()
        ],
    }


def _expected(case: Case, labels: Labels, options: ExportOptions) -> dict[str, Any]:
    severity = labels.get("severity", case.severity)
    (alert,) = [one for one in infrastructure_alerts() if (one.name, one.severity) == (case.alert, severity)]
    told = {
        name: _LABEL.sub(lambda found: labels.get(found[1], ""), text)
        for name, text in alert.annotations(options).items()
    }
    return {"exp_labels": {**labels, **alert.labels()}, "exp_annotations": told}
