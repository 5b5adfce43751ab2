"""Recording rules: how people are, by agent and KPI, so that dashboards need not ask (docs/recording-rules.md).

What is recorded is of groups of people, never of one: erasing somebody need not reach into what Prometheus recorded,
and there are as many series as agents watch KPIs, however many people there are. Names are
``level:metric:operations`` (https://prometheus.io/docs/practices/rules/); KPIs are gauges, so nothing here is a rate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from contracts.documents.registry import Status
from contracts.release import ReleaseDocument
from contracts.severity import Severity
from observability.exported_metrics import exported_metrics
from observability.options import ExportOptions, Files
from observability.rule_files import Group, Rule, rule_file

PATH: Final = "prometheus/rules/kpi-recording.yml"
INTERVAL: Final = "1m"
AVERAGES_INTERVAL: Final = "4m"
"""Long windows are looked at less often, but within the five minutes for which Prometheus shows a sample."""
QUANTILES: Final = ("0.1", "0.5", "0.9")
AGE_QUANTILES: Final = ("0.5", "0.9")
STATES: Final = {"normal": 0, "info": 1, "warning": 2, "critical": 3, "unknown": -1}
SEVERITIES: Final = {str(one): STATES[str(one)] for one in Severity}

PEOPLE: Final = "agent_kpi:auren_binding_people:count"
STATE_SHARE: Final = "agent_kpi_state:auren_binding_people:ratio"
OPEN_SHARE: Final = "agent_kpi_severity:auren_binding_open_people:ratio"
NEWEST_AGE: Final = "agent_kpi:auren_series_age_seconds:min"
AGE: Final = "agent_kpi:auren_series_age_seconds:quantile"
QUANTILE: Final = "agent_kpi:auren_kpi_value:quantile"
MEAN: Final = "agent_kpi:auren_kpi_value:avg"
HOUR, DAY, WEEK = f"{MEAN}1h", f"{MEAN}1d", f"{MEAN}7d"
DROP: Final = "agent_kpi:auren_kpi_value:drop_ratio7d"
_LAST: Final = "auren_series_last_observation_timestamp_seconds"


def recording_rule_files(document: ReleaseDocument, options: ExportOptions) -> Files:
    """The file of recording rules."""
    return {PATH: rule_file(recording_groups(document), options, "kpi-recording")}


def recording_groups(document: ReleaseDocument) -> Sequence[Group]:
    """All groups. Only the values take rules for each KPI, because each has a metric of its own."""
    return [
        _group("auren_kpi_people", INTERVAL, [*_shares(), *_ages()]),
        _group("auren_kpi_values", INTERVAL, _values(document)),
        _group("auren_kpi_averages", AVERAGES_INTERVAL, _averages()),
    ]


def recorded_metrics(document: ReleaseDocument) -> dict[str, str]:
    """The metric of each active KPI that has one, by KPI."""
    active = {kpi.name for kpi in document.registry.kpis if kpi.status is Status.ACTIVE}
    metrics = exported_metrics(document.registry.kpis)
    return {kpi: metric for kpi, metric in metrics.items() if metric and kpi in active}


def _group(name: str, interval: str, rules: Iterator[Rule] | Sequence[Rule]) -> Group:
    return {"name": name, "interval": interval, "rules": list(rules)}


def _rule(record: str, expr: str, **labels: str) -> Rule:
    return {"record": record, "expr": expr} | ({"labels": labels} if labels else {})


def _shares() -> Iterator[Rule]:
    """Of the people watched, unknown ones included. The last of each kind is for ``AUREN_SUBJECT_LABEL=off``."""
    people = "auren_binding_people"
    yield _rule(PEOPLE, f"count by (agent, kpi) (auren_binding_state) or sum by (agent, kpi) ({people})")
    for state, number in STATES.items():
        yield _rule(STATE_SHARE, f"avg by (agent, kpi) (auren_binding_state == bool {number})", state=state)
    yield _rule(
        STATE_SHARE, f"sum by (agent, kpi, state) ({people}) {_of(f'sum by (agent, kpi) ({people})')}"
    )
    for severity, number in SEVERITIES.items():
        expr = f"avg by (agent, kpi) (auren_binding_open_severity == bool {number})"
        yield _rule(OPEN_SHARE, expr, severity=severity)
    opened = "sum by (agent, kpi, severity) (auren_binding_open_people)"
    yield _rule(OPEN_SHARE, f"{opened} {_of(f'sum by (agent, kpi) ({people})')}")


def _of(whole: str) -> str:
    return f"/ on (agent, kpi) group_left () {whole}"


def _ages() -> Iterator[Rule]:
    """How long ago the last observation was: of anybody, and of the series there are."""
    yield _rule(NEWEST_AGE, f"time() - max by (agent, kpi) ({_LAST})")
    for quantile in AGE_QUANTILES:
        yield _rule(AGE, f"quantile by (agent, kpi) ({quantile}, time() - {_LAST})", quantile=quantile)


def _values(document: ReleaseDocument) -> Iterator[Rule]:
    """Over people: who wears two devices counts once, with the mean of the two."""
    for kpi, metric in recorded_metrics(document).items():
        person = f"avg by (agent, user_id) ({metric})"
        for quantile in QUANTILES:
            yield _rule(QUANTILE, f"quantile by (agent) ({quantile}, {person})", kpi=kpi, quantile=quantile)
        yield _rule(MEAN, f"avg by (agent) ({person})", kpi=kpi)
    weighted = "sum by (agent, kpi) (auren_kpi_mean * auren_kpi_series)"
    yield _rule(MEAN, f"{weighted} / sum by (agent, kpi) (auren_kpi_series and auren_kpi_mean)")


def _averages() -> Iterator[Rule]:
    """Averages over time of the recorded mean, looked at every few minutes, and how far it fell below the longest."""
    yield _rule(HOUR, f"avg_over_time({MEAN}[1h])")
    yield _rule(DAY, f"avg_over_time({MEAN}[1d:10m])")
    yield _rule(WEEK, f"avg_over_time({MEAN}[7d:1h])")
    yield _rule(DROP, f"1 - {MEAN} / ({WEEK} > 0)")
