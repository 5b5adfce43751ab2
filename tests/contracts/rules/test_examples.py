"""Every rule speaks on its own example, alone, and no rule speaks on the healthy contracts."""

import pytest

from contracts.catalogue import RULES, Scope
from contracts.checks import rules  # noqa: F401  # fills the catalogue
from contracts.rules.examples import findings_of, findings_of_example

CHECKED = [rule for rule in RULES.values() if rule.function is not None]


@pytest.mark.parametrize("rule", CHECKED, ids=lambda rule: rule.id)
def test_a_rule_speaks_on_its_own_example_and_no_other_does(rule):
    findings = findings_of_example(rule)
    assert {finding.rule for finding in findings} == {rule.id}
    assert {finding.level for finding in findings} == {rule.level}


@pytest.mark.parametrize(
    "scope", [scope for scope in Scope if scope not in (Scope.FILE, Scope.WAIVER, Scope.HISTORY)]
)
def test_nothing_is_said_about_healthy_contracts(scope):
    assert findings_of(scope, {}) == []
