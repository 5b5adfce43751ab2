"""Tests of rules about people: those that stand on the server's state, on silence, and on shares of people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import Final

from contracts.severity import Severity
from observability.alert_expressions import (
    LAST_OBSERVATION,
    OPEN_SEVERITY,
    STATE,
    Watched,
    expected_seconds,
)
from observability.alert_rule import AlertRule, Basis
from observability.alerting import AlertingMode
from observability.rule_tests.rule_test import CrowdSeries, ExpectedAlert, InputSeries, RuleTest
from observability.rule_tests.scenarios import SILENT, Stretch, samples_of
from observability.rule_tests.thresholds import OTHER_SOURCE, SOURCE, observed

_People = tuple[tuple[str, tuple[Stretch, ...]], ...]
STEP: Final = 15
"""Seconds between two evaluations of these tests."""
_MOST_PEOPLE: Final = 400
"""Beyond so many, a share need not be met exactly in a test."""
_LONGEST_WAIT: Final = 40
_FEW: Final = 6
"""The evaluation of a cohort's test at which people leave, so that each has alerts of their own again."""


def state_test(rule: AlertRule) -> RuleTest:
    """People for each severity, and others whose episode ends."""
    watched, number = rule.watched, rule.trigger.severity.rank + 1
    people: dict[str, tuple[Stretch, ...]] = {"open_none": ((0.0, 1),)}
    people |= {f"open_{severity}": ((severity.rank + 1.0, 1),) for severity in Severity}
    people |= {f"ends_{severity}": ((severity.rank + 1.0, 2), (0.0, 1)) for severity in Severity}
    series = [_of_binding(OPEN_SEVERITY, watched, person, values) for person, values in people.items()]
    expected = [
        _person(
            watched, person, [value == number for value, count in values for _ in range(count)], float(number)
        )
        for person, values in people.items()
    ]
    return RuleTest(rule, series, expected, [0, 1, 2])


def missing_data_test(rule: AlertRule) -> RuleTest:
    """Just before, at and after the time after which a value is missed, and after which none is expected."""
    missing, expected = rule.watched.missing, expected_seconds(rule.watched.missing)
    ages: dict[str, tuple[int, ...]] = {
        "just_heard": (missing - 1,),
        "just_missing": (missing,),
        "still_expected": (expected,),
        "not_expected": (expected + 1,),
        "both_silent": (missing + 1, missing),
        "other_speaks": (missing, 0),
        "outlived": (2 * missing, missing),
    }
    series, alerts = [], []
    for person, own in ages.items():
        for source, age in zip((SOURCE, OTHER_SOURCE), own, strict=False):
            series.append(observed(rule.watched, person, source, ((float(-age), 1),)))
            flags = [_is_missed(rule.watched, age + step * STEP, min(own) + step * STEP) for step in (0, 1)]
            labels = {"measurement_source": source, "user_id": person}
            alerts.append(ExpectedAlert(labels, flags, lambda step, age=age: age + step * STEP))  # type: ignore[misc]
    return RuleTest(rule, series, alerts, [0, 1])


def _is_missed(watched: Watched, age: int, youngest: int) -> bool:
    """Of a series of this age whose person was heard so long ago."""
    is_outlived = age - youngest >= watched.missing
    return age <= expected_seconds(watched.missing) and youngest >= watched.missing and not is_outlived


@dataclass(frozen=True, slots=True)
class Cohort:
    """So many people that a share of them is exact: ``bound`` of ``people`` are not yet more than the share."""

    people: int
    bound: int
    few: int
    """How many stay once each has alerts of their own again, 0 where they never have."""

    @classmethod
    def of(cls, watched: Watched) -> Cohort:
        """The smallest that the rule is about; where that would be a crowd, a few people about whom it is not."""
        share = Fraction(watched.alerting.share_percent) / 100
        is_auto = watched.alerting.mode is AlertingMode.AUTO
        is_crowd = is_auto and watched.alerting.people > _MOST_PEOPLE
        least = watched.alerting.people + 1 if is_auto and not is_crowd else 2
        people = ceil(Fraction(least, share.denominator)) * share.denominator
        if people > max(_MOST_PEOPLE, least):
            people = least
        few = people if is_crowd else watched.alerting.people if is_auto else 0
        return cls(people, int(people * share), few)

    def fires(self, some: int, share_percent: Decimal) -> bool:
        """Whether so many of them are more than the share, where the rule is about them at all."""
        return self.people != self.few and 100 * some > self.people * Fraction(share_percent)

    def names(self) -> Iterator[tuple[int, str]]:
        """Everybody, numbered."""
        return ((number, f"person_{number}") for number in range(self.people))

    def share(self, some: int) -> float:
        """In per cent."""
        return 100 * some / self.people


def crowd(watched: Watched) -> list[CrowdSeries]:
    """The people that the shares of a binding are of, with states and episodes; then only few of them.

    At the steps 0 and 1 they are on the bound for info and one person beyond, at 2 and 3 for warning, at 4 and 5 for
    critical; in the end everybody is critical.
    """
    episodes, states = _people_of(Cohort.of(watched))
    labels = {"agent": watched.agent, "kpi": watched.kpi}
    return [CrowdSeries(OPEN_SEVERITY, labels, episodes), CrowdSeries(STATE, labels, states)]


