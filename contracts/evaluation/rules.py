"""A binding's triggers, made ready for evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache, partial
from typing import Final, TypeVar

from contracts.conditions import Change, Condition, parse
from contracts.decimals import EXACT, Number, exact, plain
from contracts.durations import Duration
from contracts.evaluation.memory import SECOND, State
from contracts.guards import Guard, parse_guard
from contracts.intervals import Interval, IntervalSet
from contracts.tokens import ExpectationError
from contracts.watched import BodyError, WatchedBinding, WatchedTrigger

T = TypeVar("T")
KEPT: Final = 1 << 15
"""Conditions that are kept ready, of whichever bindings they are."""
_MICRO = Decimal("0.000001")
_TINY = 1e-200
History = Callable[[int], tuple[Number, int]]
"""Of the observation's own series: for a window of so many seconds that ends just before it (its beginning
included), the sum of the values and how many there are."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A condition with its words: ``asked`` is all of it, ``stretches`` are what a value inside one is."""

    values: IntervalSet
    changes: tuple[Change, ...]
    asked: str
    stretches: tuple[tuple[Interval, str], ...]

    @classmethod
    def of(cls, condition: Condition, symbol: str) -> Clause:
        """Of a condition and its unit."""
        stretches = tuple((interval, _inside(interval, symbol)) for interval in condition.values)
        return cls(condition.values, condition.changes, condition.explain(symbol), stretches)

    def stretch(self, number: Decimal) -> str:
        """What a value is that is among the condition's; "" for any other."""
        for (low, high, low_closed, high_closed), told in self.stretches:
            above = low is None or number > low or (low_closed and number == low)
            if above and (high is None or number < high or (high_closed and number == high)):
                return told
        return ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One trigger. Lengths are microseconds; ``bit`` and ``recovery_bit`` are its places among the sets."""

    key: str
    trigger: WatchedTrigger
    state: State
    condition: Clause
    recovery: Clause | None
    for_: int
    keep: int
    bit: int
    recovery_bit: int

    @property
    def asks(self) -> tuple[str, str]:
        """Of a value: when the trigger begins to hold, and when it is over."""
        return self.trigger.condition, self.trigger.recover_if


@dataclass(frozen=True, slots=True)
class Past:
    """What came before an observation, asked once a window."""

    number: Decimal
    history: History
    asked: dict[int, tuple[Decimal, int]]

    @classmethod
    def of(cls, value: Number, history: History) -> Past:
        """Before this value."""
        return cls(exact(value), history, {})

    def holds(self, clause: Clause) -> bool:
        """Whether one of the condition's changes over time is true."""
        return any(map(self.change_holds, clause.changes))

    def change_holds(self, change: Change) -> bool:
        """Whether the value has changed enough: told from the sum, because a mean would be rounded."""
        total, count = self.window(change.window)
        if not count:
            return False
        # By floats, where they leave no doubt: away from zero they err by less than 1e-14 of what is compared.
        whole, scaled = float(total), float(self.number) * count
        moved = whole - scaled if change.direction == "drop" else scaled - whole
        limit = float(change.percent) * abs(whole)
        doubt = (100 * (abs(whole) + abs(scaled)) + limit) * 1e-12
        if abs(whole) > _TINY and abs(100 * moved - limit) > doubt:
            return 100 * moved > limit
        return change.holds(EXACT.multiply(self.number, Decimal(count)), total)

    def window(self, window: Duration) -> tuple[Decimal, int]:
        """The sum and the number of values."""
        found = self.asked.get(window.seconds)
        if found is None:
            total, count = self.history(window.seconds)
            found = self.asked[window.seconds] = exact(total), count
        return found

    def means(self) -> tuple[tuple[str, Decimal], ...]:
        """The means that were told from, by window, to six digits after the point: to be shown."""
        return tuple(
            (str(Duration(seconds)), mean_of(total, count, _MICRO))
            for seconds, (total, count) in self.asked.items()
            if count
        )


def mean_of(total: Decimal, count: int, places: Decimal) -> Decimal:
    """A mean to be shown."""
    return (total / count).quantize(places, ROUND_HALF_EVEN, EXACT)


def rules_of(binding: WatchedBinding) -> Iterator[Rule]:
    """A binding's triggers, worst first. Raises BodyError for what cannot be read: acting on half a contract is
    worse than saying so."""
    triggers = sorted(binding.triggers, key=lambda trigger: -trigger.severity.rank)
    symbol = binding.definition.symbol
    seen: dict[str, int] = {}
    for index, trigger in enumerate(triggers):
        severity = trigger.severity.value
        seen[severity] = seen.get(severity, 0) + 1
        key = severity if seen[severity] == 1 else f"{severity}.{seen[severity]}"
        place = f"{binding.agent} {binding.kpi} {key}"
        yield Rule(
            key=key,
            trigger=trigger,
            state=State.of(trigger.severity),
            condition=_clause(trigger.condition, symbol, place),
            recovery=_clause(trigger.recover_if, symbol, place) if trigger.recover_if else None,
            for_=length_of(trigger.for_, place) or 0,
            keep=length_of(trigger.keep_firing_for, place) or 0,
            bit=1 << index,
            recovery_bit=1 << len(triggers) + index,
        )


def _clause(text: str, symbol: str, place: str) -> Clause:
    return _read(partial(_clause_of, symbol=symbol), text, place)


@lru_cache(maxsize=KEPT)
def _clause_of(text: str, symbol: str) -> Clause:
    """Most bindings have a condition of their KPI's, or one that others have too."""
    return Clause.of(parse(text), symbol)


def _inside(interval: Interval, symbol: str) -> str:
    low, high, low_closed, high_closed = interval
    if low is None and high is None:
        return "what every value is"
    if low is None or high is None or low == high or not (low_closed and high_closed):
        return interval.explain(symbol)
    return f"between {plain(low)} and {plain(high)} {symbol}".rstrip()


def guard_of(binding: WatchedBinding) -> Guard | None:
    """The binding's guard. Raises BodyError."""
    return _read(parse_guard, binding.guard, f"{binding.agent} {binding.kpi}") if binding.guard else None


def length_of(text: str, place: str) -> int | None:
    """A length of time in microseconds, None where none is given. Raises BodyError."""
    return _read(Duration.parse, text, place).seconds * SECOND if text else None


def _read(read: Callable[[str], T], text: str, place: str) -> T:
    try:
        return read(text)
    except ExpectationError as error:
        raise BodyError(f"{place}: {error}") from error
