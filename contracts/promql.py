"""The contract language in PromQL, the query language of Prometheus.

Everything is in parentheses, so that it means the same wherever it is put. Precedence and the meaning of a
chained comparison: https://prometheus.io/docs/prometheus/latest/querying/operators/
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from contracts.decimals import plain
from contracts.durations import Duration
from contracts.intervals import Interval, IntervalSet
from contracts.terms import Change

Mean = Callable[[Duration], str]
"""A query for the means over a window, with the labels of the samples that they are compared with."""


def condition_promql(
    values: IntervalSet, changes: Iterable[Change], selector: str, mean: Mean | None = None
) -> str:
    """A query that returns the samples of an instant selector for which a condition holds, with their values.

    The selector goes into the query as it is: whoever builds it quotes its label values. In place of a selector
    any query may stand, if ``mean`` is given: only of a selector a window can be asked for.
    """
    mean_of = mean or (lambda window: f"avg_over_time({selector}[{window}] offset 1s)")
    parts = [change_promql(change, selector, mean_of(change.window)) for change in changes]
    if values or not parts:
        parts.insert(0, values_promql(values, selector))
    return _any_of(parts)


def values_promql(values: IntervalSet, selector: str) -> str:
    """The samples whose value is in a set: `(x < 20)`, `((x >= 80) <= 89)`, `((x < 20) or (x > 100))`."""
    outside = list(~values)
    if len(outside) == 1 and outside[0].is_point and outside[0].low is not None:
        return f"({selector} != {plain(outside[0].low)})"
    # Nothing is above +Inf, so the empty set gives an empty answer.
    return _any_of([_interval(interval, selector) for interval in values] or [f"({selector} > +Inf)"])


def change_promql(change: Change, selector: str, mean: str) -> str:
    """The samples that have dropped or risen enough from the mean before them.

    An approximation: see docs/semantics.md. The window ends a second before the query's time, the smallest step of a
    duration. The percentage is rounded, so that 0.9 is a drop of 10 % from 1, which it is not among binary floats.

    `!= 0` drops series whose mean is zero: from zero no percentage can be told.
    """
    moved = f"({mean} - {selector})" if change.direction == "drop" else f"({selector} - {mean})"
    percent = f"round(100 * {moved} / abs({mean} != 0), 0.00000001)"  # a step whose inverse is exact, too
    return f"({selector} and ({percent} {change.operator} {plain(change.percent)}))"


def _interval(interval: Interval, selector: str) -> str:
    low, high, low_closed, high_closed = interval
    if low is None and high is None:
        return f"({selector} >= -Inf)"  # every number, but not NaN
    if interval.is_point and low is not None:
        return f"({selector} == {plain(low)})"
    query = selector
    if low is not None:
        query = f"({query} {'>=' if low_closed else '>'} {plain(low)})"
    if high is not None:
        query = f"({query} {'<=' if high_closed else '<'} {plain(high)})"
    return query


def _any_of(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({' or '.join(parts)})"
