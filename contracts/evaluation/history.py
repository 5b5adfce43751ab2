"""Observations in their order, what came before each one, and evaluating them all again."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from contracts.decimals import EXACT, Number, exact
from contracts.evaluation.machine import Evaluator, Transitions
from contracts.evaluation.memory import SECOND, START, Memory, Observed, Transition
from contracts.evaluation.rules import History


class Series:
    """The values of one series so far, oldest first. A window's sum takes two look-ups, however long it is."""

    __slots__ = ("_times", "_totals")

    def __init__(self) -> None:
        self._times: list[int] = []
        self._totals = [Decimal(0)]

    def add(self, at: int, value: Number) -> None:
        """Add a value. Raises ValueError for one that is older than the newest."""
        if self._times and at < self._times[-1]:
            raise ValueError("expected a value that is not older than the newest one")
        self._times.append(at)
        self._totals.append(EXACT.add(self._totals[-1], exact(value)))

    def before(self, at: int) -> History:
        """What a change over time asks at a moment: the sum and the number of values in a window that ends
        just before it."""
        times, totals = self._times, self._totals
        end = bisect_left(times, at)

        def window(seconds: int) -> tuple[Number, int]:
            begin = bisect_left(times, at - seconds * SECOND)
            return EXACT.subtract(totals[end], totals[begin]), end - begin

        return window


class Replayed(NamedTuple):
    """What observations came to."""

    memory: Memory
    transitions: Transitions


def follow(
    evaluator: Evaluator, memory: Memory, observations: Sequence[Observed]
) -> tuple[Memory, list[tuple[Transition, Observed]]]:
    """Evaluate observations that are in their order, by a contract that does not look back (``looks_back``); with
    each transition the observation that brought it."""
    found: list[tuple[Transition, Observed]] = []
    place, end = 0, len(observations)
    while place < end:
        memory, place = evaluator.pass_quiet(memory, observations, place)
        if place < end:
            observed = observations[place]
            memory, more = evaluator.evaluate(memory, observed)
            if more:
                found += [(one, observed) for one in more]
            place += 1
    return memory, found


def in_order(observations: Iterable[Observed]) -> list[Observed]:
    """By time, then by source: one order, in whichever order they came. A series has one value at a time; of
    two, the higher one is taken in last."""
    return sorted(observations, key=lambda one: (one.at, one.source, one.value))


def replay(
    evaluator: Evaluator, observations: Iterable[Observed], *, until: int | None = None, start: Memory = START
) -> Replayed:
    """Evaluate observations of one user in their order; ``until`` lets time go on after the last one."""
    memory = start
    found: list[Transition] = []
    series: dict[str, Series] = {}
    ordered = in_order(observations)
    if not evaluator.looks_back:
        memory, brought = follow(evaluator, memory, ordered)
        found, ordered = [one for one, _ in brought], []
    for observed in ordered:
        past = series.setdefault(observed.source, Series())
        memory, more = evaluator.evaluate(memory, observed, past.before(observed.at))
        past.add(observed.at, observed.value)
        found += more
    if until is not None:
        memory, more = evaluator.tick(memory, until)
        found += more
    return Replayed(memory, tuple(found))
