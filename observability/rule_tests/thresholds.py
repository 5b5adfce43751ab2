"""Tests of rules that stand on values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from math import ceil, nan
from typing import Final

from observability.active_triggers import ActiveTrigger
from observability.alert_expressions import LAST_OBSERVATION, PATIENCE_SECONDS, Watched
from observability.alert_rule import AlertRule
from observability.rule_tests.oracle import ENDS, HOLDS, Phase, firing, looks_back, of_kinds
from observability.rule_tests.rule_test import ExpectedAlert, InputSeries, Number, RuleTest, telling_steps
from observability.rule_tests.scenarios import SILENT, Scenario, Steps, Stretch, samples_of, scenarios

SOURCE: Final = "watch"
OTHER_SOURCE: Final = "ring"
_SECONDS: Final = (15, 60, 240, 3600, 21_600, 86_400, 50 * 86_400)
"""Between two evaluations. Beyond 240 nothing that ALERTS must tell can be tried."""
_SHORT_SECONDS: Final = (5, 2)
"""For windows of less than a minute."""
_MOST: Final = 120
"""Evaluations that the longest length of time may take in a test, while there is a coarser one."""


def steps_of(one: ActiveTrigger) -> Steps:
    """How often the rule of a trigger is evaluated in its test: so that each length of time takes a few."""
    changes = [*one.condition.changes, *(one.recovery.changes if one.recovery else ())]
    windows = [change.window.seconds for change in changes]
    longest = max([one.for_, one.keep_firing_for, *windows])
    seconds = _apart(_seconds(longest, windows), windows)
    return Steps(
        seconds,
        ceil(one.for_ / seconds),
        ceil(one.keep_firing_for / seconds),
        ceil(max(windows, default=0) / seconds),
    )


def _seconds(longest: int, windows: Sequence[int]) -> int:
    """The fewest evaluations by which all lengths are seen; where they are too far apart, the longest."""
    for most, share in ((_MOST, 4), (8 * _MOST, 2)):
        for seconds in (*_SECONDS, *_SHORT_SECONDS):
            if longest <= most * seconds and all(share * seconds <= window for window in windows):
                return seconds
    return next((seconds for seconds in _SECONDS if longest <= _MOST * seconds), _SECONDS[-1])


def _apart(seconds: int, windows: Sequence[int]) -> int:
    """So that no sample lies where Prometheus 2, which includes both ends of a window, and the evaluator differ."""
    return next(some for some in range(seconds, 2 * seconds + 60) if all((one + 1) % some for one in windows))


def threshold_test(rule: AlertRule, steps: Steps) -> RuleTest:
    """What the rule of one trigger is tried on."""
    one, watched = rule.trigger, rule.watched
    tried = scenarios(one, steps)
    longest = max([1, *(scenario.length for scenario in tried)])
    series, expected = [], []
    for scenario in tried:
        phases = _phases(one, steps, scenario, longest)
        if phases is not None:
            series.append(_series(watched, scenario.name, scenario.stretches))
            expected.append(_expected(scenario.name, phases, scenario.stretches))
    starts = {start for scenario in tried for start in _starts(scenario)}
    if (bad := samples_of(one).bad) is not None:
        outlived, made = _outlived(rule, steps, bad)
        expected.append(outlived)
        series += made
    moments = telling_steps((alert.flags for alert in expected), starts | {0})
    if not looks_back(one):
        return RuleTest(rule, series, expected, moments)
    return RuleTest(rule, series, expected, [step for step in moments if step < longest], longest)


def _phases(one: ActiveTrigger, steps: Steps, scenario: Scenario, longest: int) -> Sequence[Phase] | None:
    """None for a scenario in which something must be seen that evaluations so far apart do not show: where Prometheus
    cannot see what fired, a band holds nothing, as if there were no other condition for recovery."""
    found = firing(one, steps, scenario, longest)
    if not steps.is_coarse or one.recovery is None:
        return found
    seen = firing(replace(one, recovery=None), steps, scenario, longest)
    differs = any(bool(a) is not bool(b) for a, b in zip(found[: scenario.length], seen, strict=False))
    return None if differs else seen


def _outlived(rule: AlertRule, steps: Steps, bad: float) -> tuple[ExpectedAlert, list[InputSeries]]:
    """A source that another one of the same person outlives, for which it has to be heard late enough."""
    watched, name = rule.watched, "outlived"
    patience = watched.missing or PATIENCE_SECONDS
    counting, gone = steps.for_ + 2, steps.keep + 2
    flags = of_kinds(
        ((HOLDS, counting), (ENDS, gone)), steps, recovers_apart=rule.trigger.recovery is not None
    )
    other: tuple[Stretch, ...] = ((float(patience - 1), counting), (float(patience), gone))
    stretches: tuple[Stretch, ...] = ((bad, counting + gone),)
    return _expected(name, flags, stretches), [
        _series(watched, name, stretches),
        observed(watched, name, SOURCE, ((0.0, 1),)),
        observed(watched, name, OTHER_SOURCE, other),
    ]


def observed(watched: Watched, person: str, source: str, stretches: tuple[Stretch, ...]) -> InputSeries:
    """When a series was last measured."""
    labels = {
        "agent": watched.agent,
        "kpi": watched.kpi,
        "measurement_source": source,
        "user_id": person,
    }
    return InputSeries(LAST_OBSERVATION, labels, stretches)


def _series(watched: Watched, person: str, stretches: tuple[Stretch, ...]) -> InputSeries:
    labels = {"agent": watched.agent, "measurement_source": SOURCE, "user_id": person}
    return InputSeries(watched.metric, labels, stretches)


def _expected(person: str, phases: Sequence[Phase], stretches: Sequence[Stretch]) -> ExpectedAlert:
    labels = {"measurement_source": SOURCE, "user_id": person}
    return ExpectedAlert(labels, phases, _told_at(phases, stretches))


def _told_at(phases: Sequence[Phase], stretches: Sequence[Stretch]) -> Number:
    """The value that an alert tells: while it is ending, that of when it was not yet."""
    values = [nan if value is SILENT else value for value, count in stretches for _ in range(count)]

    def told(step: int) -> float:
        place = min(step, len(phases) - 1)
        while place and phases[place] is Phase.ENDING:
            place -= 1
        return values[
            min(place if phases[min(step, len(phases) - 1)] is Phase.ENDING else step, len(values) - 1)
        ]

    return told


def _starts(scenario: Scenario) -> list[int]:
    """Where each stretch begins, and the scenario's last evaluation."""
    counts = [count for _, count in scenario.stretches]
    return [0, *list(accumulate(counts))[:-1], scenario.length - 1]
