"""The rules of a release."""

from dataclasses import replace

import pytest
import yaml

from contracts.severity import Severity
from observability.alert_rule import MISSING_DATA, Basis
from observability.alert_rules import PATH, alert_rule_files, alert_rules, group_names, left_out_notes
from observability.options import ExportOptions, RuleFormat
from tests.contracts.releases import BINDINGS, REGISTRY, example_release, made_release
from tests.observability.drawn import HOSTILE, one_threshold, release
from tests.observability.tools import OPTIONS, ran, rules_in, written

TWO_WARNINGS = BINDINGS.replace('condition: "is_resting==TRUE"', "")


def rules_of(document):
    return {(one.agent.name, rule.name): rule for one in alert_rules(document)[0] for rule in one.rules}


def texts(document, **options):
    return alert_rule_files(document, ExportOptions(**options))[PATH]


def test_an_agent_has_a_group_with_a_limit_and_an_interval():
    groups = yaml.safe_load(texts(example_release(), rule_limit=77))["groups"]
    assert groups[0]["name"] == "auren_agent_neuros"
    assert groups[-1]["name"] == "auren_rule_limits"
    assert {(group["interval"], group["limit"]) for group in groups} == {("15s", 77)}


def test_each_trigger_in_force_has_a_rule():
    found = rules_of(example_release())
    thresholds = [key for key, rule in found.items() if rule.basis in (Basis.VALUES, Basis.STATE)]
    assert len(thresholds) == 19  # one more is told of a share of people only
    assert ("NEUROS", "AurenHrvRmssdCritical") in thresholds
    assert ("SOMNOS", "AurenSleepDebtHoursWarning") in thresholds


def test_timing_is_the_rules_own():
    [rule] = [
        one
        for one in rules_in(texts(made_release()))
        if one["labels"].get("agent") == "SOMNOS" and "for" in one
    ]
    assert (rule["alert"], rule["for"], rule["keep_firing_for"]) == ("AurenHrvRmssdCritical", "10m", "5m")


def test_two_triggers_of_one_severity_have_names_of_their_own():
    names = [name for agent, name in rules_of(made_release(bindings=TWO_WARNINGS)) if agent == "NEUROS"]
    assert {"AurenHrvRmssdWarning", "AurenHrvRmssdWarning2"} <= set(names)
    assert names.count("AurenHrvRmssdWarningCohort") == 1
    assert len(names) == len(set(names))


def test_a_guard_is_left_to_the_server_and_the_rule_says_so():
    rule = rules_of(made_release())["NEUROS", "AurenHrvRmssdWarning"]
    assert rule.basis is Basis.STATE
    body = next(one for one in rules_in(texts(made_release())) if one["alert"] == rule.name)
    assert "auren_binding_open_severity" in body["expr"]
    assert "for" not in body
    assert (
        "applies only while is_resting == true, which no metric tells" in body["annotations"]["description"]
    )


def test_a_kpi_without_a_metric_of_its_own_is_left_to_the_server():
    found = rules_of(release(one_threshold(), prometheus_metric="auren_binding_state"))
    assert found["NEUROS", "AurenKpi0Critical"].basis is Basis.STATE


def test_missing_data_is_a_severity_of_its_own_once_a_kpi():
    found = [rule for rule in rules_of(example_release()).values() if rule.severity == MISSING_DATA]
    assert {(one.watched.agent, one.name, one.basis) for one in found} == {
        (agent, f"AurenHrvRmssdMissingData{suffix}", basis)
        for agent in ("NEUROS", "CARDIOS")
        for suffix, basis in (("", Basis.MISSING_DATA), ("Cohort", Basis.MISSING_DATA_COHORT))
    }


@pytest.mark.parametrize(
    ("registry", "bindings", "note"),
    [
        (REGISTRY, BINDINGS.replace('"<25"', '"below twenty"'), "NEUROS, hrv_rmssd, critical: "),
        (REGISTRY, BINDINGS.replace("is_resting==TRUE", "is_resting is"), "NEUROS, hrv_rmssd, its guard: "),
        (REGISTRY.replace("for: 10m", "for: soon"), BINDINGS, "SOMNOS, hrv_rmssd, critical: "),
    ],
)
def test_what_cannot_be_read_is_left_out_and_told_at_the_top(registry, bindings, note):
    document = made_release(registry, bindings)
    _, left_out = alert_rules(document)
    assert any(told.startswith(f"Left out: {note}") for told in left_out_notes(left_out))
    text = texts(document, release=4)
    assert text.startswith("# Generated from release 4; do not edit.\n# Left out: ")
    assert rules_in(text)


def test_a_release_without_triggers_has_only_the_alert_about_rules():
    assert [one["alert"] for one in rules_in(texts(release()))] == ["AurenRuleLimitReached"]


def test_agents_whose_codes_look_alike_have_groups_of_their_own():
    document = release(one_threshold(), agent="A B", code="a b")
    both = dict.fromkeys(("A B", "A_B"), document.bindings["A B"])
    document = replace(document, bindings=both, codes={"A B": "a b", "A_B": "a_b"})
    assert list(group_names(document).values()) == ["auren_agent_a_b", "auren_agent_a_b_2"]


def test_nothing_that_varies_is_in_a_label():
    for rule in rules_in(texts(made_release())):
        assert not any("$" in text for text in rule["labels"].values())


def test_severities_are_the_labels():
    severities = {rule["labels"]["severity"] for rule in rules_in(texts(example_release()))}
    assert severities == {*Severity, MISSING_DATA}


def test_empty_labels_and_annotations_are_left_out():
    [rule] = [one for one in rules_in(texts(release(one_threshold()))) if one["alert"] == "AurenKpi0Critical"]
    assert set(rule["labels"]) == {"severity", "agent", "kpi"}
    assert set(rule["annotations"]) == {"summary", "description", "dashboard", "admin"}


@pytest.mark.parametrize("form", RuleFormat)
def test_the_same_release_has_the_same_bytes(form):
    assert texts(example_release(), rule_format=form) == texts(example_release(), rule_format=form)


@pytest.mark.monitoring
@pytest.mark.parametrize("text", HOSTILE)
def test_promtool_reads_rules_with_hostile_names(text, tmp_path):
    thresholds = one_threshold(action=text)
    document = release(thresholds, agent=text, code=text, title=text, owner=text, category=text)
    ran("promtool", "check", "rules", written(tmp_path, alert_rule_files(document, OPTIONS)) / PATH)