@lru_cache(maxsize=256)
def _people_of(cohort: Cohort) -> tuple[_People, _People]:
    """Everybody's episodes and states."""
    episodes, states = [], []
    for number, name in cohort.names():
        stays = not cohort.few or number < cohort.few
        begins = 0 if number < cohort.bound else 1 if number == cohort.bound else 2
        episodes.append((name, _EPISODES[begins, stays]))
        states.append((name, _STATES[stays]))
    return tuple(episodes), tuple(states)


_STATES: Final = {stays: ((0.0, _FEW), (0.0 if stays else SILENT, 1)) for stays in (True, False)}
_EPISODES: Final = {
    (begins, stays): (
        *((float((step + 2 - begins) // 2), 1) for step in range(_FEW)),
        (3.0 if stays else SILENT, 1),
    )
    for begins in range(3)
    for stays in (True, False)
}


def cohort_test(rule: AlertRule) -> RuleTest:
    """On the bound and one person beyond, at each severity, among :func:`crowd`."""
    cohort, severity = Cohort.of(rule.watched), rule.trigger.severity
    counts = [_opened(cohort, step, severity) for step in range(_FEW)]
    flags = [cohort.fires(count, rule.watched.alerting.share_percent) for count in counts]
    everybody = not cohort.few and rule.watched.alerting.share_percent < 100
    labels = {"agent": rule.watched.agent, "kpi": rule.watched.kpi}
    alert = ExpectedAlert(
        labels,
        [*flags, everybody],
        lambda step: cohort.share(counts[step]) if step < _FEW else 100.0,
    )
    return RuleTest(rule, (), [alert], range(_FEW + 1))


def _opened(cohort: Cohort, step: int, severity: Severity) -> int:
    """How many people have an episode of at least this severity."""
    early, late = (step + 2) // 2, (step + 1) // 2
    number = severity.rank + 1
    found = cohort.bound if early >= number else 0
    if late >= number and cohort.bound < cohort.people:
        found += 1
    if step // 2 >= number:
        found = cohort.people
    return found


def missing_data_cohort_test(rule: AlertRule) -> RuleTest:
    """On the bound, then one person beyond, among :func:`crowd`; a share of few people says nothing any more."""
    watched, missing = rule.watched, float(rule.watched.missing)
    cohort = Cohort.of(watched)
    heard: tuple[Stretch, ...] = tuple((float(step * STEP), 1) for step in range(_FEW + 1))
    people: list[tuple[str, tuple[Stretch, ...]]] = []
    for number, name in cohort.names():
        just_missed: Stretch = (-missing if number < cohort.bound else 1 - missing, 1)
        people.append((name, (just_missed,) if number <= cohort.bound else heard))
    labels = {"agent": watched.agent, "kpi": watched.kpi, "measurement_source": SOURCE}
    series = [CrowdSeries(LAST_OBSERVATION, labels, tuple(people))]
    beyond = min(cohort.bound + 1, cohort.people)
    fires = cohort.fires(beyond, watched.alerting.share_percent)
    flags = [False, *[fires] * (_FEW - 1), fires and not cohort.few]
    alert = ExpectedAlert(
        {"agent": watched.agent}, flags, lambda step: cohort.share(beyond if step else cohort.bound)
    )
    return RuleTest(rule, series, [alert], [0, 1, _FEW])


def single_test(rule: AlertRule) -> RuleTest | None:
    """A person's own alert waits until there are few people; None where no single value tells."""
    one, bad = rule.trigger, samples_of(rule.trigger).bad
    wait = ceil(one.for_ / STEP)
    cohort = Cohort.of(rule.watched)
    if bad is None or wait > _LONGEST_WAIT or cohort.few in (0, cohort.people):
        return None
    labels = {"agent": rule.watched.agent, "measurement_source": SOURCE, "user_id": "person_0"}
    series = InputSeries(rule.watched.metric, labels, ((bad, 1),))
    flags = [False] * (_FEW + wait) + [True]
    who = {"measurement_source": SOURCE, "user_id": "person_0"}
    alert = ExpectedAlert(who, flags, lambda _: bad)
    return RuleTest(rule, [series], [alert], [0, _FEW - 1, _FEW + wait - 1, _FEW + wait], shows_alerts=False)


TESTS: Final = {
    Basis.STATE: state_test,
    Basis.COHORT: cohort_test,
    Basis.MISSING_DATA: missing_data_test,
    Basis.MISSING_DATA_COHORT: missing_data_cohort_test,
}


def _of_binding(metric: str, watched: Watched, person: str, stretches: tuple[Stretch, ...]) -> InputSeries:
    return InputSeries(metric, {"agent": watched.agent, "kpi": watched.kpi, "user_id": person}, stretches)


def _person(watched: Watched, person: str, flags: Sequence[int], number: float) -> ExpectedAlert:
    labels = {"agent": watched.agent, "kpi": watched.kpi, "user_id": person}
    return ExpectedAlert(labels, flags, lambda _: number)
