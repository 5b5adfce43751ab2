"""What is expected of one rule in a test, and how that is written for promtool.

https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from contracts.yamlscalars import quoted, text
from contracts.yamlwriter import write_yaml
from observability.alert_rule import AlertRule, annotations_of
from observability.alert_wording import PrintedWording
from observability.options import ExportOptions
from observability.promql import selector
from observability.rule_tests.scenarios import SILENT, Stretch

_PERSON: Final = "user_id"
_SOMEBODY: Final = "somebody"
_MARGIN: Final = 16
"""Before a line of a text that has several."""
_BEFORE, _AFTER = "\0", "\1"
"""Where the labels of a series go; no text that is written has these signs."""
Labels = Mapping[str, str]
Number = Callable[[int], float]


@dataclass(frozen=True, slots=True)
class InputSeries:
    """What is scraped of one series; its last value stands until the end of the test."""

    metric: str
    labels: Labels
    stretches: tuple[Stretch, ...]

    @property
    def name(self) -> str:
        """As promtool reads it."""
        return selector(self.metric, **self.labels)

    def lines(self, name: str, length: int) -> Iterator[str]:
        """As YAML by its name, with values for so many evaluations."""
        yield f"      - series: {quoted(name)}"
        yield f"        values: {_values(self.stretches, length)}"


@dataclass(frozen=True, slots=True)
class CrowdSeries:
    """The same metric of many people, who differ in their name and in what is scraped."""

    metric: str
    labels: Labels
    people: tuple[tuple[str, tuple[Stretch, ...]], ...]

    @property
    def name(self) -> str:
        """What all of them have in common."""
        return selector(self.metric, **self.labels)

    def lines(self, _name: str, length: int) -> Iterator[str]:
        """As YAML: a release has a million of these series, so what all have in common is quoted once."""
        written = quoted(selector(self.metric, **self.labels, **{_PERSON: _SOMEBODY}))
        before, _, after = written.rpartition(_SOMEBODY)
        yield _crowd_lines(self.people, length).replace(_BEFORE, before).replace(_AFTER, after)


@dataclass(frozen=True, slots=True)
class ExpectedAlert:
    """When an alert with these labels, beside the rule's own, fires (a flag that is not 0), and with which value."""

    labels: Labels
    flags: Sequence[int]
    number: Number

    def fires(self, step: int) -> bool:
        """After the last flag all is as it was."""
        return bool(self.flags[min(step, len(self.flags) - 1)])


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One rule with what it is fed and what is expected. ``steps`` are the evaluations looked at."""

    rule: AlertRule
    series: Sequence[InputSeries | CrowdSeries]
    expected: Sequence[ExpectedAlert]
    steps: Sequence[int]
    horizon: int | None = None
    """After so many evaluations nothing is known, None where all stays as it was."""
    shows_alerts: bool = True
    """Whether whole alerts are compared too, not only who has one: where every rule of the name is in the test."""


def notation(stretches: tuple[Stretch, ...], length: int) -> str:
    """Values in promtool's notation: `18x4` is five times 18, `stale` is where a series ends, `_` where it is not."""
    written = list(stretches)
    last, count = written[-1]
    written[-1] = last, count + max(0, length - sum(number for _, number in written))
    found = []
    for value, count in written:
        if value is SILENT:
            found += ["stale"] if count == 1 else ["stale", f"_x{count - 1}"]
        else:
            digits = repr(value).removesuffix(".0")
            found.append(digits if count == 1 else f"{digits}x{count - 1}")
    return " ".join(found)


@lru_cache(maxsize=256)
def _crowd_lines(people: tuple[tuple[str, tuple[Stretch, ...]], ...], length: int) -> str:
    lines = (
        f"      - series: {_BEFORE}{name}{_AFTER}\n        values: {_values(stretches, length)}"
        for name, stretches in people
    )
    return "\n".join(lines)


@lru_cache(maxsize=65_536)
def _values(stretches: tuple[Stretch, ...], length: int) -> str:
    return text(notation(stretches, length))


def telling_steps(flags: Iterable[Sequence[int]], starts: Iterable[int]) -> list[int]:
    """Where something is to be seen: each change with the evaluation before it, and other moments that matter."""
    found = set(starts)
    for own in flags:
        for step in range(1, len(own)):
            if bool(own[step]) is not bool(own[step - 1]):
                found |= {step - 1, step}
    return sorted(found)


