"""The registry's settings and its own validation rules."""

import time

import pytest

from contracts.checks import check_settings
from contracts.documents import RegistryDocument
from tests.contracts.samples import codes, context, kpi


def told(**settings):
    return [f.code for f in check_settings(RegistryDocument.model_validate({"kpis": [], **settings}))]


@pytest.mark.parametrize(
    "label", ["timestamp", "Timestamp", "le", "quantile", "job", "instance", "__name__", "__x", "trace_id"]
)
def test_labels_that_are_unbounded_or_reserved_are_refused(label):
    assert "reserved" in told(export_config={"prometheus": {"labels": ["user_id", label]}})


@pytest.mark.parametrize(
    "pattern",
    [
        "(?=x)",
        "(?!x)",
        r"(a)\1",
        "[",
        "(?P<a>x)(?P=a)",
        "(?<=a)b",
        "((x{100}){100}){10}",
        "\\",
        "a{1000}b{1000}c{1000}" * 14,
    ],
)
def test_patterns_that_re2_refuses_are_refused_with_its_reason(pattern):
    assert told(validation_rules=[{"field": "name", "pattern": pattern}]) == ["pattern_invalid"]


@pytest.mark.parametrize("pattern", ["(a+)+$", "(.*,){12}P", "(a|a)*$", "(a*)*b", "x{1000}"])
def test_patterns_that_would_hang_elsewhere_answer_at_once(pattern):
    around = context(settings={"validation_rules": [{"field": "description", "pattern": pattern}]})
    started = time.process_time()
    codes(kpi(description="a" * 5_000 + "!"), around)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"field": "owner", "required": True}, ["field_required"]),
        ({"field": "title", "required": True}, []),
        ({"field": "title", "pattern": "Heart.*"}, []),
        ({"field": "title", "pattern": "Heart"}, ["field_pattern"]),  # the whole text must match
        ({"field": "description", "pattern": "[a-z]+$"}, ["field_pattern"]),  # $ lets no newline through
        ({"field": "normal_range.min", "required": True}, []),
        ({"field": "normal_range.min", "pattern": "[0-9]+"}, []),
        ({"field": "normal_range.min", "allowed_values": ["31"]}, ["field_not_allowed"]),
        ({"field": "risk_thresholds.elevated.condition", "pattern": "> .*"}, []),
        ({"field": "risk_thresholds.critical.for", "required": True}, ["field_required"]),
        ({"field": "unit", "allowed_values": ["milliseconds"]}, []),
        ({"field": "unit", "allowed_values": ["hours"]}, ["field_not_allowed"]),
        ({"field": "x-team", "required": True}, ["field_required"]),
        ({"field": "nonsense", "required": True}, []),  # the settings' rule speaks of it, once
    ],
)
def test_the_registrys_own_rules_are_applied_to_every_kpi(rule, expected):
    assert codes(kpi(description="abc\n"), context(settings={"validation_rules": [rule]})) == expected


def test_a_rule_about_an_unknown_field_asks_what_was_meant():
    document = RegistryDocument.model_validate(
        {"kpis": [], "validation_rules": [{"field": "normal_range.minimum"}]}
    )
    (finding,) = check_settings(document)
    assert (finding.code, finding.path) == ("validation_field", ("validation_rules", 0, "field"))
    assert "Did you mean normal_range.min?" in finding.hint


def test_what_the_catalogue_says_of_a_name_is_not_said_twice():
    rules = {"validation_rules": [{"field": "name", "pattern": "^[a-z][a-z0-9_]*$"}]}
    assert codes(kpi(name="HRV"), context(kpi(name="HRV"), settings=rules)).count("field_pattern") == 0
