"""One binding of one person while it is judged: each source by itself, and what comes of them together.

The usual case, one source whose newest values come in their order, is done by :mod:`telemetry.batch` itself; all that
is more comes here: several sources, a value that is late or corrected, another release, time that passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import orjson

from contracts.evaluation import (
    START,
    Combined,
    Evaluator,
    InForce,
    Memory,
    Observed,
    Series,
    State,
    Told,
    change_contract,
    changes,
    combine,
    judge_all,
    retrace,
    within_limit,
)
from telemetry import contracts_now
from telemetry.contracts_now import Watched
from telemetry.episodes import EpisodeChange, at_once, walked
from telemetry.judging import transition_row
from telemetry.models import Transition
from telemetry.reevaluation import disagreements, observations_of, past_of, values_before
from telemetry.storage.memories import NUMBERS, sources_of, sources_text, whole_memory
from telemetry.storage.shapes import Settled, StandingKey, StandingRow, TransitionRow

CORRECTION = "correction"
NORMAL = NUMBERS[State.NORMAL]
AT_MOST = 200
"""Values and transitions before a change among which a beginning is looked for."""
_NEVER = -(2**62)


class JudgedBy(NamedTuple):
    """A release, 0 for none, and from when on a standing was judged by it, None for the first; up to when time had
    been let pass then."""

    since: int | None
    release: int
    looked: int | None = None


@dataclass(slots=True)
class Judging:
    """A standing in one transaction; whoever is measured is held. ``evaluator`` is the contract in force."""

    key: StandingKey
    watched: Watched
    evaluator: Evaluator
    row: StandingRow
    now: int
    memories: dict[str, Memory]
    contracts: list[JudgedBy]
    looked: int | None
    transitions: list[TransitionRow] = field(default_factory=list)
    withdrawn: list[int] = field(default_factory=list)
    has_forgotten: bool = False

    @classmethod
    def of(
        cls, key: StandingKey, watched: Watched, evaluator: Evaluator, row: StandingRow, now: int
    ) -> Judging:
        """Begin with a standing as it is stored."""
        memories = sources_of(row.source, row.sources, row.memory)
        return cls(
            key, watched, evaluator, row, now, memories, judged_by(row.release, row.contracts), row.looked
        )

    def follow_release(self, before: int) -> None:
        """Where another release is in force by now, have it judge the values in force, before a moment if that is
        not before what was judged already."""
        number, release = self.contracts[-1].release, self.watched.release
        if number == release:
            return
        agent, kpi = self.key.agent, self.key.kpi
        former = contracts_now.evaluator_of(number, agent, kpi) if number else None
        if not self.memories and not number and values_before(self.key, None, before, 1):
            # What is stored already was nobody's to judge when it came, and stays that.
            self.contracts.append(JudgedBy(before, release, self.looked))
            return
        if not self.memories or (former is not None and former.binding == self.evaluator.binding):
            self.contracts[-1] = self.contracts[-1]._replace(release=release)
            return
        newest = max(max(one.at or _NEVER for one in self.memories.values()), self.looked or _NEVER)
        at = max(newest, before)
        for source, memory in self.memories.items():
            memory, told = change_contract(former, self.evaluator, memory, at, self._past(source, memory))
            for one in told:
                self._add(source, [one], release if one[0].cause == "release" else number)
            self.memories[source] = memory
        self.contracts.append(JudgedBy(at, release, self.looked))
        self.looked = at

    def observe(self, source: str, fresh: Sequence[Observed], past: Series | None) -> None:
        """Judge what is newer than all that was judged of a source."""
        memory = self.memories.get(source, START)
        self.memories[source], told = judge_all(self.evaluator, memory, fresh, past or Series())
        self._add(source, told, self.watched.release)

    def judge_again(self, source: str, since: int) -> None:
        """Judge all of a source again, of which something before its newest value, or before somebody looked, is
        another than it was. What is recorded from then on is made to agree."""
        before = self.memories.get(source, START).at
        begin = self._begin(source, since)
        contracts = in_force(self.key, self.contracts[-1:] if begin else self.contracts)
        if begin:
            contracts = [contracts[0]._replace(since=None)]
        observations = observations_of(self.key, source, since=begin.at if begin else None)
        fresh = observations[1:] if begin else observations
        memory, told = retrace(contracts, fresh, until=self.looked, start=begin or START)
        self.memories[source] = memory
        # How long the value before it stood, and what came of that, may be another thing as well.
        since = max((one.at for one in observations if one.at < since), default=since)
        if begin is not None and begin.at is not None:
            since = max(since, begin.at + 1)
        self.transitions = [one for one in self.transitions if one.source != source or one.at < since]
        absent, wrong = disagreements(self.key, source, told, since)
        self.withdrawn += wrong
        for one in absent:
            is_past = before is not None and one[0].at <= before
            self._add(source, [one], self._release_at(one), cause=CORRECTION if is_past else "")

    def _begin(self, source: str, since: int) -> Memory | None:
        """A memory near by that is known for sure, so that a long history need not be judged as a whole; None where
        there is none."""
        contract, key = self.contracts[-1], self.key
        if contract.release != self.watched.release:
            return None
        values = values_before(key, source, since, AT_MOST)
        recorded = Transition.objects.standing().filter(
            subject=key.subject, kpi=key.kpi, agent=key.agent, source=source, at__lt=since
        ).order_by("-at", "-pk")  # fmt: skip
        rows = list(recorded.values_list("at", "after")[:AT_MOST])
        for at, value in values:
            if contract.since is not None and at <= contract.since:
                return None
            row = next((row for row in rows if row[0] <= at), None)
            if row is None:
                return None
            if row[1] == NORMAL and (found := self.evaluator.settled(value, at, row[0])):
                return found
        return None

    def forget(self, sources: Iterable[str]) -> None:
        """Have sources of which nothing is stored any longer count no more: what they stood at cannot be told from
        what is stored."""
        for source in sources:
            self.has_forgotten |= self.memories.pop(source, None) is not None

    def let_pass(self, now: int) -> None:
        """Let time pass up to a moment."""
        for source, memory in self.memories.items():
            ticked, told = self.evaluator.tick(memory, now)
            ticked = ticked._replace(due=self.evaluator.next_due(ticked))
            self._add(source, [(one, None) for one in told], self.watched.release)
            if ticked != memory:
                self.memories[source] = ticked
            if ticked.marks != memory.marks or told:
                self.looked = now if self.looked is None else max(now, self.looked)

    def settled(self) -> tuple[Settled, Combined]:
        """What is to be stored of it, and what it stands at."""
        self.memories = within_limit(self.memories)
        combined = combine(self.evaluator, self.memories)
        memory = whole_memory(combined, self.memories, self._since(combined))
        row = self.row
        is_news = combined.state is not row.memory.state or combined.open_severity != row.open_severity
        settled = Settled(
            row.id,
            memory,
            self.watched.release,
            combined.source,
            sources_text(self.memories),
            combined.open_severity,
            self.looked,
            contracts_text(self.contracts),
            is_news,
        )
        return settled, combined

    def changes(self, settled: Settled) -> list[EpisodeChange]:
        """What became of the episode; ``settled`` is what is to be stored."""
        release = self.watched.release
        at = self.now if settled.memory.at is None else min(settled.memory.at, self.now)
        # What nobody's contract is about any longer is over for whoever follows, whatever it stood at.
        ends = self.row.open_severity if self.row.release else 0, settled.open_severity
        is_revised = bool(self.withdrawn) or any(one.cause == CORRECTION for one in self.transitions)
        if len(self.memories) == 1 and not is_revised and not self.has_forgotten:
            return walked(self.key, ends[0], self.transitions, ends[1], release, at)
        return at_once(self.key, ends[0], self.transitions, ends[1], release, at, is_revised=is_revised)

    def is_as_it_was(self, settled: Settled) -> bool:
        """Whether nothing is to be stored."""
        row = self.row
        stored = (
            row.memory,
            row.release,
            row.source,
            row.sources,
            row.open_severity,
            row.looked,
            row.contracts,
        )
        return stored == settled[1:8]

    def _since(self, combined: Combined) -> int | None:
        """Since when the state is what it is: told by the sources' transitions in the order of time."""
        if len(self.memories) == 1:
            return combined.memory.since
        before, since = self.row.memory.state, self.row.memory.since
        moves = [(one.at, one.source, one.after) for one in self.transitions]
        begin = {
            source: NUMBERS[memory.state]
            for source, memory in sources_of(self.row.source, self.row.sources, self.row.memory).items()
        }
        if (
            self.withdrawn
            or self.has_forgotten
            or any(since is not None and at < since for at, _, _ in moves)
        ):
            begin, moves = {}, [*self._recorded(), *moves]
        found = changes(moves, begin)
        if found and found[-1].after == NUMBERS[combined.state]:
            return found[-1].at
        if combined.state is before:
            return since
        return max((one.heard for one in self.memories.values() if one.heard is not None), default=since)

    def _recorded(self) -> list[tuple[int, str, int]]:
        key = self.key
        rows = Transition.objects.standing().filter(subject=key.subject, kpi=key.kpi, agent=key.agent)
        rows = rows.exclude(pk__in=self.withdrawn).order_by("at", "pk")
        return list(rows.values_list("at", "source", "after"))

    def _past(self, source: str, memory: Memory) -> Series:
        """What the contract in force asks about the value in force."""
        if not self.watched.looks_back or memory.heard is None:
            return Series()
        return past_of(self.key, source, memory.heard - self.watched.looks_back, memory.heard)

    def _add(self, source: str, told: Sequence[Told], release: int, cause: str = "") -> None:
        self.transitions += [
            transition_row(self.key, source, one, of, release=release, now=self.now, cause=cause)
            for one, of in told
        ]

    def _release_at(self, told: Told) -> int:
        """The release by which something was judged."""
        at = told[0].at
        is_release = told[0].cause == "release"
        found = self.contracts[0].release
        for one in self.contracts[1:]:
            if one.since is not None and (one.since < at or (one.since == at and is_release)):
                found = one.release
        return found