def file_of_tests(
    rule_files: Sequence[str], groups: Mapping[str, Sequence[RuleTest]], seconds: int, options: ExportOptions
) -> str:
    """A file of groups by their names, evaluated so many seconds apart. Paths of rules are as seen from the file."""
    head = write_yaml({"rule_files": [*rule_files], "evaluation_interval": f"{seconds}s"})
    made = ("\n".join(group_lines(name, tests, seconds, options)) + "\n" for name, tests in groups.items())
    return "".join([head, "\ntests:\n", *made])


def group_lines(name: str, tests: Sequence[RuleTest], seconds: int, options: ExportOptions) -> Iterator[str]:
    """A group of tests over one stretch of time, as lines of YAML.

    They are written here and not by the YAML writer, because a large release has hundreds of megabytes of them.
    """
    length = 1 + max(step for one in tests for step in one.steps)
    yield f"  - name: {name}"
    yield f"    interval: {seconds}s"
    series = {made.name: made for one in tests for made in one.series}
    yield "    input_series:" if series else "    input_series: []"
    for written, made in series.items():
        yield from made.lines(written, length)
    yield from _alert_tests(tests, seconds, options)
    yield "    promql_expr_test:"
    for one in tests:
        yield from _query_tests(one, seconds)


def _query_tests(one: RuleTest, seconds: int) -> Iterator[str]:
    """Who has an alert: short, because there are many of them."""
    watched = one.rule.watched
    alerts = selector(
        "ALERTS", alertname=one.rule.name, alertstate="firing", agent=watched.agent, kpi=watched.kpi
    )
    query = quoted(f"sum by (user_id) ({alerts})")
    for step in one.steps:
        people: dict[str, int] = {}
        for alert in one.expected:
            if alert.fires(step):
                person = alert.labels.get(_PERSON, "")
                people[person] = people.get(person, 0) + 1
        yield f"      - expr: {query}"
        yield f"        eval_time: {step * seconds}s"
        yield "        exp_samples:" if people else "        exp_samples: []"
        for person, count in people.items():
            labels = f'{{user_id="{person}"}}' if person else "{}"
            yield f"          - labels: '{labels}'"
            yield f"            value: {count}"


def _alert_tests(tests: Sequence[RuleTest], seconds: int, options: ExportOptions) -> Iterator[str]:
    """Of each name the whole alerts, where there are fewest of them: one test has those of all rules of a name."""
    by_name: dict[str, list[RuleTest]] = {}
    for one in tests:
        if one.shows_alerts:
            by_name.setdefault(one.rule.name, []).append(one)
    yield "    alert_rule_test:" if by_name else "    alert_rule_test: []"
    for name, own in by_name.items():
        known = min((one.horizon for one in own if one.horizon is not None), default=None)
        steps = {step for one in own for step in one.steps if known is None or step < known}
        counts = [(_count(own, step), step) for step in sorted(steps)]
        _, step = min([(count, step) for count, step in counts if count] or counts)
        firing = [(one.rule, alert) for one in own for alert in one.expected if alert.fires(step)]
        yield f"      - eval_time: {step * seconds}s"
        yield f"        alertname: {text(name)}"
        yield "        exp_alerts:" if firing else "        exp_alerts: []"
        for rule, alert in firing:
            yield from _alert(rule, alert, step, options)


def _count(tests: Sequence[RuleTest], step: int) -> int:
    return sum(expected.fires(step) for one in tests for expected in one.expected)


def _alert(rule: AlertRule, expected: ExpectedAlert, step: int, options: ExportOptions) -> Iterator[str]:
    person, source = expected.labels.get(_PERSON, ""), expected.labels.get("measurement_source", "")
    say = PrintedWording(person, source, expected.number(step))
    yield "          - exp_labels:"
    yield from _texts({**rule.labels, **expected.labels})
    yield "            exp_annotations:"
    yield from _texts(annotations_of(rule, options, say))


def _texts(texts: Mapping[str, str]) -> Iterator[str]:
    return (f"              {name}: {text(value, _MARGIN)}" for name, value in texts.items())
