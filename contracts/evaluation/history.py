"""Observations in their order, what came before each one, and evaluating them all again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from contracts.decimals import EXACT, Number, exact
from contracts.evaluation.machine import Evaluator, Transitions, no_history
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
    """What the observations of one series came to."""

    memory: Memory
    transitions: Transitions


Told = tuple[Transition, Observed | None]
"""A transition, and the observation that brought it; None where time or a release did."""


def follow(
    evaluator: Evaluator, memory: Memory, observations: Sequence[Observed]
) -> tuple[Memory, list[Told]]:
    """Evaluate observations that are in their order, by a contract that does not look back (``looks_back``); with
    each transition the observation that brought it."""
    found: list[Told] = []
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


def by_source(observations: Iterable[Observed]) -> dict[str, list[Observed]]:
    """Each series' own, in order."""
    found: dict[str, list[Observed]] = {}
    for one in in_order(observations):
        found.setdefault(one.source, []).append(one)
    return found


def replay(
    evaluator: Evaluator, observations: Iterable[Observed], *, until: int | None = None, start: Memory = START
) -> Replayed:
    """Evaluate the observations of one series in their order; ``until`` lets time go on after the last one."""
    memory, found = retrace([InForce(None, evaluator)], in_order(observations), until=until, start=start)
    return Replayed(memory, tuple([one for one, _ in found]))


def replay_all(
    evaluator: Evaluator, observations: Iterable[Observed], *, until: int | None = None
) -> dict[str, Replayed]:
    """Evaluate each series of a user, by source: the order in which the sources report does not matter."""
    return {source: replay(evaluator, own, until=until) for source, own in by_source(observations).items()}


class InForce(NamedTuple):
    """A contract and from when on it was in force, None for the first: what was observed at that very moment is
    still the former one's. Time had been let pass by the former one until ``looked`` then. ``evaluator`` is None
    where nothing was evaluated."""

    since: int | None
    evaluator: Evaluator | None
    looked: int | None = None


def retrace(
    contracts: Sequence[InForce],
    observations: Sequence[Observed],
    *,
    until: int | None = None,
    start: Memory = START,
    past: Series | None = None,
) -> tuple[Memory, list[Told]]:
    """One series by the contracts that were in force one after the other; with each transition the observation
    that brought it. ``past`` has what came before the observations, and themselves; without it nothing did."""
    memory, found, place = start, list[Told](), 0
    is_whole = past is not None
    past = Series() if past is None else past
    if not is_whole and any(one.evaluator is not None and one.evaluator.looks_back for one in contracts):
        for one in observations:
            past.add(one.at, one.value)
    judge: Evaluator | None = None
    ends = [*(one.since for one in contracts[1:]), None]
    for contract, end in zip(contracts, ends, strict=True):
        if contract.since is not None:
            memory, told = _passed(judge, memory, contract.looked)
            found += told
            memory, told = change_contract(judge, contract.evaluator, memory, contract.since, past)
            found += told
        judge = contract.evaluator
        last = len(observations) if end is None else bisect_right(observations, end, key=_time)
        if judge is not None:
            memory, told = judge_all(judge, memory, observations[place:last], past)
            found += told
        place = max(place, last)
    memory, told = _passed(judge, memory, until)
    return memory, found + told


def change_contract(
    former: Evaluator | None, contract: Evaluator | None, memory: Memory, at: int, past: Series
) -> tuple[Memory, list[Told]]:
    """Have another contract take the place of the former one."""
    if contract is None:
        return memory, []
    before = no_history if memory.heard is None else past.before(memory.heard)
    memory, found = contract.adopt(memory, at, former, before)
    return memory, [(one, None) for one in found]


def _passed(judge: Evaluator | None, memory: Memory, until: int | None) -> tuple[Memory, list[Told]]:
    if judge is None or until is None:
        return memory, []
    memory, found = judge.tick(memory, until)
    return memory, [(one, None) for one in found]


def judge_all(
    evaluator: Evaluator, memory: Memory, observations: Sequence[Observed], past: Series
) -> tuple[Memory, list[Told]]:
    """Evaluate one series' observations in their order; ``past`` is asked where the contract looks back."""
    if not evaluator.looks_back:
        return follow(evaluator, memory, observations)
    found: list[Told] = []
    for observed in observations:
        memory, more = evaluator.evaluate(memory, observed, past.before(observed.at))
        found += [(one, observed) for one in more]
    return memory, found


def _time(observed: Observed) -> int:
    return observed.at
