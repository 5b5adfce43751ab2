"""The contract language in PromQL, the query language of Prometheus.

Everything is in parentheses, so that it means the same wherever it is put. Precedence and the meaning of a
chained comparison: https://prometheus.io/docs/prometheus/latest/querying/operators/
"""

from __future__ import annotations

from collections.abc import Iterable

from contracts.decimals import plain
from contracts.intervals import Interval, IntervalSet
from contracts.terms import Change


def condition_promql(values: IntervalSet, changes: Iterable[Change], selector: str) -> str:
    """A query that returns the samples of an instant selector for which a condition holds, with their values.

    The selector goes into the query as it is: whoever builds it quotes its label values.
    """
    parts = [change_promql(change, selector) for change in changes]
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


def change_promql(change: Change, selector: str) -> str:
    """The samples that have dropped or risen enough from the mean before them.

    An approximation in one respect. The contract's window ends just before the sample; this one ends a second
    before the query's time, the smallest step of a duration. It is the same window when the query runs at
    the sample's time. Later, or when one value is scraped again and again, the sample itself is in its mean,
    which matters only when the window holds few samples.

    `!= 0` drops series whose mean is zero: from zero no percentage can be told.
    """
    mean = f"avg_over_time({selector}[{change.window}] offset 1s)"
    moved = f"({mean} - {selector})" if change.direction == "drop" else f"({selector} - {mean})"
    limit = f"({plain(change.percent)} * abs({mean} != 0))"
    return f"({selector} and ((100 * {moved}) {change.operator} {limit}))"


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
