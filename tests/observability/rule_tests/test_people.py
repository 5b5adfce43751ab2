"""Tests of rules about people."""

from decimal import Decimal

import pytest

from observability.alert_expressions import OPEN_SEVERITY, Watched
from observability.alert_rule import Basis
from observability.alert_rules import alert_rules
from observability.alerting import Alerting, AlertingMode
from observability.rule_tests.people import Cohort, cohort_test, crowd, missing_data_test
from tests.observability.drawn import one_threshold, release

THREE = {severity: {"condition": "< 20"} for severity in ("critical", "warning", "elevated")}


def cohort(mode="cohort", share="10", people=50):
    return Cohort.of(Watched("A", "k", "auren_k", 0, Alerting(AlertingMode(mode), Decimal(share), people)))


@pytest.mark.parametrize(
    ("found", "people", "bound", "few"),
    [
        (cohort(), 10, 1, 0),
        (cohort("auto"), 60, 6, 50),
        (cohort("auto", "12.5", 3), 8, 1, 3),
        (cohort("auto", "33.333333", 50), 51, 16, 50),
        (cohort(share="100"), 2, 2, 0),
        (cohort("auto", people=1_000_000), 10, 1, 10),
    ],
)
def test_a_cohort_is_one_of_which_the_share_is_exact(found, people, bound, few):
    assert (found.people, found.bound, found.few) == (people, bound, few)


def rules(basis, **kpi):
    agents, _ = alert_rules(release(THREE, **kpi))
    return [one for one in agents[0].rules if one.basis is basis]


def value_at(stretches, step):
    values = [value for value, count in stretches for _ in range(count)]
    return values[min(step, len(values) - 1)]


def test_a_share_is_of_those_with_an_episode_at_least_as_bad():
    for rule in rules(Basis.COHORT):
        test = cohort_test(rule)
        [opened] = [one.people for one in crowd(rule.watched) if one.metric == OPEN_SEVERITY]
        for step in range(6):
            bad = sum(value_at(own, step) > rule.trigger.severity.rank for _, own in opened)
            assert test.expected[0].fires(step) is (bad > 6)
            assert not bad or test.expected[0].number(step) == 100 * bad / 60
        assert not test.expected[0].fires(6)


def test_a_value_is_missed_when_no_source_is_heard_and_one_was_expected():
    [rule] = rules(Basis.MISSING_DATA, missing_data="2d")
    missed = {
        (one.labels["user_id"], one.labels["measurement_source"])
        for one in missing_data_test(rule).expected
        if one.fires(0)
    }
    assert missed == {
        ("just_missing", "watch"),
        ("still_expected", "watch"),
        ("both_silent", "watch"),
        ("both_silent", "ring"),
        ("outlived", "ring"),
    }
    assert rules(Basis.MISSING_DATA) == []


def test_rules_of_one_threshold_alone():
    agents, _ = alert_rules(release(one_threshold()))
    assert [one.basis for one in agents[0].rules] == [Basis.VALUES, Basis.COHORT]
