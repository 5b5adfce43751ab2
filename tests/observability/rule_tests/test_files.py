"""The tests that are exported with the alert rules, through the real promtool."""

import re

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings

from contracts.conditions import parse
from observability import alert_rules, rule_limits
from observability.alert_rules import alert_rule_files
from observability.options import ExportOptions, RuleFormat
from observability.rule_tests.files import coverage, rule_test_files
from tests.contracts.releases import BINDINGS, example_release, made_release
from tests.observability.drawn import HOSTILE, one_threshold, release, releases
from tests.observability.tools import OPTIONS, ran, rules_in, tried, written

TIMED = {"for": "30s", "keep_firing_for": "45s", "recover_if": ">= 25"}
MADE = made_release(bindings=BINDINGS.replace('condition: "is_resting==TRUE"', ""))


def exported(document, folder):
    """Both, written to a folder, and the paths of the tests."""
    tests = rule_test_files(document, OPTIONS)
    written(folder, alert_rule_files(document, OPTIONS), tests)
    return sorted(folder / path for path in tests)


def names_in(texts):
    return {name for text in texts for name in re.findall(r"alertname: (\w+)", text)}


@pytest.mark.parametrize("document", [example_release(), made_release(), MADE])
def test_every_alert_has_a_test(document):
    rules = rules_in(alert_rule_files(document, OPTIONS)[alert_rules.PATH])
    assert {rule["alert"] for rule in rules} == names_in(rule_test_files(document, OPTIONS).values())
    assert str(coverage(document)).endswith("thresholds tested (100 %)")


def test_coverage_counts_thresholds():
    found = coverage(example_release())
    assert (found.tested, found.total) == (20, 20)
    assert str(coverage(release())) == "0 of 0 thresholds tested (100 %)"


def test_there_is_a_file_for_each_pace():
    document = release(
        one_threshold(), one_threshold("drop > 5% over 7d"), one_threshold("< 1", **{"for": "8h"})
    )
    assert [path.rpartition("/")[2] for path in rule_test_files(document, OPTIONS)] == [
        "kpi-alerts_test.yml",
        "kpi-alerts_4m_test.yml",
        "kpi-alerts_6h_test.yml",
    ]


@pytest.mark.parametrize("form", [RuleFormat.MIMIR, RuleFormat.PROMETHEUSRULE])
def test_forms_that_promtool_cannot_read_have_no_tests(form):
    assert rule_test_files(example_release(), ExportOptions(rule_format=form)) == {}


@pytest.mark.monitoring
@pytest.mark.parametrize("document", [made_release(), MADE, release(one_threshold(**TIMED)), release()])
def test_promtool_finds_them_true(document, tmp_path):
    for path in exported(document, tmp_path):
        ran("promtool", "test", "rules", path)


@pytest.mark.slow
@pytest.mark.monitoring
def test_promtool_finds_those_of_the_example_true(tmp_path):
    for path in exported(example_release(), tmp_path):
        ran("promtool", "test", "rules", path)


@pytest.mark.monitoring
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_print_as_they_are(text, tmp_path):
    thresholds = one_threshold(**TIMED, action=text)
    document = release(thresholds, agent=text, code=text, title=text, owner=text, category=text)
    [path] = exported(document, tmp_path)
    tests = yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]
    [alert] = tests[0]["alert_rule_test"][0]["exp_alerts"][:1]
    assert {alert["exp_labels"][name] for name in ("agent", "owner", "category")} == {text}
    assert text in alert["exp_annotations"]["actions"]
    ran("promtool", "test", "rules", path)


@pytest.mark.slow
@pytest.mark.monitoring
@settings(max_examples=15, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(releases)
def test_promtool_finds_those_of_any_release_true(tmp_path_factory, document):
    for path in exported(document, tmp_path_factory.mktemp("any")):
        ran("promtool", "test", "rules", path)
    found = coverage(document)
    assert found.tested == found.total


MUTANTS = {
    "below is at most": (" < 20)", " <= 20)"),
    "the next number": (" < 20)", f" < {20.000000000000004!r})"),
    "recovery begins above": (" >= 25)", " > 25)"),
    "recovery is forgotten": (">= 25)", ">= 20)"),
    "silence ends": ("NaN * (", "NaN * (0 > "),
    "longer": ('"for": "30s"', '"for": "45s"'),
    "shorter": ('"for": "30s"', '"for": "15s"'),
    "at once": ('"for": "30s"', '"x": "30s"'),
    "keeps on": ('"keep_firing_for": "45s"', '"keep_firing_for": "60s"'),
    "keeps less": ('"keep_firing_for": "45s"', '"keep_firing_for": "30s"'),
    "outlived later": ("+ 172800)", "+ 172801)"),
    "outlived sooner": ("+ 172800)", "+ 172799)"),
    "missed later": (">= 172800)", "> 172800)"),
    "expected longer": ("<= 604800)", "<= 604801)"),
    "share at least": ("> 10)", ">= 10)"),
    "crowd at least": ("> 50)", ">= 50)"),
    "crowd at most": ("<= 50)", "< 50)"),
    "another severity": ("}) >= 3", "}) >= 2"),
    "failures of anybody": (";auren_.+", ".+"),
    "a word": ("acts when", "acts  when"),
    "another label": ("severity: critical", "severity: warning"),
}


@pytest.mark.slow
@pytest.mark.monitoring
@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_rule_that_says_otherwise_is_found_out(mutant, tmp_path):
    document = release(one_threshold(**TIMED), missing_data="2d")
    [path] = exported(document, tmp_path)
    rules = tmp_path / alert_rules.PATH
    right = rules.read_text(encoding="utf-8")
    before, after = (text.replace('"', "").replace("x: 30s", "# ") for text in MUTANTS[mutant])
    wrong = right.replace(before, after)
    assert wrong != right
    rules.write_text(wrong, encoding="utf-8")
    assert not tried("promtool", "test", "rules", path)[0]


@pytest.mark.monitoring
def test_what_is_on_a_bound_is_what_the_contract_says(tmp_path):
    text = (exported(release(one_threshold("80..89")), tmp_path)[0]).read_text(encoding="utf-8")
    tests = yaml.safe_load(text)["tests"]
    first = next(one for one in tests[0]["promql_expr_test"] if one["eval_time"] == "0s")
    people = {re.findall(r'"(.*?)"', sample["labels"])[0] for sample in first["exp_samples"]}
    assert {name for name in people if name.startswith("bound")} == {
        "bound_1_on",
        "bound_1_above",
        "bound_2_below",
        "bound_2_on",
    }
    assert parse("80..89").holds(80)


def test_rules_that_fail_are_tried_in_every_export():
    assert rule_limits.ALERT in names_in(rule_test_files(release(), OPTIONS).values())
