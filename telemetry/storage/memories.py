"""A memory in the columns of a standing, and back: no JSON but for the few that have marks."""

from __future__ import annotations

from typing import Any

import orjson

from contracts.evaluation import Mark, Memory, State

STATES = {-1: State.UNKNOWN, 0: State.NORMAL, 1: State.INFO, 2: State.WARNING, 3: State.CRITICAL}
NUMBERS = {state: number for number, state in STATES.items()}
COLUMNS = ("state", "since", "at", "heard", "value", "due", "marks", "skipped")


def from_columns(row: tuple[Any, ...]) -> Memory:
    """The memory of a row in the order of COLUMNS."""
    state, since, at, heard, value, due, marks, skipped = row
    found = tuple(Mark(*mark) for mark in orjson.loads(marks)) if marks else ()
    return Memory(STATES[state], since, at, heard, value, found, due, skipped)


def as_columns(memory: Memory) -> tuple[Any, ...]:
    """The inverse."""
    state, since, at, heard, value, marks, due, skipped = memory
    return (
        NUMBERS[state],
        since,
        at,
        heard,
        None if value is None else float(value),
        due,
        orjson.dumps(marks, default=tuple).decode() if marks else "",
        skipped,
    )
