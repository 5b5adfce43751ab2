"""What goes into an evaluation and what comes out: observations, the memory of a series, transitions.

Times are whole microseconds since 1970 in UTC: exact, the same in JSON and in every language. Everything here
is a plain tuple, because one is made for every observation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, Literal, NamedTuple

from contracts.decimals import Number, exact
from contracts.severity import Severity
from contracts.watched import json_number

SECOND: Final = 1_000_000
"""Microseconds."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class MemoryDataError(ValueError):
    """The data are no memory; the message says what was expected."""


class State(StrEnum):
    """Of a binding for a user: the worst severity at which it acts."""

    NORMAL = "normal"
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"

    @property
    def number(self) -> int:
        """As a metric has it: 0 for normal to 3 for critical, -1 for unknown."""
        return _NUMBERS[self]

    @classmethod
    def of(cls, severity: Severity) -> State:
        """The state at a severity."""
        return cls(severity.value)


_NUMBERS = {"normal": 0, "info": 1, "warning": 2, "critical": 3, "unknown": -1}


class Observed(NamedTuple):
    """One value at its own time. ``context`` is what a guard asks, ``source`` what measured it."""

    value: Number
    at: int
    context: Mapping[str, object] | None = None
    source: str = ""


class Mark(NamedTuple):
    """What is remembered of one trigger: since when its condition holds, since when the agent acts on it, and
    since when it has been over without having ended yet."""

    rule: str
    begun: int
    fired: int | None = None
    quiet: int | None = None


class Memory(NamedTuple):
    """All that an evaluation needs to know of what came before.

    ``at`` is the time of the newest observation, ``heard`` that of the newest one that the guard let through
    and ``value`` its value. ``due`` is when the clock alone changes something: look at it with ``tick`` then.
    ``skipped`` says why the newest observation was not judged.
    """

    state: State = State.UNKNOWN
    since: int | None = None
    at: int | None = None
    heard: int | None = None
    value: Number | None = None
    marks: tuple[Mark, ...] = ()
    due: int | None = None
    skipped: str = ""

    def as_data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "state": str(self.state),
            "since": self.since,
            "at": self.at,
            "heard": self.heard,
            "value": number_data(self.value),
            "marks": [list(mark) for mark in self.marks],
            "due": self.due,
            "skipped": self.skipped,
        }

    @classmethod
    def from_data(cls, data: object) -> Memory:
        """Read a memory from JSON. Raises MemoryDataError."""
        if not isinstance(data, Mapping):
            raise MemoryDataError("expected a mapping")
        try:
            return cls(
                State(data["state"]),
                _time(data["since"]),
                _time(data["at"]),
                _time(data["heard"]),
                _value(data["value"]),
                tuple(_mark(mark) for mark in data["marks"]),
                _time(data["due"]),
                str(data["skipped"]),
            )
        except KeyError as error:
            raise MemoryDataError(f"expected {error.args[0]}") from None
        except (TypeError, ValueError, ArithmeticError) as error:
            raise MemoryDataError(str(error)) from None


START: Final = Memory()
"""Of a series of which nothing is known yet."""

Cause = Literal["value", "time", "silence", "release"]
"""Of a transition: a value came, a length of time was over, nothing came for too long, or another contract took
the place of the former one."""


class Transition(NamedTuple):
    """A change of state. ``rule`` is the trigger it is about ("critical", "warning.2"; "" for none) and
    ``condition`` its text. ``means`` are those that changes over time were told from, by window. ``episode`` is
    when the agent began to act: the same before and after a silence, None when it does not act.
    """

    at: int
    before: State
    after: State
    cause: Cause
    reason: str
    rule: str = ""
    condition: str = ""
    value: Number | None = None
    means: tuple[tuple[str, Decimal], ...] = ()
    episode: int | None = None

    def as_data(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "at": self.at,
            "before": str(self.before),
            "after": str(self.after),
            "cause": self.cause,
            "reason": self.reason,
            "rule": self.rule,
            "condition": self.condition,
            "value": number_data(self.value),
            "means": {window: json_number(mean) for window, mean in self.means},
            "episode": self.episode,
        }


def micros(moment: datetime) -> int:
    """A moment as microseconds. Raises ValueError for one without a time zone."""
    if moment.tzinfo is None:
        raise ValueError("expected a moment with its time zone")
    return (moment - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    """The inverse of :func:`micros`, in UTC."""
    return _EPOCH + timedelta(microseconds=at)


def number_data(value: Number | None) -> int | float | str | None:
    """A number as JSON: a number where that is exact, a text of digits otherwise."""
    if value is None or isinstance(value, float):
        return value
    decimal = exact(value)
    number = json_number(decimal)
    same = isinstance(number, int) or (number is not None and Decimal(repr(number)) == decimal)
    return number if same else str(decimal)


def _value(data: object) -> Number | None:
    if data is None:
        return None
    if isinstance(data, str):
        return exact(Decimal(data))
    if isinstance(data, bool) or not isinstance(data, (int, float, Decimal)):
        raise MemoryDataError("expected a number for value")
    exact(data)
    return data


def _time(data: object) -> int | None:
    if data is None or (isinstance(data, int) and not isinstance(data, bool)):
        return data
    raise MemoryDataError("expected a time in whole microseconds, or null")


def _mark(data: object) -> Mark:
    if isinstance(data, Sequence) and len(data) == 4 and isinstance(data[0], str):
        begun = _time(data[1])
        if begun is not None:
            return Mark(data[0], begun, _time(data[2]), _time(data[3]))
    raise MemoryDataError("expected marks of a rule and three times")
