"""One user of one KPI in a client: each source by itself, and enough of what came before to judge a value again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from auren_client.past import Past
from contracts.evaluation import (
    START,
    Evaluator,
    InForce,
    Memory,
    Observed,
    State,
    Transitions,
    change_contract,
    combine,
    retrace,
    within_limit,
)

MOST_RECENT = 100
"""Values of a source that are judged again when another one comes in for their time."""
MOST_CONTRACTS = 20

NOTHING = Past()
"""Before the first value."""


class Source(NamedTuple):
    """What one source stands at, and what it stood at before its ``recent`` values, which are those of its newest
    moment, and any that came in for a time that somebody had looked at; ``contracts`` were in force since then."""

    memory: Memory = START
    before: Memory = START
    recent: tuple[Observed, ...] = ()
    contracts: tuple[InForce, ...] = ()

    def oldest(self) -> int | None:
        """The oldest moment that may be judged again."""
        moments = [self.memory.heard, self.recent[0].at if self.recent else None]
        return min((one for one in moments if one is not None), default=None)

    def observe(
        self, judge: Evaluator, observed: Observed, looked: int | None, past: Past
    ) -> tuple[Source, Transitions]:
        """After a value. One that is older than the recent ones changes nothing."""
        newest = self.memory.at
        if (newest is None or observed.at > newest) and (looked is None or observed.at > looked):
            memory, found = judge.evaluate(self.memory, observed, past.before(observed.at))
            return Source(memory, self.memory, (observed,), (InForce(None, judge),)), found
        if newest is not None and (not self.recent or observed.at < self.recent[0].at):
            return self, ()
        by_time = {one.at: one for one in (*self.recent, observed)}
        recent = tuple(by_time[at] for at in sorted(by_time))
        _, former = self._judged(self.recent, looked, past)
        known = {one[:3] for one in former}
        memory, told = self._judged(recent, looked, past)
        contracts = self.contracts or (InForce(None, judge),)
        after = Source(memory, self.before, recent, contracts)
        if len(recent) > MOST_RECENT:
            after = Source(memory, memory, (), (InForce(None, judge),))
        return after, tuple(one for one in told if one[:3] not in known)

    def _judged(
        self, recent: Sequence[Observed], looked: int | None, past: Past
    ) -> tuple[Memory, Transitions]:
        memory, told = retrace(self.contracts, recent, until=looked, start=self.before, past=past)
        return memory, tuple(one for one, _ in told)


class Known(NamedTuple):
    """All that is remembered of a user: of each source, by which contracts (None is none), and up to when time was
    let pass."""

    judge: Evaluator
    sources: Mapping[str, Source]
    contracts: tuple[InForce, ...]
    looked: int | None = None

    @classmethod
    def nothing(cls, judge: Evaluator) -> Known:
        """Before the first value."""
        return cls(judge, {}, (InForce(None, judge),))

    @property
    def memories(self) -> dict[str, Memory]:
        """What each source stands at."""
        return {name: one.memory for name, one in self.sources.items()}

    @property
    def state(self) -> State:
        """The worst of the sources that count."""
        return combine(self.judge, self.memories).state

    def observe(self, observed: Observed, past: Past) -> tuple[Known, Transitions]:
        """After a value, by the contract in force."""
        source = self.sources.get(observed.source) or Source(contracts=self.contracts)
        source, found = source.observe(self.judge, observed, self.looked, past)
        sources = {**self.sources, observed.source: source}
        kept = within_limit({name: one.memory for name, one in sources.items()})
        return self._replace(sources={name: sources[name] for name in kept}), found

    def follow(
        self, judge: Evaluator | None, at: int, pasts: Mapping[str, Past]
    ) -> tuple[Known, Transitions]:
        """Where another contract is in force by a moment, have it judge the values in force; None is none."""
        former = self.contracts[-1].evaluator
        if former is judge or (former and judge and former.binding == judge.binding):
            return self, ()
        if not self.sources:
            return Known.nothing(judge or self.judge), ()
        moments = [at, self.looked, *(one.memory.at for one in self.sources.values())]
        at = max(one for one in moments if one is not None)
        this = InForce(at, judge, self.looked)
        sources: dict[str, Source] = {}
        found: Transitions = ()
        for name, one in self.sources.items():
            memory, told = change_contract(former, judge, one.memory, at, pasts.get(name) or NOTHING)
            contracts = (*one.contracts, this)[-MOST_CONTRACTS:]
            sources[name] = one._replace(memory=memory, contracts=contracts)
            found += tuple(transition for transition, _ in told)
        contracts = (*self.contracts, this)[-MOST_CONTRACTS:]
        return Known(judge or self.judge, sources, contracts, at), found

    def let_pass(self, now: int) -> tuple[Known, Transitions]:
        """Once time has passed up to a moment."""
        sources: dict[str, Source] = {}
        found: Transitions = ()
        looked = self.looked
        for name, one in self.sources.items():
            memory, told = self.judge.tick(one.memory, now)
            if told or memory.marks != one.memory.marks:
                looked = now if looked is None else max(looked, now)
            sources[name] = one._replace(memory=memory)
            found += told
        return self._replace(sources=sources, looked=looked), found
