"""Tests of rules that stand on values."""

import pytest

from observability.active_triggers import active_triggers
from observability.alert_rule import Basis
from observability.alert_rules import alert_rules
from observability.rule_tests.rule_test import InputSeries
from observability.rule_tests.scenarios import Steps
from observability.rule_tests.thresholds import steps_of, threshold_test
from tests.observability.drawn import one_threshold, release


def steps(condition="< 20", **timing):
    [one], _ = active_triggers(release(one_threshold(condition, **timing)))
    return steps_of(one)


@pytest.mark.parametrize(
    ("timing", "expected"),
    [
        ({}, Steps(15, 0, 0, 0)),
        ({"for": "10m", "keep_firing_for": "20s"}, Steps(15, 40, 2, 0)),
        ({"for": "1h"}, Steps(60, 60, 0, 0)),
        ({"for": "8h"}, Steps(240, 120, 0, 0)),
        ({"for": "7d"}, Steps(21_600, 28, 0, 0)),
        ({"for": "3650d"}, Steps(50 * 86_400, 73, 0, 0)),
        ({"condition": "drop > 5% over 7d"}, Steps(21_600, 0, 0, 28)),
        ({"condition": "drop > 5% over 30s"}, Steps(5, 0, 0, 6)),
        ({"condition": "drop > 5% over 1h", "for": "1d"}, Steps(240, 360, 0, 15)),
        ({"condition": "drop > 5% over 1m", "for": "3650d"}, Steps(50 * 86_400, 73, 0, 1)),
    ],
)
def test_the_pace_is_one_that_shows_each_length_of_time(timing, expected):
    assert steps(**timing) == expected


def test_no_sample_lies_where_the_two_count_a_window_differently():
    found = steps("drop > 5% over 299s")
    assert 300 % found.seconds


def test_a_source_that_is_outlived_is_tried_a_second_before_and_when_it_is():
    agents, _ = alert_rules(release(one_threshold("< 20", **{"for": "30s"}), missing_data="2d"))
    [rule] = [one for one in agents[0].rules if one.basis is Basis.VALUES]
    found = threshold_test(rule, steps_of(rule.trigger))
    own = [one for one in found.series if isinstance(one, InputSeries)]
    [other] = [one for one in own if one.labels.get("measurement_source") == "ring"]
    assert [value for value, _ in other.stretches] == [172_799, 172_800]
    [alert] = [one for one in found.expected if one.labels["user_id"] == "outlived"]
    assert [alert.fires(step) for step in range(6)] == [False, False, True, True, False, False]
