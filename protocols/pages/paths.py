"""An agent's protocol as declared, with what became of each of its steps: counts and times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import NamedTuple

from contracts.severity import Severity
from contracts.watched import WatchedBinding
from protocols.lifecycle import OfferState, StepState
from protocols.models import Step
from protocols.pages.action_words import Wording, wordings
from protocols.pages.words import lasting
from protocols.services.steps import seconds_of
from telemetry.contracts_now import Released
from telemetry.pages.words import WORDS

LEVELS = {Severity.CRITICAL: 3, Severity.WARNING: 2, Severity.INFO: 1}
MISSED = ("late", "skipped", "failed", "refused", "not answered")
ORDER = ("in time", "accepted", "done", *MISSED, "waiting", "open", "overridden", "not needed", "withdrawn")
UNDECLARED_NAMED = 8
GOOD = ("in time", "accepted", "done")
OFFERS = {
    OfferState.ACCEPTED: "accepted",
    OfferState.REFUSED: "refused",
    OfferState.IGNORED: "not answered",
    OfferState.OFFERED: "waiting",
    OfferState.WITHDRAWN: "withdrawn",
}


class Told(NamedTuple):
    """A step as it is read: of which KPI and severity, and what became of it when."""

    kpi: str
    severity: int
    kind: str
    name: str
    release: int
    declared: bool
    state: str
    deadline: int | None
    added: int
    finished: int | None
    recorded: int
    offer: str | None
    offered: int | None
    answered: int | None
    is_late: bool
    """As conformance found it."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One step of the protocol, and what became of it. ``title`` is what people call it, and ``took`` is in
    microseconds, sorted."""

    kind: str
    name: str
    title: str = ""
    deadline: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    took: Sequence[int] = ()
    is_slowest: bool = False
    is_most_missed: bool = False

    @property
    def asked(self) -> int:
        """How often it was to be done."""
        return sum(self.counts.values())

    @property
    def missed(self) -> int:
        """How often it was not done as it should have been."""
        return sum(self.counts.get(name, 0) for name in MISSED)

    @property
    def outcomes(self) -> list[tuple[str, str, int]]:
        """Class, word and count of what became of it, the good first."""
        return [(_kind(name), name, self.counts[name]) for name in ORDER if self.counts.get(name)]

    @property
    def usually(self) -> str:
        """The median of how long it took."""
        return lasting(at_share(self.took, 0.5)) if self.took else ""

    @property
    def nearly_always(self) -> str:
        """Within which nine of ten were done."""
        return lasting(at_share(self.took, 0.9)) if self.took else ""


@dataclass(frozen=True, slots=True)
class Path:
    """What follows when a trigger is active: actions in order, then hand-offs."""

    kind: str
    word: str
    condition: str
    runs: int
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Watch:
    """A KPI with the paths of its triggers, the worst first; ``undeclared`` is what was done and asked about it though
    no contract says so, the most frequent first. What another agent asked for may be about a KPI that this one does not
    watch."""

    kpi: str
    title: str
    is_on: bool
    paths: tuple[Path, ...]
    undeclared: tuple[Edge, ...] = ()
    is_watched: bool = True


Key = tuple[str, int, str, str]
"""Of a step: KPI, severity, kind and name. What no contract asks for is of no severity: 0."""


def watches_of(
    agent: str, released: Released, told: Iterable[Told], runs: Mapping[tuple[str, int], int]
) -> list[Watch]:
    """Everything an agent watches by the release in force, then what else it did; the slowest and the most missed step
    are marked. One query, or two, for the words of actions."""
    counts: dict[Key, Counter[str]] = {}
    took: dict[Key, list[int]] = {}
    undeclared: dict[Key, Told] = {}
    for one in told:
        key = one.kpi, one.severity if one.declared else 0, one.kind, one.name
        outcome, length = became(one)
        counts.setdefault(key, Counter())[outcome] += 1
        if length is not None:
            took.setdefault(key, []).append(length)
        if not one.declared and one.release >= undeclared.setdefault(key, one).release:
            undeclared[key] = one
    edges = {key: (found, sorted(took.get(key, ()))) for key, found in counts.items()}
    watched = {kpi: released.watched[name, kpi] for name, kpi in released.watched if name == agent}
    releases = {one.release for one in watched.values()} | {one.release for one in undeclared.values()}
    words = wordings(releases)
    beside: dict[str, list[Edge]] = {}
    for key, one in undeclared.items():
        known, lengths = edges[key]
        title = words[one.release][one.name].title
        edge = Edge(one.kind, one.name, title, counts=known, took=lengths)
        beside.setdefault(one.kpi, []).append(edge)
    watches = [
        Watch(
            kpi,
            one.definition.title or kpi,
            one.evaluator is not None,
            tuple(_paths(one.binding, edges, runs, words[one.release])),
            _most(beside.pop(kpi, [])),
        )
        for kpi, one in watched.items()
    ]
    others = [
        Watch(kpi, released.definition(kpi).title or kpi, True, (), _most(found), is_watched=False)
        for kpi, found in sorted(beside.items())
    ]
    return _marked(watches) + others


def _most(found: Iterable[Edge]) -> tuple[Edge, ...]:
    return tuple(sorted(found, key=lambda edge: (-edge.asked, edge.kind, edge.name))[:UNDECLARED_NAMED])


def _paths(
    binding: WatchedBinding,
    edges: Mapping[Key, tuple[Counter[str], list[int]]],
    runs: Mapping[tuple[str, int], int],
    words: Wording,
) -> Iterable[Path]:
    for trigger in binding.triggers:
        level = LEVELS[trigger.severity]
        found = [
            Edge(Step.Kind.ACTION, action.name, words[action.name].title, _within(action.deadline))
            for action in binding.actions_at(trigger.severity)
        ]
        found += [
            Edge(Step.Kind.HAND_OFF, asked.agent, asked.agent, _within("30m"))
            for asked in binding.hand_offs_at(trigger.severity)
        ]
        kind = str(trigger.severity)
        none: tuple[Counter[str], list[int]] = (Counter(), [])
        known = []
        for edge in found:
            counts, took = edges.get((binding.kpi, level, edge.kind, edge.name), none)
            known.append(replace(edge, counts=counts, took=took))
        yield Path(kind, WORDS[kind], trigger.condition, runs.get((binding.kpi, level), 0), tuple(known))


def became(one: Told) -> tuple[str, int | None]:
    """What became of a step, and how long that took."""
    if one.kind == Step.Kind.HAND_OFF and one.offer is not None:
        answered = one.offer in (OfferState.ACCEPTED, OfferState.REFUSED)
        length = (one.answered or 0) - (one.offered or 0) if answered else None
        return OFFERS[OfferState(one.offer)], length
    if one.state == StepState.DONE and one.finished is not None:
        known = max(one.recorded, one.added)
        length = max(0, one.finished - (known if one.finished >= known else one.added))
        if one.deadline is None:
            return "done", length
        return ("late" if one.is_late else "in time"), length
    words = {StepState.PENDING: "open", StepState.STARTED: "open", StepState.NOT_NEEDED: "not needed"}
    return words.get(StepState(one.state), str(one.state)), None


def at_share(found: Sequence[int], share: float) -> int:
    """The value that this share of sorted values does not exceed."""
    return found[max(0, ceil(share * len(found)) - 1)]


def _marked(watches: list[Watch]) -> list[Watch]:
    edges = [edge for watch in watches for path in watch.paths for edge in path.edges]
    slowest = max(
        (edge for edge in edges if edge.took), key=lambda edge: at_share(edge.took, 0.9), default=None
    )
    missed = max((edge for edge in edges if edge.missed), key=lambda edge: edge.missed, default=None)

    def marked(edge: Edge) -> Edge:
        return replace(edge, is_slowest=edge is slowest, is_most_missed=edge is missed)

    return [
        replace(
            watch,
            paths=tuple(
                replace(path, edges=tuple(marked(edge) for edge in path.edges)) for path in watch.paths
            ),
        )
        for watch in watches
    ]


def _within(deadline: str) -> str:
    seconds = seconds_of(deadline)
    return lasting(seconds * 1_000_000) if seconds else ""


def _kind(name: str) -> str:
    if name in GOOD:
        return "normal"
    return "warning" if name in MISSED else ""
