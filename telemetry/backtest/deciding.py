"""A contract over a whole history at once: the very evaluator, with all that can be told beforehand worked out.

What holds for a value is a pattern of bits, one for each condition. For changes over time it comes from sums over
windows that move along; a person's values are whole numbers of one power of ten there, so the sums are exact. For each
pattern of changes there is an evaluator whose conditions say so; its memory is that of the contract's own evaluator.

While a value has the pattern of the one before, and nothing is waiting or ending, an evaluation would only note that
it was there. Those are passed over, and noted when the next one comes that is more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import gcd
from typing import Any, Final, NamedTuple

from contracts.decimals import EXACT, Number, exact
from contracts.evaluation import (
    SECOND,
    START,
    Evaluator,
    Memory,
    Observed,
    State,
    Transition,
    changes,
    moves_of,
)
from contracts.evaluation.regions import Regions
from contracts.evaluation.rules import Clause
from contracts.evaluation.words import Words
from contracts.intervals import EMPTY, EVERYTHING
from contracts.terms import Change
from telemetry.storage.memories import STATES

_PLACES: Final = 1e6
_LIMIT: Final = 999_999_999.0


class Silent(Words):
    """Says nothing: reasons would take longer than all the rest, and nobody reads them here."""

    __slots__ = ()

    def _nothing(self, *args: Any) -> str:
        return ""

    value = nothing = silence = skipped = acting = waiting = ended = resting = _nothing  # type: ignore[assignment]


class _Quiet(Evaluator):
    """Does not look for a reason that nobody reads."""

    def _reason(self, *args: Any) -> str:
        return ""


class _Test(NamedTuple):
    """One change over time, to be told from whole numbers: ``factor`` times how far the value has fallen below the
    mean (a negative factor: risen above it) against ``percent`` times the mean, both times the number of values."""

    bit: int
    factor: int
    percent: int
    is_inclusive: bool


class Decided:
    """A contract, ready for the histories of many people."""

    def __init__(self, contract: Evaluator) -> None:
        self.contract = contract
        binding, rules = contract.binding, contract.rules
        self._silent = Silent(binding)
        recoveries = [rule.recovery.values if rule.recovery else EMPTY for rule in rules]
        self._mask = Regions([*(rule.condition.values for rule in rules), *recoveries]).mask
        self._shift = 2 * len(rules)
        windows: dict[int, list[_Test]] = {}
        for place, rule in enumerate(rules):
            for bit, clause in ((1 << 2 * place, rule.condition), (2 << 2 * place, rule.recovery)):
                for change in clause.changes if clause else ():
                    windows.setdefault(change.window.seconds * SECOND, []).append(_test(bit, change))
        self._windows = tuple((window, tuple(tests)) for window, tests in windows.items())
        self._evaluators: dict[int, Evaluator] = {}
        self._missing = contract.missing

    @property
    def looks_back(self) -> int:
        """How many microseconds before a value the contract asks about."""
        return max((window for window, _ in self._windows), default=0)

    @property
    def asks_context(self) -> bool:
        """Whether the contract has a guard."""
        return bool(self.contract.binding.guard)

    def changes(
        self, observations: Sequence[Observed], *, first: int = 0, until: int | None = None
    ) -> Sequence[Transition | tuple[int, State, State]]:
        """Every change of the binding's state: the worst of its sources', each of which is judged by itself."""
        if all(one.source == observations[0].source for one in observations):
            return self.transitions(observations, first=first, until=until)
        own: dict[str, list[Observed]] = {}
        looked_back: Counter[str] = Counter(one.source for one in observations[:first])
        for one in observations:
            own.setdefault(one.source, []).append(one)
        transitions, heard = {}, {}
        for source, some in own.items():
            begin = looked_back[source]
            transitions[source] = self.transitions(some, first=begin, until=until)
            heard[source] = [one.at for one in some[begin:] if self.contract.hears(one)]
        found = changes(moves_of(self.contract, transitions, heard))
        return [(at, STATES[before], STATES[after]) for at, before, after in found]

    def transitions(
        self, observations: Sequence[Observed], *, first: int = 0, until: int | None = None
    ) -> list[Transition]:
        """Every change of state of one series, as :func:`contracts.evaluation.replay` tells it but for the reasons.

        ``observations`` are in order; those before place ``first`` are only looked back at.
        """
        patterns = self._patterns(observations)
        memory, found = START, list[Transition]()
        missing, skips = self._missing, not self.asks_context
        before, newest, passed = -1, 0, None
        for place in range(first, len(observations)):
            observed, pattern = observations[place], patterns[place]
            if pattern == before and (missing is None or observed.at - newest <= missing):
                newest, passed = observed.at, observed
                continue
            if passed is not None:
                memory, passed = self._noted(memory, passed), None
            memory, more = self.evaluator(pattern >> self._shift).evaluate(memory, observed)
            if more:
                found += more
            before, newest = pattern if skips and _is_settled(memory) else -1, observed.at
        if passed is not None:
            memory = self._noted(memory, passed)
        if until is not None:
            found += self.evaluator(0).tick(memory, until)[1]
        return found

    def evaluator(self, held: int) -> Evaluator:
        """The contract where exactly these changes hold."""
        found = self._evaluators.get(held)
        if found is None:
            rules = tuple(
                replace(
                    rule,
                    condition=_decided(rule.condition, held >> 2 * place & 1),
                    recovery=_decided(rule.recovery, held >> 2 * place & 2) if rule.recovery else None,
                )
                for place, rule in enumerate(self.contract.rules)
            )
            found = self._evaluators[held] = _Quiet(self.contract.binding, rules, self._silent)
        return found

    def _noted(self, memory: Memory, passed: Observed) -> Memory:
        """After a value that changed nothing: nothing is due but the silence after it."""
        due = None if self._missing is None else passed.at + self._missing
        return memory._replace(at=passed.at, heard=passed.at, value=passed.value, due=due)

    def _patterns(self, observations: Sequence[Observed]) -> list[int]:
        """What holds for each observation: the sets that its value is in, and above them the changes."""
        mask = self._mask
        found = [mask(one.value) for one in observations]
        if not self._windows or not found:
            return found
        numbers = whole_numbers([one.value for one in observations])
        for place, bits in enumerate(self._held([one.at for one in observations], numbers)):
            if bits:
                found[place] |= bits << self._shift
        return found

    def _held(self, times: list[int], numbers: list[int]) -> list[int]:
        """Of each value of one series, the conditions that hold by a change over time."""
        totals = [0]
        for number in numbers:
            totals.append(totals[-1] + number)
        found = [0] * len(times)
        for window, tests in self._windows:
            begin = end = 0
            for place, at in enumerate(times):
                if times[end] != at:
                    end = place  # values of the same moment are none that came before
                edge = at - window
                while times[begin] < edge:
                    begin += 1
                total = totals[end] - totals[begin]
                if total:  # from a mean of zero nothing moves by a percentage
                    fallen, size = total - numbers[place] * (end - begin), abs(total)
                    for bit, factor, percent, is_inclusive in tests:
                        moved, limit = fallen * factor, percent * size
                        if moved > limit or (moved == limit and is_inclusive):
                            found[place] |= bit
        return found


def whole_numbers(values: Sequence[Number]) -> list[int]:
    """The values times one power of ten, exactly: as the decimals they stand for, none of them rounded.

    A millionth is enough for nearly all. A float that is the quotient of a whole number of less than 15 digits and
    a million stands for just that many millionths: no two decimals of 15 digits share a float.
    """
    floats = [value for value in values if type(value) is float and -_LIMIT <= value <= _LIMIT]
    if len(floats) == len(values):
        found = [round(value * _PLACES) for value in floats]
        if all(number / _PLACES == value for number, value in zip(found, floats, strict=True)):
            return found
    decimals = [exact(value) for value in values]
    digits = max((-int(one.as_tuple().exponent) for one in decimals), default=0)
    return [int(EXACT.scaleb(one, max(digits, 0))) for one in decimals]


def _is_settled(memory: Memory) -> bool:
    """Whether nothing is waiting or ending: the same once more would change nothing."""
    return all(mark.fired is not None and mark.quiet is None for mark in memory.marks)


def _test(bit: int, change: Change) -> _Test:
    percent, whole = change.percent.as_integer_ratio()
    factor = 100 * whole
    shared = gcd(factor, percent)
    sign = 1 if change.direction == "drop" else -1
    return _Test(bit, sign * factor // shared, percent // shared, change.operator == ">=")


def _decided(clause: Clause, held: int) -> Clause:
    return replace(clause, values=EVERYTHING if held else clause.values, changes=())
