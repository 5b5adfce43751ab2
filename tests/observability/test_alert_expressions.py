"""Every expression parses, and asks for exactly the series meant, whatever people wrote."""

import promql_parser
import pytest
from hypothesis import HealthCheck, given, settings

from contracts.conditions import parse
from contracts.severity import Severity
from observability.alert_expressions import (
    LAST_OBSERVATION,
    OPEN_PEOPLE,
    OPEN_SEVERITY,
    PEOPLE,
    STATE,
    Watched,
    cohort_query,
    expected_seconds,
    missing_data_cohort_query,
    missing_data_query,
    state_query,
    threshold_query,
)
from observability.alert_rule import Basis, expression
from observability.alert_rules import alert_rules
from observability.alerting import Alerting, AlertingMode
from tests.contracts.test_promql import selectors
from tests.observability.drawn import HOSTILE, releases

DAY = 86_400
PERSON = Alerting(AlertingMode.PERSON)
METRIC = "auren_hrv_ms"


def watched(agent="NEUROS", kpi="hrv", missing=2 * DAY, alerting=PERSON):
    return Watched(agent, kpi, METRIC, missing, alerting)


def asked(query):
    """Every selector of a query: its metric and matchers."""
    found = every_selector(promql_parser.parse(query))
    return {(one.name, tuple((m.name, m.value) for m in one.matchers.matchers)) for one in found}


def every_selector(node):
    yield from selectors(node)
    if isinstance(node, promql_parser.AggregateExpr | promql_parser.UnaryExpr):
        yield from every_selector(node.expr)


def threshold(condition="< 20", recovery=None, **about):
    read = parse(recovery) if recovery else None
    return threshold_query(watched(**about), "A", Severity.CRITICAL, parse(condition), read)


def test_without_a_recovery_only_silence_holds_an_episode():
    query = threshold()
    assert "< 20)" in query
    assert query.count("ALERTS{") == 1
    assert "NaN * (" in query


def test_with_a_recovery_values_in_between_hold_it_too():
    query = threshold(recovery=">= 25")
    assert query.count("ALERTS{") == 2
    assert ") unless (max by (agent, measurement_source, user_id) (auren_hrv_ms" in query
    assert ">= 25)" in query


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_one_string_of_a_selector(text):
    own, ours = (("agent", text),), (("agent", text), ("kpi", text))
    alerts = (("alertname", "A"), ("alertstate", "firing"), *ours, ("severity", "critical"))
    about = watched(text, text, alerting=Alerting())
    query = threshold_query(about, "A", Severity.CRITICAL, parse("< 20 or drop > 5% over 1h"), parse("> 9"))
    expected = {(METRIC, own), ("ALERTS", alerts), (LAST_OBSERVATION, ours), (STATE, ours)}
    assert asked(query) == expected
    assert asked(state_query(about, Severity.INFO)) == {(OPEN_SEVERITY, ours), (STATE, ours)}
    assert asked(missing_data_query(about)) == {(LAST_OBSERVATION, ours), (STATE, ours)}
    counted = (*ours, ("severity", "warning|critical"))
    people = {(OPEN_SEVERITY, ours), (STATE, ours), (OPEN_PEOPLE, counted), (PEOPLE, ours)}
    assert asked(cohort_query(about, Severity.WARNING)) == people
    assert asked(missing_data_cohort_query(about)) == {(LAST_OBSERVATION, ours), (STATE, ours)}


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(releases)
def test_every_expression_of_any_release_parses(document):
    for agent in alert_rules(document)[0]:
        for rule in agent.rules:
            names = {metric for metric, _ in asked(expression(rule))}
            assert names <= {
                METRIC,
                "ALERTS",
                LAST_OBSERVATION,
                OPEN_SEVERITY,
                STATE,
                OPEN_PEOPLE,
                PEOPLE,
            } | {rule.watched.metric}
            assert (rule.watched.metric in names) is (rule.basis is Basis.VALUES)


def test_the_mean_of_a_change_is_over_all_samples_of_a_series():
    query = threshold("drop >= 10% over 7d")
    assert f'sum_over_time({METRIC}{{agent="NEUROS"}}[7d] offset 1s)' in query
    assert f'count_over_time({METRIC}{{agent="NEUROS"}}[7d] offset 1s)' in query


def test_how_many_people_there_are_is_asked_only_where_it_decides():
    assert STATE not in threshold(alerting=PERSON)
    assert "> 50)" in threshold(alerting=Alerting())
    assert "<= 50)" in cohort_query(watched(alerting=Alerting()), Severity.INFO)
    assert "50" not in cohort_query(watched(alerting=Alerting(AlertingMode.COHORT)), Severity.INFO)


@pytest.mark.parametrize(("missing", "expected"), [(60, 7 * DAY), (2 * DAY, 7 * DAY), (3 * DAY, 9 * DAY)])
def test_values_are_expected_for_a_week_or_three_times_as_long(missing, expected):
    assert expected_seconds(missing) == expected


def test_a_source_is_outlived_after_a_week_where_nothing_says_when_data_is_missing():
    assert "+ 604800)" in threshold(missing=0)
    assert "+ 172800)" in threshold()
