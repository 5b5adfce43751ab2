"""The evaluator: what a binding's contract makes of the observations of one series, one after the other.

Everything happens in event time. A value stands until the next one comes, so lengths of time are over at
their very moment, whenever somebody looks. Nothing but a value, and the time for which it has stood, ends anything:
once ``missing_data`` is over without another one, the state is unknown, and what was open stays open.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from contracts.decimals import Number
from contracts.evaluation.marks import after_silence, after_time, after_value, ends_at
from contracts.evaluation.memory import Cause, Mark, Memory, Observed, State, Transition
from contracts.evaluation.regions import Mask, regions_of
from contracts.evaluation.rules import History, Past, Rule, guard_of, length_of, rules_of
from contracts.evaluation.words import GONE, Words
from contracts.intervals import EMPTY
from contracts.watched import WatchedBinding

Transitions = tuple[Transition, ...]
_NORMAL: Final = State.NORMAL
_UNKNOWN: Final = State.UNKNOWN
_make: Final = tuple.__new__


def no_history(seconds: int) -> tuple[Number, int]:
    """Nothing came before: no change over time is true."""
    return 0, 0


class Evaluator:
    """One binding's contract, compiled. It keeps nothing of anybody: memories go in and come out.

    Raises BodyError where the contract cannot be read. Whoever has worked out part of the ``rules`` already, or needs
    other ``words``, brings them.
    """

    def __init__(
        self, binding: WatchedBinding, rules: tuple[Rule, ...] | None = None, words: Words | None = None
    ) -> None:
        self.binding = binding
        self.rules = tuple(rules_of(binding)) if rules is None else rules
        self.words = words or Words(binding)
        self._by_key = {rule.key: rule for rule in self.rules}
        self._guard = guard_of(binding)
        place = f"{binding.agent} {binding.kpi} missing_data"
        self.missing = length_of(binding.definition.missing_data, place) or None
        values = [rule.condition.values for rule in self.rules]
        recoveries = [rule.recovery.values if rule.recovery else EMPTY for rule in self.rules]
        self._regions = regions_of((*values, *recoveries))
        self._mask = self._regions.mask
        self._triggers: Mask = (1 << len(self.rules)) - 1
        clauses = [one for rule in self.rules for one in (rule.condition, rule.recovery) if one]
        self.looks_back = any(clause.changes for clause in clauses)

    def evaluate(
        self, memory: Memory, observed: Observed, history: History = no_history
    ) -> tuple[Memory, Transitions]:
        """What an observation makes of a memory, and every change of state on the way to it.

        An observation that is older than the newest one changes nothing. Raises ValueError for NaN and the
        infinities.
        """
        value, at, context, _ = observed
        mask = self._mask(value)
        state, since, newest, _, _, marks, due, _ = memory
        if newest is not None and at < newest:
            return memory, ()
        before: Transitions = ()
        if due is not None and due < at:
            memory, before = self.tick(memory, at - 1)
            state, since, _, _, _, marks, _, _ = memory
        if self._guard is not None:
            held = self._guard.evaluate(context or {})
            if not held.holds:
                skipped = self._skip(memory, at, self.words.skipped(self._guard, held))
                memory, found = self.tick(skipped, at)  # the silence may be too long at this very moment
                return memory, before + found
        past = Past.of(value, history) if self.looks_back else None
        after = marks
        if marks or mask & self._triggers or past is not None:
            after = self._marks_after(memory, at, mask, past)
        if after == marks and state is (self._state(marks) if marks else _NORMAL):  # as it was: nearly always
            missing = self.missing
            due = self._due(marks, at) if marks else None if missing is None else at + missing
            return _make(Memory, (state, since, at, at, value, marks, due, "")), before
        judged = memory._replace(at=at, heard=at, value=value, skipped="")
        memory, found = self._settled(judged, after, _moment(memory, at), "value", past)
        return memory, before + found

    def pass_quiet(
        self, memory: Memory, observations: Sequence[Observed], start: int = 0
    ) -> tuple[Memory, int]:
        """Take in observations from ``start`` on for as long as all of them leave a normal state as it is.

        The memory after these, and where the first other one is: the same as :meth:`evaluate` for each, at a
        fraction of the cost, because no memory is made in between. Most observations are of this kind.
        """
        state, since, newest, _, value, marks, due, _ = memory
        if state is not _NORMAL or marks or self._guard is not None or self.looks_back or newest is None:
            return memory, start
        mask, triggers, missing = self._mask, self._triggers, self.missing
        place, low, high, end = start, 0.0, 0.0, len(observations)
        for place in range(start, end):
            number, at, _, _ = observations[place]
            if at < newest or (due is not None and due < at):
                break
            if type(number) is not float or not low < number < high:
                if mask(number) & triggers:
                    break
                if place + 1 < end:  # to look for its neighbours costs more than one value saves
                    low, high = self._regions.around(number)
            newest, value = at, number
            due = None if missing is None else at + missing
        else:
            place = end
        if place == start:
            return memory, start
        return _make(Memory, (state, since, newest, newest, value, marks, due, "")), place

    def tick(self, memory: Memory, now: int) -> tuple[Memory, Transitions]:
        """What time alone makes of a memory, up to and including a moment."""
        found: Transitions = ()
        while (moment := self.next_due(memory)) is not None and moment <= now:
            memory, more = self._pass(memory, moment)
            found += more
        return memory, found

    def adopt(
        self, memory: Memory, now: int, former: Evaluator | None, history: History = no_history
    ) -> tuple[Memory, Transitions]:
        """What a memory of the ``former`` contract comes to when this one takes its place at a moment: the value in
        force is judged by it then. ``history`` is that before this value.

        What was being counted for a condition that is another one now begins anew. A series that is silent, or has
        no value yet, waits for its next value; a trigger that is gone is forgotten at once.
        """
        kept = tuple([one for mark in memory.marks if (one := self._adopted(mark, now, former))])
        value, silent_from = memory.value, self._silent_from(memory)
        if silent_from is not None and silent_from <= now:
            return self._silent(memory._replace(marks=kept), _moment(memory, now))
        if value is None or memory.state is _UNKNOWN:
            waiting = memory._replace(marks=kept)
            return waiting._replace(due=self.next_due(waiting)), ()
        past = Past.of(value, history) if self.looks_back else None
        marks = self._marks_after(memory._replace(marks=kept), now, self._mask(value), past)
        if memory.skipped:  # nothing says that it has held on since
            marks = after_silence(marks)
        return self._settled(memory, marks, _moment(memory, now), "release", past)

    def next_due(self, memory: Memory) -> int | None:
        """When time alone changes something next; what a memory says itself, unless another contract made it."""
        due = self._due(memory.marks, None)
        silent_from = self._silent_from(memory)
        if due is None or silent_from is None:
            return silent_from if due is None else due
        return min(due, silent_from)

    def settled(self, value: Number, at: int, since: int) -> Memory | None:
        """The memory of a series that is normal after a value that no trigger is about, whatever came before: a
        replay may begin there. None where it depends on more than this."""
        if self._guard is not None or self.looks_back or self._mask(value) & self._triggers:
            return None
        due = None if self.missing is None else at + self.missing
        return Memory(_NORMAL, since, at, at, value, (), due, "")

    def hears(self, observed: Observed) -> bool:
        """Whether the guard lets an observation through."""
        return self._guard is None or self._guard.evaluate(observed.context or {}).holds

    def acting(self, marks: tuple[Mark, ...]) -> tuple[Rule, Mark] | None:
        """The worst trigger that is acted on."""
        for mark in marks:
            if mark.fired is not None and (rule := self._by_key.get(mark.rule)):
                return rule, mark
        return None

    def _state(self, marks: tuple[Mark, ...]) -> State:
        acting = self.acting(marks)
        return acting[0].state if acting else _NORMAL

    def _marks_after(self, memory: Memory, at: int, mask: Mask, past: Past | None) -> tuple[Mark, ...]:
        now = _moment(memory, at)
        kept = {mark.rule: mark for mark in memory.marks}
        found = [after_value(rule, kept.get(rule.key), now, mask, past) for rule in self.rules]
        return tuple([mark for mark in found if mark is not None])

    def _pass(self, memory: Memory, moment: int) -> tuple[Memory, Transitions]:
        """Let a moment come at which a length of time is over."""
        now = _moment(memory, moment)
        silent_from = self._silent_from(memory)
        if silent_from is not None and silent_from <= moment:
            return self._silent(memory, now)
        marks = [
            after_time(rule, mark, moment, now) if (rule := self._by_key.get(mark.rule)) else mark
            for mark in memory.marks
        ]
        left = tuple(mark for mark in marks if mark is not None)
        return self._settled(memory, left, now, "time", None)

    def _silent(self, memory: Memory, now: int) -> tuple[Memory, Transitions]:
        """Nothing has come for too long."""
        silent = memory._replace(state=_UNKNOWN, since=now, marks=after_silence(memory.marks), due=None)
        return silent, (self._transition(memory, silent, now, "silence", self.words.silence()),)

    def _adopted(self, mark: Mark, now: int, former: Evaluator | None) -> Mark | None:
        """A former contract's mark; None where its trigger is gone."""
        rule = self._by_key.get(mark.rule)
        was = former._by_key.get(mark.rule) if former is not None else None
        if rule is None or (was is not None and was.asks == rule.asks):
            return mark if rule else None
        return mark._replace(
            begun=now if mark.fired is None else mark.begun, quiet=None if mark.quiet is None else now
        )

    def _skip(self, memory: Memory, at: int, why: str) -> Memory:
        """An observation that the guard keeps out: it ends nothing, but nothing can be said to have held on."""
        skipped = memory._replace(at=at, marks=after_silence(memory.marks), skipped=why)
        return skipped._replace(due=self.next_due(skipped))

    def _settled(
        self, memory: Memory, marks: tuple[Mark, ...], now: int, cause: Cause, past: Past | None
    ) -> tuple[Memory, Transitions]:
        """The memory with these marks, the state that follows from them, and the transition if it is another."""
        state = self._state(marks)
        settled = memory._replace(marks=marks)
        found: Transitions = ()
        if state is not memory.state:
            settled = settled._replace(state=state, since=now)
            found = (
                self._transition(memory, settled, now, cause, self._reason(memory, settled, past), past),
            )
        return settled._replace(due=self.next_due(settled)), found

    def _reason(self, before: Memory, after: Memory, past: Past | None) -> str:
        """Why the state is another: what holds now, after what has ended if that was worse."""
        value = after.value
        if value is None:  # a memory made elsewhere; ours has marks only with a value
            return self.words.silence()
        was, acting = self.acting(before.marks), self.acting(after.marks)
        now = self.words.acting(*acting, value, past, after.since) if acting else ""
        if before.state is not _UNKNOWN and before.state.number > after.state.number:
            still_there = was and was[0].state is before.state
            ended = self.words.ended(was[0], value, past) if was and still_there else GONE
            return f"{ended}; {now}" if now else ended
        if was and not acting:
            return self.words.ended(was[0], value, past)
        return now or self.at_rest(after.marks, value)

    def at_rest(self, marks: tuple[Mark, ...], value: Number) -> str:
        """Why nothing is acted on: a trigger's condition does not hold for long enough yet, or none holds."""
        waiting = next((rule for mark in marks if (rule := self._by_key.get(mark.rule))), None)
        return self.words.waiting(waiting, value) if waiting else self.words.nothing(value)

    def _transition(
        self, before: Memory, after: Memory, at: int, cause: Cause, reason: str, past: Past | None = None
    ) -> Transition:
        found = self.acting(after.marks) or self.acting(before.marks)
        return Transition(
            at=at,
            before=before.state,
            after=after.state,
            cause=cause,
            reason=reason,
            rule=found[0].key if found else "",
            condition=found[0].trigger.condition if found else "",
            value=after.value,
            means=past.means() if past else (),
            episode=found[1].fired if found else None,
        )

    def _silent_from(self, memory: Memory) -> int | None:
        """When nothing has come for too long."""
        if memory.state is _UNKNOWN or memory.heard is None or self.missing is None:
            return None
        return memory.heard + self.missing

    def _due(self, marks: tuple[Mark, ...], heard: int | None) -> int | None:
        """When time alone changes something about these marks, or about the silence after a value of a known state."""
        due = None if heard is None or self.missing is None else heard + self.missing
        for mark in marks:
            if mark.fired is None or mark.quiet is not None:
                rule = self._by_key.get(mark.rule)
                ends = ends_at(rule, mark) if rule else None
                if ends is not None and (due is None or ends < due):
                    due = ends
        return due


def _moment(memory: Memory, at: int) -> int:
    """When something that happens at a time is said to have happened: somebody may have looked a moment before
    the value came in, and what was said then stands."""
    return at if memory.since is None or memory.since <= at else memory.since
