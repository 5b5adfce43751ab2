"""The files of promtool's tests, and how many thresholds they cover."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from contracts.durations import Duration
from contracts.release import ReleaseDocument
from contracts.yamltree import paused_gc
from contracts.yamlwriter import write_yaml
from observability.alert_rule import MISSING_DATA, AlertRule, Basis
from observability.alert_rules import PATH as RULES
from observability.alert_rules import alert_rules
from observability.options import ExportOptions, Files, RuleFormat
from observability.rule_files import header
from observability.rule_tests.limits import limit_test
from observability.rule_tests.people import STEP, TESTS, crowd, single_test
from observability.rule_tests.rule_test import RuleTest, file_of_tests
from observability.rule_tests.thresholds import steps_of, threshold_test

FOLDER: Final = "prometheus/tests"
_COHORTS: Final = "cohorts"
Binding = tuple[str, str]
Tests = dict[int, dict[str, list[RuleTest]]]
"""By seconds between evaluations, which are the same in all of a file, and by the group's name."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the thresholds that raise alerts a test has."""

    tested: int
    total: int

    def __str__(self) -> str:
        share = 100 * self.tested // self.total if self.total else 100
        return f"{self.tested} of {self.total} thresholds tested ({share} %)"


def rule_test_files(document: ReleaseDocument, options: ExportOptions) -> Files:
    """Files of tests; none where rules are wrapped in what promtool does not read."""
    if options.rule_format is not RuleFormat.PROMETHEUS:
        return {}
    with paused_gc():  # millions of small objects, none of which is garbage before the end
        rules = [rule for agent in alert_rules(document)[0] for rule in agent.rules]
        tests: Tests = {STEP: {}} | rule_tests(rules)
        return {_path(seconds): _file(seconds, groups, options) for seconds, groups in sorted(tests.items())}


def coverage(document: ReleaseDocument) -> Coverage:
    """Of the rules of a release; a threshold has a test where each of its rules has one, by person and by share."""
    rules = [rule for agent in alert_rules(document)[0] for rule in agent.rules]
    tests = [one for groups in rule_tests(rules).values() for group in groups.values() for one in group]
    tested = {_key(one.rule) for one in tests if one.expected and one.steps}
    thresholds: dict[tuple[str, str, str, int], bool] = {}
    for rule in rules:
        if rule.severity != MISSING_DATA:
            threshold = rule.watched.agent, rule.watched.kpi, rule.severity, rule.number
            thresholds[threshold] = thresholds.get(threshold, True) and _key(rule) in tested
    return Coverage(sum(thresholds.values()), len(thresholds))


def rule_tests(rules: Sequence[AlertRule]) -> Tests:
    """Every test of some rules.

    A group has rules of one severity: another trigger of the same KPI would speak of the same values.
    """
    found: Tests = {}
    crowds, singles = set[Binding](), set[Binding]()
    for rule in rules:
        for seconds, name, test in _tests_of(rule, crowds, singles):
            found.setdefault(seconds, {}).setdefault(name, []).append(test)
    return found


def _tests_of(
    rule: AlertRule, crowds: set[Binding], singles: set[Binding]
) -> Iterator[tuple[int, str, RuleTest]]:
    """A binding's people stand in the test that comes first, and one of its rules about a single person beside them."""
    binding = rule.watched.agent, rule.watched.kpi
    if rule.basis is Basis.VALUES:
        steps = steps_of(rule.trigger)
        yield steps.seconds, f"{rule.severity} {rule.number}".removesuffix(" 1"), threshold_test(rule, steps)
        if binding not in singles and (single := single_test(rule)):
            singles.add(binding)
            yield STEP, _COHORTS, single
        return
    test = TESTS[rule.basis](rule)
    if rule.basis not in (Basis.COHORT, Basis.MISSING_DATA_COHORT):
        yield STEP, str(rule.basis), test
        return
    if binding not in crowds:
        crowds.add(binding)
        test = replace(test, series=[*crowd(rule.watched), *test.series])
    yield STEP, _COHORTS, test


def _key(rule: AlertRule) -> tuple[str, str, str]:
    return rule.watched.agent, rule.watched.kpi, rule.name


def _path(seconds: int) -> str:
    return f"{FOLDER}/kpi-alerts{'' if seconds == STEP else f'_{Duration(seconds)}'}_test.yml"


def _file(seconds: int, groups: Mapping[str, Sequence[RuleTest]], options: ExportOptions) -> str:
    tests = file_of_tests([f"../{RULES.removeprefix('prometheus/')}"], groups, seconds, options)
    last = write_yaml({"tests": [limit_test(options)]}).partition("\n")[2] if seconds == STEP else ""
    return f"{header(options)}{tests}{last}"
