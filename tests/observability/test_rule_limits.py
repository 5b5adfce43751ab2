"""The alert about rules that fail."""

import promql_parser
import pytest

from observability.options import ExportOptions, RuleFormat
from observability.rule_limits import limit_group


@pytest.mark.parametrize(
    ("form", "metric"),
    [
        (RuleFormat.PROMETHEUS, "prometheus_rule_evaluation_failures_total"),
        (RuleFormat.MIMIR, "cortex_prometheus_rule_evaluation_failures_total"),
    ],
)
def test_it_counts_the_failures_of_our_groups(form, metric):
    [rule] = limit_group(ExportOptions(rule_format=form), "15s")["rules"]
    assert promql_parser.parse(rule["expr"])
    assert f'increase({metric}{{rule_group=~".*;auren_.+"}}[5m])' in rule["expr"]


def test_it_tells_the_limit_and_has_its_runbook():
    options = ExportOptions(rule_limit=77, runbook_url="https://runbooks.example")
    [rule] = limit_group(options, "15s")["rules"]
    assert "more than 77 alerts" in rule["annotations"]["description"]
    assert rule["annotations"]["runbook_url"] == "https://runbooks.example/rule-limit.md"
