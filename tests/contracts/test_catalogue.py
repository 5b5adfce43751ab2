"""The catalogue itself."""

import re
from importlib import import_module

import pytest

from contracts.catalogue import RULES, Rule, Scope, declare, rules_of
from contracts.checks import rules  # noqa: F401  # fills the catalogue
from contracts.documents.problems import READING_PROBLEMS
from contracts.findings import Finding, Level
from scripts.rules_doc import PAGE, modules_of, page

# What docs and other doors promise to answer.
SLUGS = (
    "name_pattern reserved metric_collision scheme_not_allowed duplicate_key too_deep too_large too_many_aliases "
    "tag_not_allowed not_finite number_expected invalid_text unknown_field severities_out_of_order"
)


@pytest.mark.parametrize("slug", SLUGS.split())
def test_promised_slugs_exist(slug):
    assert slug in {rule.code for rule in RULES.values()}


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_explains_itself(rule):
    assert re.fullmatch(r"[A-Z]{3,4}[0-9]{3}", rule.id)
    assert re.fullmatch(r"[a-z][a-z0-9_]*", rule.code)
    assert rule.title
    assert rule.rationale.endswith((".", ")."))
    assert rule.example


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_every_rule_names_a_module_that_is_there(rule):
    assert modules_of(rule)
    for module in modules_of(rule):
        import_module(module)


def test_the_problems_of_reading_are_in_the_catalogue():
    assert {problem.id for problem in READING_PROBLEMS} == {rule.id for rule in rules_of(Scope.FILE)}


def test_an_id_is_used_once():
    with pytest.raises(ValueError, match="declared twice"):
        declare(Rule("KPI001", "name_pattern", Level.ERROR, "Again", "Because.", "name: x", Scope.KPI))


def test_a_finding_knows_its_code():
    assert Finding("KPI031", Level.ERROR, (), "Wrong.").code == "severities_out_of_order"


def test_the_page_of_rules_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scripts.rules_doc"
