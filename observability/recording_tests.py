"""promtool's tests of the recording rules: a few people whose shares, quantiles and averages are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from posixpath import basename
from typing import Any, Final

from contracts.release import ReleaseDocument
from contracts.yamlwriter import write_yaml
from observability import recording_rules as rules
from observability.options import ExportOptions, Files, RuleFormat
from observability.promql import selector
from observability.rule_files import header

PATH: Final = "prometheus/tests/kpi-recording_test.yml"
ORDER: Final = ("auren_kpi_people", "auren_kpi_values", "auren_kpi_averages")
_LAST: Final = "auren_series_last_observation_timestamp_seconds"
_MINUTES: Final = 7 * 24 * 60 + 45
"""When everything is asked. Rules are evaluated then and at the start alone: many KPIs would take minutes otherwise. It
is no multiple of ten, so that no sample lies on a window's edge."""

Samples = Mapping[str, float]
"""Expected values by their labels, as a selector without a name."""
Test = dict[str, Any]


def recording_test_files(document: ReleaseDocument, options: ExportOptions) -> Files:
    """The file of tests. promtool reads plain rule files only, so there are none beside other forms."""
    if options.rule_format is not RuleFormat.PROMETHEUS:
        return {}
    data = {
        "rule_files": [f"../rules/{basename(rules.PATH)}"],
        "evaluation_interval": f"{_MINUTES}m",
        "group_eval_order": list(ORDER),
        "tests": [_people(), _without_people(), _ages(), *_values(document), _averages()],
    }
    return {PATH: header(options) + write_yaml(data)}


def _people() -> Test:
    """Eight people, of whom four are well and one is in each of the other states."""
    states, opens = (0, 0, 0, 0, 1, 2, 3, -1), (0, 0, 0, 0, 0, 2, 3, 2)
    shares = {"normal": 0.5, "info": 0.125, "warning": 0.125, "critical": 0.125, "unknown": 0.125}
    severities = {"info": 0.0, "warning": 0.25, "critical": 0.125}
    return _test(
        "People by state",
        {
            selector(name, agent="A", kpi="k", user_id=f"u{n}"): str(value)
            for name, values in (("auren_binding_state", states), ("auren_binding_open_severity", opens))
            for n, value in enumerate(values)
        },
        {
            rules.PEOPLE: {_labels(agent="A", kpi="k"): 8},
            rules.STATE_SHARE: {_labels(agent="A", kpi="k", state=one): n for one, n in shares.items()},
            rules.OPEN_SHARE: {_labels(agent="A", kpi="k", severity=one): n for one, n in severities.items()},
        },
    )


def _without_people() -> Test:
    """The same where `/metrics` tells of nobody: 3 of 4 are well, and 6 values have the mean 20."""
    whose = {"agent": "A", "kpi": "k"}
    return _test(
        "People who are only counted",
        {
            selector("auren_binding_people", **whose, state="normal"): "3",
            selector("auren_binding_people", **whose, state="critical"): "1",
            selector("auren_binding_open_people", **whose, severity="critical"): "2",
            selector("auren_kpi_mean", **whose, measurement_source="band"): "10",
            selector("auren_kpi_series", **whose, measurement_source="band"): "2",
            selector("auren_kpi_mean", **whose, measurement_source="ring"): "25",
            selector("auren_kpi_series", **whose, measurement_source="ring"): "4",
            selector("auren_kpi_series", **whose, measurement_source="too few to have a mean"): "1",
        },
        {
            rules.PEOPLE: {_labels(**whose): 4},
            rules.STATE_SHARE: {
                _labels(**whose, state="normal"): 0.75,
                _labels(**whose, state="critical"): 0.25,
            },
            rules.OPEN_SHARE: {_labels(**whose, severity="critical"): 0.5},
            rules.MEAN: {_labels(**whose): 20},
        },
    )


def _ages() -> Test:
    """The last observations were five minutes ago, 65 and 125."""
    now = _MINUTES * 60
    return _test(
        "Age of observations",
        {
            selector(_LAST, agent="A", kpi="k", measurement_source="band", user_id=f"u{at}"): str(at)
            for at in (now - 7500, now - 3900, now - 300)
        },
        {
            rules.NEWEST_AGE: {_labels(agent="A", kpi="k"): 300},
            rules.AGE: {
                _labels(agent="A", kpi="k", quantile="0.5"): 3900,
                _labels(agent="A", kpi="k", quantile="0.9"): 6780,
            },
        },
    )


def _values(document: ReleaseDocument) -> Iterator[Test]:
    """Of each KPI five people with 10, 20, 30, 40 and 90, the first by two devices."""
    metrics = rules.recorded_metrics(document)
    if not metrics:
        return
    values = {("u1", "band"): 5, ("u1", "ring"): 15} | {
        (f"u{n}", "band"): value for n, value in enumerate((20, 30, 40, 90), 2)
    }
    quantiles = {"0.1": 14.0, "0.5": 30.0, "0.9": 70.0}
    yield _test(
        "Values of people",
        {
            selector(metric, agent="A", measurement_source=source, user_id=user): str(value)
            for metric in metrics.values()
            for (user, source), value in values.items()
        },
        {
            rules.QUANTILE: {
                _labels(agent="A", kpi=kpi, quantile=quantile): value
                for kpi in metrics
                for quantile, value in quantiles.items()
            },
            rules.MEAN: {_labels(agent="A", kpi=kpi): 38 for kpi in metrics},
        },
    )


def _averages() -> Test:
    """A mean of 80 until six days and ten minutes are over, then of 54: 24 of the week's 168 hours are looked at then.

    Another of 0 has no drop: nothing can fall below it by a share.
    """
    high = 6 * 144 + 1  # samples, ten minutes apart
    low = _MINUTES // 10 + 1 - high
    week = (80 * 144 + 54 * 24) / 168
    falling, nothing = {"agent": "A", "kpi": "k"}, {"agent": "A", "kpi": "none"}
    return _test(
        "Averages over time",
        {
            selector(rules.MEAN, **falling): f"80x{high - 1} 54x{low - 1}",
            selector(rules.MEAN, **nothing): f"0x{high + low - 1}",
        },
        {
            rules.HOUR: {_labels(**falling): 54, _labels(**nothing): 0},
            rules.DAY: {_labels(**falling): 54, _labels(**nothing): 0},
            rules.WEEK: {_labels(**falling): round(week, 3), _labels(**nothing): 0},
            rules.DROP: {_labels(**falling): round(1 - 54 / week, 3)},
        },
        minutes=10,
    )


def _test(
    name: str, series: Mapping[str, str], expected: Mapping[str, Samples], *, minutes: int = _MINUTES
) -> Test:
    """Samples come every so many minutes; constant values are told by their number alone. What is expected is compared
    to three decimals."""
    return {
        "name": name,
        "interval": f"{minutes}m",
        "input_series": [
            {"series": one, "values": values if "x" in values else f"{values}x1"}
            for one, values in series.items()
        ],
        "promql_expr_test": [
            {
                "expr": f"round({record}, 0.001)",
                "eval_time": f"{_MINUTES}m",
                "exp_samples": _expected(samples),
            }
            for record, samples in expected.items()
        ],
    }


def _expected(samples: Samples) -> Sequence[Mapping[str, Any]]:
    return [{"labels": labels, "value": value} for labels, value in samples.items()]


def _labels(**labels: str) -> str:
    return selector("", **labels)