def judged_by(release: int, contracts: str) -> list[JudgedBy]:
    """By which releases a standing was judged, the oldest first."""
    if contracts:
        return [JudgedBy(*one) for one in orjson.loads(contracts)]
    return [JudgedBy(None, release)]


def in_force(key: StandingKey, releases: Sequence[JudgedBy]) -> list[InForce]:
    """The contracts of these releases."""
    return [
        InForce(
            one.since,
            contracts_now.evaluator_of(one.release, key.agent, key.kpi) if one.release else None,
            one.looked,
        )
        for one in releases
    ]


def contracts_in_force(key: StandingKey, release: int, contracts: str) -> list[InForce]:
    """The contracts by which a stored standing was judged."""
    return in_force(key, judged_by(release, contracts))


def contracts_text(contracts: Sequence[JudgedBy]) -> str:
    """Releases that judged a standing, as they are stored; "" for a single one."""
    return orjson.dumps(contracts, default=tuple).decode() if len(contracts) > 1 else ""


def unwatched(row: StandingRow, now: int) -> Settled:
    """A standing that nobody's contract is about any longer: nothing is due, and nothing is judged from now on."""
    contracts = judged_by(row.release, row.contracts)
    if row.release:
        contracts.append(JudgedBy(max(now, row.memory.at or now, row.looked or now), 0, row.looked))
    return Settled(
        row.id, row.memory._replace(due=None), 0, row.source, row.sources, row.open_severity,
        contracts[-1].since or row.looked, contracts_text(contracts), is_news=False,
    )  # fmt: skip
