"""What rules are wrapped in."""

import pytest
import yaml

from observability.options import ExportOptions, RuleFormat
from observability.rule_files import comment, rule_file
from tests.observability.drawn import HOSTILE

GROUP = {"name": "g", "rules": [{"alert": "A", "expr": "up\n==\n0"}]}


def made(form, *notes):
    return rule_file([GROUP], ExportOptions(rule_format=form, release=3), "kpi-alerts", notes)


def test_plain_files_have_groups_alone():
    assert yaml.safe_load(made(RuleFormat.PROMETHEUS)) == {"groups": [GROUP]}


def test_the_operators_resource():
    data = yaml.safe_load(made(RuleFormat.PROMETHEUSRULE))
    assert (data["apiVersion"], data["kind"]) == ("monitoring.coreos.com/v1", "PrometheusRule")
    assert data["metadata"]["name"] == "auren-kpi-alerts"
    assert data["spec"] == {"groups": [GROUP]}


def test_mimir_has_a_namespace():
    assert yaml.safe_load(made(RuleFormat.MIMIR)) == {"namespace": "auren-kpi-alerts", "groups": [GROUP]}


def test_queries_stand_line_by_line():
    assert "expr: |-\n          up\n          ==\n          0\n" in made(RuleFormat.PROMETHEUS)


def test_the_working_copy_has_no_number():
    assert rule_file([], ExportOptions(), "x").startswith("# Generated from the working copy; do not edit.\n")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_note_stays_one_comment(text):
    head, _, rest = made(RuleFormat.PROMETHEUS, text).partition("groups:")
    assert head.splitlines()[1] == f"# {comment(text)}"
    assert len(head.splitlines()) == 2
    assert yaml.safe_load(f"groups:{rest}") == {"groups": [GROUP]}


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_are_read_back_as_they_are(text):
    group = {"name": text, "rules": [{"alert": "A", "labels": {"x": text}}]}
    assert yaml.safe_load(rule_file([group], ExportOptions(), "x"))["groups"] == [group]
