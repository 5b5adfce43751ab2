"""Why a binding is in its state, in words: "18 ms is below 25 ms, for 5 minutes now"."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal

from contracts.conditions import Change
from contracts.decimals import EXACT, Number, exact, plain
from contracts.durations import Duration
from contracts.evaluation.memory import SECOND, Mark
from contracts.evaluation.rules import Clause, Past, Rule, mean_of
from contracts.guards import Guard, GuardResult
from contracts.intervals import join_words
from contracts.watched import WatchedBinding

NOTHING_YET = "no value yet"
NOTHING_TO_ACT_ON = "nothing to act on"
GONE = "the contract no longer has the trigger that held"
_CENT = Decimal("0.01")


class Words:
    """The sentences of one binding, with its unit."""

    __slots__ = ("_missing", "_symbol")

    def __init__(self, binding: WatchedBinding) -> None:
        self._symbol = binding.definition.symbol
        self._missing = binding.definition.missing_data

    def value(self, value: Number) -> str:
        """ "18 ms"."""
        return f"{plain(exact(value))} {self._symbol}".rstrip()

    def nothing(self, value: Number) -> str:
        """ "50 ms: nothing to act on"."""
        return f"{self.value(value)}: {NOTHING_TO_ACT_ON}"

    def silence(self) -> str:
        """ "no value for 2 days"."""
        return f"no value for {Duration.parse(self._missing).words()}" if self._missing else NOTHING_YET

    def skipped(self, guard: Guard, result: GuardResult) -> str:
        """Why an observation is not judged."""
        if result.missing:
            return f"not judged: the context does not say {' and '.join(result.missing)}"
        return f"not judged: {guard} does not hold"

    def acting(
        self, rule: Rule, mark: Mark, value: Number, past: Past | None = None, since: int | None = None
    ) -> str:
        """Why a trigger is acted on: its condition holds, or held and is not over. ``since`` is for the moment
        at which that began."""
        found = self._held(rule.condition, value, past)
        if found:
            held = f", for {_length(rule.for_)} now" if rule.for_ and mark.fired == since else ""
            return f"{self._is(value, found)}{held}"
        if mark.quiet is not None:
            return f"{self._over(rule, value)}; {rule.state} goes on for {_length(rule.keep)} after that"
        if rule.recovery is not None and exact(value) not in rule.recovery.values:
            return f"{self.value(value)} is not yet {rule.recovery.asked}, where {rule.state} ends"
        return f"{self.value(value)} is {rule.condition.asked}"  # a change that memory has no mean of

    def waiting(self, rule: Rule, value: Number) -> str:
        """Why a trigger whose condition holds is not acted on yet."""
        found = self._held(rule.condition, value, None) or rule.condition.asked
        return f"{self.value(value)} is {found}, but not yet for {_length(rule.for_)}"

    def ended(self, rule: Rule, value: Number, past: Past | None = None) -> str:
        """Why a trigger is no longer acted on."""
        since = f", for {_length(rule.keep)} now" if rule.keep else ""
        return f"{self._over(rule, value, past)}{since}"

    def resting(self, rule: Rule, value: Number) -> str:
        """Why a trigger is not acted on: its condition does not hold, or did not when the value was judged."""
        found = self._held(rule.condition, value, None)
        if found:
            return (
                self.waiting(rule, value)
                if rule.for_
                else f"{self.value(value)} is {found}, but was not judged by that"
            )
        return f"{self.value(value)} is not {rule.condition.asked}"

    def _over(self, rule: Rule, value: Number, past: Past | None = None) -> str:
        if rule.recovery is not None:
            found = self._held(rule.recovery, value, past) or rule.recovery.asked
            return f"{self._is(value, found)}, where {rule.state} ends"
        return f"{self.value(value)} is not {rule.condition.asked}"

    def _is(self, value: Number, found: str) -> str:
        """ "18 ms is below 20 ms"; "20 ms is at the limit of 20 ms", since nobody says that it is at most itself."""
        told = self.value(value)
        return f"{told} is {'at the limit of ' + told if found in (f'at most {told}', f'at least {told}') else found}"

    def _held(self, clause: Clause, value: Number, past: Past | None) -> str:
        """The part of the condition that holds; "" where none does, as far as can be told."""
        found = clause.stretch(exact(value))
        if found or past is None:
            return found
        return join_words(
            [self._moved(change, past) for change in clause.changes if past.change_holds(change)]
        )

    def _moved(self, change: Change, past: Past) -> str:
        """ "a drop of 16 % from 50 ms, the mean over 7 days". Cut, not rounded: 9.999 % is not yet 10 %."""
        total, count = past.window(change.window)
        moved = EXACT.subtract(EXACT.multiply(past.number, Decimal(count)), total)
        size = abs(100 * moved / total).quantize(_CENT, ROUND_DOWN, EXACT)
        mean = self.value(mean_of(total, count, _CENT))
        return f"a {change.direction} of {plain(size)} % from {mean}, the mean over {change.window.words()}"


def _length(microseconds: int) -> str:
    return Duration(microseconds // SECOND).words()
