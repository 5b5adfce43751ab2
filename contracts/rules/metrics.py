"""Rules about the unit of a KPI and the Prometheus metric it is exported as."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.catalogue import Problem, kpi_rule
from contracts.context import MANY, RegistryContext
from contracts.naming import METRIC, fold
from contracts.rules.words import listed, quoted
from contracts.spec import KpiSpec
from contracts.units import UnitSpec, find_unit

# Endings that say to Prometheus and OpenMetrics what kind of metric a name belongs to; ours are plain gauges.
# https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md#metric-types
TYPE_SUFFIXES = ("_total", "_count", "_sum", "_bucket", "_info", "_created")
# Families that this product and the systems around it export themselves.
OWN_FAMILIES = frozenset(
    {
        "auren_kpi_info",
        "auren_kpi_mean",
        "auren_kpi_series",
        "auren_kpi_threshold",
        "auren_binding_people",
        "auren_binding_state",
        "auren_binding_threshold",
        "auren_binding_open_severity",
        "auren_binding_open_people",
        "auren_series_last_observation_timestamp_seconds",
        "auren_series_over_budget",
        "auren_observations_total",
        "auren_transitions_total",
        "auren_protocol_runs_total",
        "auren_protocol_runs_opened_total",
        "auren_protocol_runs_open",
        "auren_protocol_runs_waiting_since_timestamp_seconds",
        "auren_protocol_deviations_total",
        "auren_agent_paused",
        "auren_protocol_actions_total",
        "auren_handoffs_total",
        "auren_release_info",
        "auren_validation_findings",
        "auren_agent_last_seen_timestamp_seconds",
        "auren_agent_release",
        "auren_job_last_success_timestamp_seconds",
        "auren_clock_skew_seconds",
        "auren_snapshot_confirmed_timestamp_seconds",
        "auren_inbox_polls_total",
        "auren_inbox_held_age_seconds",
        "auren_inbox_look_duration_seconds",
        "auren_inbox_look_failures_total",
        "up",
        "alerts",
        "alerts_for_state",
    }
)
OWN_BEGINNINGS = ("django_", "python_", "process_", "scrape_", "go_", "prometheus_")
_TAKEN = OWN_FAMILIES | {name.removesuffix("_info").removesuffix("_total") for name in OWN_FAMILIES}
"""Our own families, and what OpenMetrics calls them."""


def is_free(metric: str) -> bool:
    """Whether a KPI may be exported under this name. The rules see to it; elsewhere it would break all of /metrics."""
    return bool(
        METRIC.fullmatch(metric)
        and metric not in _TAKEN
        and not metric.startswith(OWN_BEGINNINGS)
        and not metric.endswith(TYPE_SUFFIXES)
    )


FOR_ENGINEERS = frozenset({"KPI016"})
"""Rules whose notes say nothing to whoever knows people rather than Prometheus: forms fold them away."""


@kpi_rule(
    "KPI010",
    "metric_pattern",
    "error",
    title="Metric name not accepted by Prometheus",
    example="prometheus_metric: auren-resting-hr-bpm",
)
def metric_is_accepted(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """Prometheus takes letters, digits and underscores in the name of a metric that is exported; it keeps
    colons for the names of recording rules."""
    metric = kpi.document.prometheus_metric
    if METRIC.fullmatch(metric):
        return
    if not metric:
        yield Problem(
            ("prometheus_metric",),
            "The KPI has no metric name. It could not be exported to Prometheus.",
            f"Give it one such as {context.export.prometheus.prefix}{kpi.name or 'hrv_rmssd_ms'}.",
        )
        return
    plain = "".join(c if c.isascii() and (c.isalnum() or c == "_") else "_" for c in metric.strip())
    yield Problem(
        ("prometheus_metric",),
        f"Prometheus does not accept the metric name {quoted(metric)}. Only letters, digits and underscores "
        "can be "
        "used, and the first may not be a digit.",
        f"Did you mean {plain}?" if METRIC.fullmatch(plain) and len(plain) < 100 else "",
    )


@kpi_rule(
    "KPI011",
    "metric_prefix",
    "error",
    title="Metric without the registry's prefix",
    example="prometheus_metric: resting_hr_bpm",
)
def metric_has_the_prefix(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """The registry's export settings promise that every metric begins with one prefix; dashboards, alerts and
    access rules select by it."""
    prefix, metric = context.export.prometheus.prefix, kpi.document.prometheus_metric
    if not metric.startswith(prefix) and METRIC.fullmatch(metric) and METRIC.fullmatch(prefix):
        yield Problem(
            ("prometheus_metric",),
            "The metric does not begin like the others. All metrics of this registry begin with "
            f"{quoted(prefix)}.",
            f"Did you mean {prefix}{metric}?" if METRIC.fullmatch(prefix + metric) else "",
        )


@kpi_rule(
    "KPI012",
    "metric_collision",
    "error",
    title="Metric used twice",
    example="""
        kpis:
          - {name: resting_hr, unit: bpm, prometheus_metric: auren_hr_bpm, title: Resting heart rate}
          - {name: night_hr, unit: bpm, prometheus_metric: auren_hr_bpm, title: Heart rate at night}
        """,
)
def metric_is_unique(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """Two KPIs under one metric name would be one family of time series: nobody could tell their values
    apart. The names of what this product exports about itself are taken, too."""
    metric = fold(kpi.document.prometheus_metric)
    if metric in OWN_FAMILIES or metric.startswith(OWN_BEGINNINGS):
        yield Problem(
            ("prometheus_metric",),
            f"The metric name is taken. {quoted(kpi.name)} would be mixed with {metric}, which is exported "
            "already.",
            "Choose another name.",
        )
    same = context.metrics.get(metric, ())
    if len(same) > 1:
        names = dict.fromkeys(known.name for known in same[:MANY])
        both = (
            listed(map(quoted, names), "and")
            if len(names) > 1
            else f"{len(same)} KPIs named {quoted(kpi.name)}"
        )
        yield Problem(
            ("prometheus_metric",),
            f"Two KPIs cannot share a metric. {both} are exported as "
            f"{quoted(kpi.document.prometheus_metric)}.",
            "Give each its own metric name.",
        )


@kpi_rule(
    "KPI013",
    "metric_suffix",
    "error",
    title="Metric ends like another type",
    example="{unit: count, prometheus_metric: auren_steps_total}",
)
def metric_does_not_pose_as_another_type(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """Some endings tell Prometheus that a metric is a counter, a histogram or mere information. A KPI is a
    value that goes up and down, and OpenMetrics refuses it under such a name."""
    metric = kpi.document.prometheus_metric
    if metric.endswith(TYPE_SUFFIXES):
        ending = next(suffix for suffix in TYPE_SUFFIXES if metric.endswith(suffix))
        rest = metric.removesuffix(ending)
        yield Problem(
            ("prometheus_metric",),
            f"The metric ends like a different kind of metric. Prometheus keeps {quoted(ending)} for its "
            "own types.",
            f"Did you mean {rest}?" if METRIC.fullmatch(rest) and rest not in context.metrics else "",
        )


@kpi_rule("KPI014", "unit_unknown", "error", title="Unknown unit", example="unit: beats")
def unit_is_known(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """A number means something only with its unit, and agents, alerts and dashboards must all know it."""
    unit = kpi.document.unit
    if unit in context.units:
        return
    if not unit:
        yield Problem(("unit",), "The KPI has no unit.", "Use “score” for a number without one.")
        return
    meant = find_unit(unit)
    near = meant.code if meant and meant.code in context.units else context.near_units.nearest(unit)
    question = f"Did you mean {near}? Otherwise define" if near else "Define"
    yield Problem(
        ("unit",),
        f"The unit {quoted(unit)} is not known.",
        f"{question} the unit under “units” of the registry.",
    )


@kpi_rule(
    "KPI015",
    "metric_without_unit",
    "warning",
    title="Metric name does not say its unit",
    example="prometheus_metric: auren_resting_hr",
)
def metric_says_its_unit(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """Whoever writes a query sees the metric's name only: its ending should tell the unit
    (https://prometheus.io/docs/practices/naming/#metric-names)."""
    metric = kpi.document.prometheus_metric
    unit = context.units.get(kpi.document.unit)
    if not unit or not unit.prometheus_suffix or metric.endswith(unit.prometheus_suffix):
        return
    if not METRIC.fullmatch(metric) or says(metric, unit):
        return
    yield Problem(
        ("prometheus_metric",),
        f"The metric's name does not say its unit. It is measured in {unit.title or unit.code}.",
        f"Did you mean {metric}_{unit.prometheus_suffix}?",
    )


def says(metric: str, unit: UnitSpec) -> bool:
    """Whether a metric's last words are the unit under any of its names, such as ``pct`` for per cent."""
    words = metric.split("_")
    endings = ("_".join(words[-count:]) for count in range(1, min(len(words), 6)))
    return any(
        ending == unit.code or (found := find_unit(ending)) and found.code == unit.code for ending in endings
    )


@kpi_rule(
    "KPI016",
    "unit_not_base",
    "note",
    title="Unit is not Prometheus' base unit",
    example="{unit: milliseconds, prometheus_metric: auren_sleep_latency_ms}",
)
def unit_is_a_base_unit(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """Prometheus recommends base units such as seconds, so that values of different metrics can be put
    together without converting (https://prometheus.io/docs/practices/naming/#base-units). Where people think
    in another unit, that one may be the better choice."""
    unit = context.units.get(kpi.document.unit)
    if unit and unit.base:
        base = context.units.get(unit.base)
        yield Problem(
            ("unit",),
            f"Prometheus recommends {base.title if base else unit.base} over {unit.title or unit.code}.",
            "Keep it where people think in this unit.",
        )
