"""Rules read from files, and whether two of them mean the same."""

from typing import Any

import pytest

from observability.drift.meaning import differences, is_same
from observability.drift.rules import Rule, groups_in, seconds

PLAIN = """
groups:
  - name: g
    interval: 1m
    limit: 5
    rules:
      - {alert: A, expr: 'x > 1', for: 5m, labels: {severity: info}}
      - {record: 'a:b', expr: y}
"""
OPERATOR = "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nspec:" + PLAIN.replace("\n", "\n  ")


@pytest.mark.parametrize(
    "text", [PLAIN, OPERATOR, "namespace: n" + PLAIN], ids=["plain", "operator", "mimir"]
)
def test_a_group_is_read_whatever_it_is_wrapped_in(text):
    found = groups_in({"prometheus/rules/a.yml": text})["g"]
    assert (found.interval, found.limit) == (60, 5)
    assert found.rules[0] == Rule("alert", "A", "x > 1", 300, 0, {"severity": "info"})
    assert found.rules[1].key == ("record", "a:b")


def test_tests_and_other_tools_files_hold_no_groups():
    tests = "rule_files: [a.yml]\ntests:\n  - interval: 1m\n"
    assert (
        groups_in({"prometheus/tests/a.yml": tests, "alertmanager/a.yml": PLAIN, "prometheus/a.md": PLAIN})
        == {}
    )


@pytest.mark.parametrize(
    "text", ["groups: [1]", "groups: [{name: g, rules: [{alert: A}]}]", "groups: [", "a: 1\na: 2"]
)
def test_a_file_that_is_broken_is_an_error_that_names_it(text):
    with pytest.raises(ValueError, match=r"prometheus/a.yml"):
        groups_in({"prometheus/a.yml": text})


@pytest.mark.parametrize(
    ("text", "length"), [("0", 0), ("0s", 0), ("1h30m", 5400), ("500ms", 0.5), ("1w", 604800), (0, 0)]
)
def test_lengths_of_time_as_prometheus_writes_them(text, length):
    assert seconds(text) == length


@pytest.mark.parametrize("text", ["", "m", "-1m", "1.5h"])
def test_what_is_no_length_of_time(text):
    with pytest.raises(ValueError):  # noqa: PT011 - any words will do
        seconds(text)


@pytest.mark.parametrize(
    ("ours", "loaded"),
    [
        ("sum  by(a) (avg_over_time(x{b='c',  d=~\"e.*\"}[7d])) > 0.10",
         'sum by (a) (avg_over_time(x{b="c",d=~"e.*"}[1w])) > 0.1'),
        ("x * on(a) group_left(b) y # why", "x * on (a) group_left (b) y"),
        ("(\n(x < 25)\n) or NaN * y", "((x < 25)) or NaN * y"),
        ("x\n  >= 1e3", "x >= 1000"),
        ("no { query", "no  {\nquery"),
    ],
)  # fmt: skip
def test_a_query_is_the_same_however_it_is_written(ours, loaded):
    assert is_same(Rule("alert", "A", ours), Rule("alert", "A", loaded))


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"query": "x > 1.0000001"}, "expr"),
        ({"query": "x >= 1"}, "expr"),
        ({"query": 'x{a="b"} > 1'}, "expr"),
        ({"for_": 61}, "for"),
        ({"keep_firing_for": 1}, "keep_firing_for"),
        ({"labels": {"severity": "info"}}, "labels.severity"),
        ({"annotations": {}}, "annotations.summary"),
    ],
)
def test_another_meaning_is_found_and_named(changed, part):
    rule: dict[str, Any] = {
        "query": "x > 1",
        "for_": 60,
        "labels": {"severity": "warning"},
        "annotations": {"summary": "S"},
    }
    assert [*differences(Rule("alert", "A", **rule), Rule("alert", "A", **(rule | changed)))] == [part]
