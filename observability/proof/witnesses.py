"""Boundary witnesses: neighbouring values, and neighbouring seconds, between which a trigger flips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from math import inf, nextafter

from contracts.evaluation import SECOND, START, Evaluator, Memory, Observed
from contracts.intervals import IntervalSet
from observability.active_triggers import ActiveTrigger


@dataclass(frozen=True, slots=True)
class ValueWitness:
    """Two floats with none between them: the agent acts on one of them, as the evaluator says. ``edge`` is the number
    of the contract that is one of them."""

    edge: Decimal
    low: float
    high: float
    low_fires: bool
    high_fires: bool

    @property
    def flips(self) -> bool:
        """Whether the trigger is another on either side, which is what a boundary is."""
        return self.low_fires is not self.high_fires


@dataclass(frozen=True, slots=True)
class TimeWitness:
    """A second at which a trigger flips, counted from the first value: it fires then or it no longer does, and not a
    second earlier. ``end`` is when a value ended it, None where it begins."""

    second: int
    fires: bool
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Witnesses:
    """All of one trigger's. ``inside`` is a value on which the agent acts, ``outside`` one that ends it."""

    values: tuple[ValueWitness, ...]
    times: tuple[TimeWitness, ...]
    inside: float | None
    outside: float | None


def witnesses_of(one: ActiveTrigger) -> Witnesses:
    """What the evaluator says at every boundary. A change over time has no value of its own at which it flips."""
    evaluator = evaluator_of(one)
    values = tuple(_value_witnesses(evaluator, one))
    inside = next((value for pair in values for value, fires in sides(pair) if fires), None)
    outside = _ending(evaluator, one, inside)
    return Witnesses(values, tuple(_time_witnesses(evaluator, one, inside, outside)), inside, outside)


def sides(pair: ValueWitness) -> tuple[tuple[float, bool], tuple[float, bool]]:
    """Each value, and whether the agent acts on it."""
    return (pair.low, pair.low_fires), (pair.high, pair.high_fires)


def evaluator_of(one: ActiveTrigger) -> Evaluator:
    """The evaluator of this trigger alone, without guard or silence, which its values do not depend on."""
    definition = replace(one.binding.definition, missing_data="")
    return Evaluator(replace(one.binding, guard="", triggers=(one.trigger,), definition=definition))


def neighbours(values: IntervalSet) -> Iterator[tuple[Decimal, float, float]]:
    """Of each place where a set begins or ends: its number, and the floats on either side of the place."""
    for number, is_after in values.places:
        at = float(number)
        yield (number, at, nextafter(at, inf)) if is_after else (number, nextafter(at, -inf), at)


def _value_witnesses(evaluator: Evaluator, one: ActiveTrigger) -> Iterator[ValueWitness]:
    for number, low, high in neighbours(one.condition.values):
        low_fires, high_fires = (_fires(evaluator, value, one.for_) for value in (low, high))
        yield ValueWitness(number, low, high, low_fires, high_fires)


def _time_witnesses(
    evaluator: Evaluator, one: ActiveTrigger, inside: float | None, outside: float | None
) -> Iterator[TimeWitness]:
    if inside is None:
        return
    if (second := _flip(evaluator, _seen(evaluator, START, inside, 0), 0, one.for_, fires=True)) is not None:
        yield TimeWitness(second, fires=True)
    if outside is None:
        return
    end = one.for_ + 60
    memory = _seen(evaluator, _seen(evaluator, START, inside, 0), outside, end)
    if (second := _flip(evaluator, memory, end, one.keep_firing_for, fires=False)) is not None:
        yield TimeWitness(second, fires=False, end=end)


def _ending(evaluator: Evaluator, one: ActiveTrigger, inside: float | None) -> float | None:
    """A value that ends it: beside a boundary of ``recover_if``, else of the condition."""
    if inside is None:
        return None
    begun = _seen(evaluator, START, inside, 0)
    ends = one.recovery.values if one.recovery else one.condition.values
    over = one.for_ + one.keep_firing_for
    for _, low, high in neighbours(ends):
        for value in (low, high):
            if not _is_firing(evaluator, _seen(evaluator, begun, value, one.for_ + 1), 2 * over + 2):
                return value
    return None


def _fires(evaluator: Evaluator, value: float, for_: int) -> bool:
    return _is_firing(evaluator, _seen(evaluator, START, value, 0), for_)


def _flip(evaluator: Evaluator, memory: Memory, start: int, length: int, *, fires: bool) -> int | None:
    """The second from which on it is so, looked for and not taken from the contract; None where it never is."""
    low, high = start, start + length
    if _is_firing(evaluator, memory, high) is not fires:
        return None
    while low < high:
        middle = (low + high) // 2
        if _is_firing(evaluator, memory, middle) is fires:
            high = middle
        else:
            low = middle + 1
    return low


def _seen(evaluator: Evaluator, memory: Memory, value: float, second: int) -> Memory:
    return evaluator.evaluate(memory, Observed(value, second * SECOND))[0]


def _is_firing(evaluator: Evaluator, memory: Memory, second: int) -> bool:
    return evaluator.acting(evaluator.tick(memory, second * SECOND)[0].marks) is not None
