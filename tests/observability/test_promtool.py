"""promtool's verdicts, and JUnit of them."""

import stat
import xml.etree.ElementTree as ElementTree

import pytest

from observability import alert_rules
from observability.alert_rules import alert_rule_files
from observability.promtool import Case, PromtoolError, Verdict, junit, try_rules
from observability.rule_tests.files import rule_test_files
from tests.observability.drawn import one_threshold, release
from tests.observability.tools import OPTIONS, written
from tests.telemetry.monitoring import program


def read(text):
    return ElementTree.fromstring(text)  # noqa: S314 - our own


@pytest.fixture
def exported(tmp_path):
    document = release(one_threshold())
    return written(tmp_path, alert_rule_files(document, OPTIONS), rule_test_files(document, OPTIONS))


def fake(folder, script):
    """A program that stands in for promtool."""
    file = folder / "promtool"
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


@pytest.mark.monitoring
def test_each_alert_is_a_case(exported):
    program("promtool")
    rules, tests = try_rules(exported)
    assert rules == Verdict(alert_rules.PATH, rules.seconds, [Case("kpi-alerts.yml", "")])
    names = {case.name for case in tests.cases}
    assert names == {
        "kpi-alerts_test.yml",
        "AurenKpi0Critical",
        "AurenKpi0CriticalCohort",
        "AurenRuleLimitReached",
    }
    assert rules.is_well
    assert tests.is_well


@pytest.mark.monitoring
def test_a_failure_is_that_of_its_alert(exported):
    program("promtool")
    path = exported / alert_rules.PATH
    path.write_text(path.read_text(encoding="utf-8").replace("< 20)", "<= 20)"), encoding="utf-8")
    verdicts = try_rules(exported)
    assert [case.name for one in verdicts for case in one.cases if case.failure] == ["AurenKpi0Critical"]
    found = read(junit(verdicts)).findtext(".//testcase[@name='AurenKpi0Critical']/failure")
    assert "bound_1_on" in str(found)


@pytest.mark.monitoring
def test_rules_that_cannot_be_read_fail_both(exported):
    program("promtool")
    (exported / alert_rules.PATH).write_text("groups: 5\n", encoding="utf-8")
    assert [one.is_well for one in try_rules(exported)] == [False, False]


def test_junit_counts():
    verdicts = [
        Verdict("a.yml", 0.5, [Case("a.yml", ""), Case("A", "no \x00 & <good>")]),
        Verdict("b.yml", 1, []),
    ]
    root = read(junit(verdicts))
    assert (root.get("tests"), root.get("failures"), root.get("time")) == ("2", "1", "1.500")
    assert root.findtext(".//failure") == "no \ufffd & <good>"
    assert [suite.get("tests") for suite in root] == ["2", "0"]


def test_a_promtool_that_hangs_is_ended(exported, tmp_path):
    verdicts = try_rules(exported, seconds=0.2, program=fake(tmp_path, "exec sleep 20"))
    assert {case.failure for one in verdicts for case in one.cases[:1]} == {
        "promtool took longer than 0.2 seconds"
    }


def test_a_promtool_that_says_nothing_fails(exported, tmp_path):
    verdicts = try_rules(exported, program=fake(tmp_path, "exit 3"))
    assert not any(one.is_well for one in verdicts)
    assert verdicts[0].cases[0].failure == "exit code 3"


def test_without_promtool_it_says_where_to_get_it(tmp_path):
    with pytest.raises(PromtoolError, match="is not installed"):
        try_rules(tmp_path, program="no-such-promtool")
