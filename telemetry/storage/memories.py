"""Memories in the columns of a standing, and back: no JSON but for the few that have marks or several sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import orjson

from contracts.evaluation import Combined, Mark, Memory, State

STATES = {-1: State.UNKNOWN, 0: State.NORMAL, 1: State.INFO, 2: State.WARNING, 3: State.CRITICAL}
NUMBERS = {state: number for number, state in STATES.items()}
_make: Final = tuple.__new__
COLUMNS = ("state", "since", "at", "heard", "value", "due", "marks", "skipped")


def from_columns(row: tuple[Any, ...]) -> Memory:
    """The memory of a row in the order of COLUMNS."""
    state, since, at, heard, value, due, marks, skipped = row
    found = tuple(Mark(*mark) for mark in orjson.loads(marks)) if marks else ()
    return _make(Memory, (STATES[state], since, at, heard, value, found, due, skipped))


def as_columns(memory: Memory) -> tuple[Any, ...]:
    """A memory as the columns of a standing."""
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


def sources_of(source: str, sources: str, memory: Memory) -> dict[str, Memory]:
    """The memory of each source of a standing; none before the first value."""
    if sources:
        return {name: from_columns(tuple(columns)) for name, columns in orjson.loads(sources).items()}
    return {} if memory.at is None else {source: memory}


def sources_text(memories: Mapping[str, Memory]) -> str:
    """The sources' memories as they are stored, "" where the standing's own columns say it all."""
    if len(memories) < 2:
        return ""
    return orjson.dumps({name: as_columns(memories[name]) for name in sorted(memories)}).decode()


def whole_memory(combined: Combined, memories: Mapping[str, Memory], since: int | None) -> Memory:
    """A standing's own columns: what the source that speaks remembers, and when anything of any source is due."""
    if len(memories) == 1:
        return combined.memory
    return combined.memory._replace(
        state=combined.state,
        since=since,
        at=_last(memories, "at"),
        heard=_last(memories, "heard"),
        due=min((one.due for one in memories.values() if one.due is not None), default=None),
    )


def _last(memories: Mapping[str, Memory], name: str) -> int | None:
    return max((at for one in memories.values() if (at := getattr(one, name)) is not None), default=None)
