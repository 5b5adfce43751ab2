"""What alerts tell people."""

from dataclasses import replace

import pytest

from contracts.severity import Severity
from observability.alert_rule import Basis, annotations_of
from observability.alert_rules import alert_rules
from observability.alert_wording import PrintedWording
from observability.options import ExportOptions
from tests.contracts.releases import BINDINGS, made_release
from tests.observability.drawn import release

OPTIONS = ExportOptions(admin_url="https://auren.example", runbook_url="https://runbooks.example")
UNGUARDED = BINDINGS.replace('condition: "is_resting==TRUE"', "")


def told(name, number=18.0, bindings=UNGUARDED, agent="NEUROS", options=OPTIONS):
    agents, _ = alert_rules(made_release(bindings=bindings))
    [rule] = [one for own in agents if own.agent.name == agent for one in own.rules if one.name == name]
    return annotations_of(rule, options, PrintedWording("mira", "watch", number))


def test_who_what_and_why():
    found = told("AurenHrvRmssdCritical", agent="SOMNOS")
    assert found["summary"] == "Heart-rate variability: critical for mira"
    assert found["description"] == (
        "The value from watch is 18 ms. SOMNOS acts when it is below 20 ms for 10 minutes, until at least 25 ms; "
        "it is over once that has been so for 5 minutes."
    )


def test_that_there_is_no_value():
    description = told("AurenHrvRmssdCritical", float("nan"))["description"]
    assert description.startswith(
        "There is no value from watch now; the episode stays open until one ends it. "
    )


def test_actions_in_their_order_and_hand_offs_of_the_severity():
    found = told("AurenHrvRmssdCritical")
    assert found["actions"] == "1. train_less: A fifth less. (within 15m)\n2. rest_today"
    assert found["hand_offs"] == "SOMNOS: Nights."
    assert told("AurenHrvRmssdWarning")["actions"] == "1. train_less: A fifth less. (within 15m)"


def test_without_actions_of_the_binding_the_kpis_own_is_recommended():
    assert told("AurenHrvRmssdCritical", agent="SOMNOS")["actions"] == "1. rest"


def test_links():
    found = told("AurenHrvRmssdCritical")
    assert found["runbook_url"] == "https://runbooks.example/kpi-threshold.md"
    assert found["dashboard"].startswith("/d/auren-agent-")
    somewhere = replace(OPTIONS, grafana_url="https://grafana.example")
    linked = told("AurenHrvRmssdCritical", options=somewhere)["dashboard"]
    assert linked == f"https://grafana.example{found['dashboard']}"
    assert found["admin"] == "https://auren.example/admin/bindings/agent/?q=NEUROS"


@pytest.mark.parametrize(
    ("name", "runbook"),
    [
        ("AurenHrvRmssdCriticalCohort", "kpi-cohort.md"),
        ("AurenHrvRmssdMissingData", "missing-data.md"),
        ("AurenHrvRmssdMissingDataCohort", "missing-data.md"),
    ],
)
def test_each_kind_has_its_runbook(name, runbook):
    assert told(name)["runbook_url"] == f"https://runbooks.example/{runbook}"


def test_without_a_place_for_runbooks_there_is_no_link():
    assert "runbook_url" not in told("AurenHrvRmssdCritical", options=ExportOptions())


def test_missing_data_tells_how_old_the_last_value_is_and_when_the_alert_ends():
    assert told("AurenHrvRmssdMissingData", 180_000.0)["description"] == (
        "The last value from watch is 2d 2h 0m 0s old; NEUROS expects one within 2 days. What was open stays open. "
        "Without a value this alert ends 7 days after the last one."
    )


def test_shares_of_people():
    assert told("AurenHrvRmssdCriticalCohort", 12.34)["summary"] == (
        "Heart-rate variability: critical for 12.3 % of people"
    )
    assert (
        "More than 10 % of the people whom NEUROS watches" in told("AurenHrvRmssdInfoCohort")["description"]
    )


def test_a_length_of_time_beyond_the_longest_is_told_as_the_longest():
    agents, _ = alert_rules(release({"critical": {"condition": "< 1"}}, missing_data="3000d"))
    [rule] = [one for one in agents[0].rules if one.basis is Basis.MISSING_DATA]
    assert "ends 3650 days after" in annotations_of(rule, OPTIONS)["description"]
    assert rule.trigger.severity is Severity.CRITICAL
