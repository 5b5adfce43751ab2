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
_SEVERITIES: Final = {severity: number(float(severity)) for severity in range(-1, 4)}
"""A state or an open severity as a sample's value."""


def series_stack(metric: str, budget: int) -> Stack:
    """For the series of one KPI: (number, time, value, KPI, agent, source, label)."""
    if not metric:
        return Stack(lambda row: (_stamp(row),), lambda row: (seconds(row[1]),), budget)

    def lines(row: Row) -> tuple[bytes, ...]:
        head = _value_head(metric, row[4], row[5])
        return b'%b%b"} %b\n' % (head, row[6], number(row[2])), _stamp(row)

    return Stack(lines, lambda row: (number(row[2]), seconds(row[1])), budget)


def state_stack(budget: int) -> Stack:
    """For the standings of one binding: (number, change, state, KPI, agent, open severity, label)."""
    return Stack(_state, lambda row: (_SEVERITIES[row[2]], _SEVERITIES[row[5]]), budget)


def _stamp(row: Row) -> bytes:
    return b'%b%b"} %b\n' % (_stamp_head(row[3], row[4], row[5]), row[6], seconds(row[1]))


def _state(row: Row) -> tuple[bytes, ...]:
    (state, opened), label = _state_heads(row[3], row[4]), row[6]
    return (
        b'%b%b"} %b\n' % (state, label, _SEVERITIES[row[2]]),
        b'%b%b"} %b\n' % (opened, label, _SEVERITIES[row[5]]),
    )


@lru_cache(maxsize=65_536)
def _value_head(metric: str, agent: str, source: str) -> bytes:
    return _head(metric, agent=agent, measurement_source=source)


@lru_cache(maxsize=65_536)
def _stamp_head(kpi: str, agent: str, source: str) -> bytes:
    return _head(LAST_OBSERVATION, agent=agent, kpi=kpi, measurement_source=source)


@lru_cache(maxsize=65_536)
def _state_heads(kpi: str, agent: str) -> tuple[bytes, bytes]:
    return _head(STATE, agent=agent, kpi=kpi), _head(OPEN, agent=agent, kpi=kpi)


def _head(name: str, **labels: str) -> bytes:
    """A line up to what the person is called: the label ``user_id`` is the last by its name."""
    return encoded(prefix(name, **labels, user_id="")).removesuffix(b'"} ')
