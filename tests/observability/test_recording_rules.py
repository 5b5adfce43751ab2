"""What is recorded of people, and under which names."""

from typing import Any

import promql_parser
import pytest
from promql_parser import AggregateExpr

from contracts.documents.registry import Status
from contracts.release import ReleaseDocument
from observability.recording_rules import (
    MEAN,
    PATH,
    QUANTILE,
    recorded_metrics,
    recording_groups,
    recording_rule_files,
)
from tests.contracts.releases import example_release, made_release
from tests.observability.tools import OPTIONS, ran, rules_in, written


@pytest.fixture(scope="module")
def rules():
    return rules_in(recording_rule_files(example_release(), OPTIONS)[PATH])


def with_kpi(**changes):
    """The small release, its first KPI otherwise."""
    document = made_release()
    first, *rest = document.registry.kpis
    registry = document.registry.model_copy(update={"kpis": [first.model_copy(update=changes), *rest]})
    return ReleaseDocument(registry, document.roster, document.bindings, document.codes)


def test_names_are_level_metric_operations(rules):
    assert all(rule["record"].count(":") == 2 for rule in rules)


def test_no_gauge_has_a_rate(rules):
    assert not [rule for rule in rules if "rate(" in rule["expr"] or "increase(" in rule["expr"]]


def test_nothing_recorded_is_of_one_person(rules):
    """But for the averages over time, which are of what is recorded."""
    for rule in rules:
        parsed: Any = promql_parser.parse(rule["expr"])
        outermost: Any = parsed if isinstance(parsed, AggregateExpr) else None
        assert outermost is None or "user_id" not in outermost.modifier.labels
        assert outermost or "auren_kpi_value" in rule["expr"] or "by (agent, kpi" in rule["expr"]


def test_every_active_kpi_with_a_metric_has_its_quantiles_and_mean(rules):
    metrics = recorded_metrics(example_release())
    quantiles = {(rule["labels"]["kpi"], rule["labels"]["quantile"]) for rule in of(rules, QUANTILE)}
    assert quantiles == {(kpi, quantile) for kpi in metrics for quantile in ("0.1", "0.5", "0.9")}
    assert {rule.get("labels", {}).get("kpi") for rule in of(rules, MEAN)} == {*metrics, None}


def test_all_else_is_one_rule_for_all_kpis():
    few, many = made_release(), example_release()
    per_kpi = [len(rules_of(one)) - 4 * len(recorded_metrics(one)) for one in (few, many)]
    assert per_kpi[0] == per_kpi[1]


@pytest.mark.parametrize(
    "changes",
    [
        {"status": Status.DRAFT},
        {"prometheus_metric": 'up{job="x"} or vector(1)'},
        {"prometheus_metric": "auren_binding_state"},
        {"prometheus_metric": ""},
    ],
)
def test_a_kpi_that_is_not_exported_is_not_recorded(changes):
    assert set(recorded_metrics(with_kpi(**changes))) == {"laps"}


def test_a_hostile_name_is_a_label_as_it_is(tmp_path):
    name = 'x"} or vector(1) or up{job="{{ $value }}\n\\'
    files = recording_rule_files(with_kpi(name=name), OPTIONS)
    assert name in {
        rule["labels"]["kpi"] for rule in rules_in(files[PATH]) if "kpi" in rule.get("labels", {})
    }


def test_long_windows_are_looked_at_less_often_but_stay_visible():
    intervals = {
        group["name"]: int(group["interval"].removesuffix("m")) for group in recording_groups(made_release())
    }
    assert 1 == intervals["auren_kpi_values"] < intervals["auren_kpi_averages"] < 5


@pytest.mark.monitoring
def test_promtool_takes_them(tmp_path):
    written(tmp_path, recording_rule_files(example_release(), OPTIONS))
    assert "SUCCESS" in ran("promtool", "check", "rules", "--lint-fatal", tmp_path / PATH)


def of(rules, record):
    return [rule for rule in rules if rule["record"] == record]


def rules_of(document):
    return rules_in(recording_rule_files(document, OPTIONS)[PATH])
