"""Alerts about the service itself."""

import re

import pytest

import telemetry.job_kinds  # noqa: F401 - its schedules
from jobs.kinds import SCHEDULES
from observability.infrastructure_rules import (
    PATH,
    SILENT_AFTER,
    infrastructure_alerts,
    infrastructure_rule_files,
)
from observability.options import ExportOptions
from tests.contracts.releases import example_release, made_release
from tests.observability.tools import OPTIONS, ran, rules_in, written


def test_they_are_the_same_whatever_is_released():
    assert infrastructure_rule_files(made_release(), OPTIONS) == infrastructure_rule_files(
        example_release(), OPTIONS
    )


def test_every_job_that_runs_by_itself_is_missed_in_time():
    periods = {one.kind: one.every.total_seconds() for one in SCHEDULES if not one.kind.startswith("fault")}
    assert periods.keys() | {"telemetry_forward"} == SILENT_AFTER.keys()
    assert all(SILENT_AFTER[kind] > seconds * 1.25 for kind, seconds in periods.items())


def test_metrics_that_others_have_too_are_those_of_our_jobs():
    for rule in rules_in(infrastructure_rule_files(made_release(), OPTIONS)[PATH]):
        for selector in re.findall(r"\b(?:up|django_\w+|node_\w+|probe_\w+)\b(?!\()([^ )\[]*)", rule["expr"]):
            assert re.match(r'\{job=~?"auren', selector), rule


@pytest.mark.parametrize("alert", list(infrastructure_alerts()), ids=lambda one: f"{one.name}-{one.severity}")
def test_each_says_what_and_why_and_where_to_read_on(alert):
    told = alert.annotations(OPTIONS)
    assert told["runbook_url"].startswith("https://auren.example/runbooks/auren-")
    assert told["summary"]
    assert told["description"].endswith(".")
    assert "runbook_url" not in alert.annotations(ExportOptions())


def test_no_label_varies():
    for rule in rules_in(infrastructure_rule_files(made_release(), OPTIONS)[PATH]):
        assert "{{" not in str(rule.get("labels"))


@pytest.mark.monitoring
def test_promtool_takes_them(tmp_path):
    written(tmp_path, infrastructure_rule_files(made_release(), OPTIONS))
    assert "SUCCESS" in ran("promtool", "check", "rules", "--lint-fatal", tmp_path / PATH)
