"""How series and states are written: a line for a row, and what of it changes."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from telemetry.exposition.lines import encoded, number, prefix, seconds
from telemetry.exposition.stacks import Row, Stack

LAST_OBSERVATION: Final = "auren_series_last_observation_timestamp_seconds"
STATE: Final = "auren_binding_state"
OPEN: Final = "auren_binding_open_severity"
VALUES, STAMPS = 0, -1
"""The columns of a KPI's stack; where the KPI has no metric, there are only the times."""
STATES, OPENS = 0, 1
"""The columns of a binding's stack."""


def series_stack(metric: str, budget: int) -> Stack:
    """For the series of one KPI: (number, time, value, KPI, agent, source, label)."""
    if not metric:
        return Stack(lambda row: (_stamp(row),), lambda row: (seconds(row[1]),), budget)

    def lines(row: Row) -> tuple[bytes, ...]:
        head = _head(metric, agent=row[4], measurement_source=row[5])
        return b'%b%b"} %b\n' % (head, row[6], number(row[2])), _stamp(row)

    return Stack(lines, lambda row: (number(row[2]), seconds(row[1])), budget)


def state_stack(budget: int) -> Stack:
    """For the standings of one binding: (number, change, state, KPI, agent, open severity, label)."""
    return Stack(_state, lambda row: (number(float(row[2])), number(float(row[5]))), budget)


def _stamp(row: Row) -> bytes:
    head = _head(LAST_OBSERVATION, agent=row[4], kpi=row[3], measurement_source=row[5])
    return b'%b%b"} %b\n' % (head, row[6], seconds(row[1]))


def _state(row: Row) -> tuple[bytes, ...]:
    state, opened = _head(STATE, agent=row[4], kpi=row[3]), _head(OPEN, agent=row[4], kpi=row[3])
    return (
        b'%b%b"} %b\n' % (state, row[6], number(float(row[2]))),
        b'%b%b"} %b\n' % (opened, row[6], number(float(row[5]))),
    )


@lru_cache(maxsize=65_536)
def _head(name: str, **labels: str) -> bytes:
    """A line up to what the person is called: the label ``user_id`` is the last by its name."""
    return encoded(prefix(name, **labels, user_id="")).removesuffix(b'"} ')
