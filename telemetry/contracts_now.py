"""The contract in force: what each agent watches by the release of its channel, ready to evaluate.

Each process keeps it, and looks at most every half second whether it is still the one: one narrow query.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from threading import Lock

from django.db import DatabaseError, InterfaceError, OperationalError

from contracts.evaluation import SECOND, Evaluator, evaluator, moment
from contracts.naming import NearNames
from contracts.release_pieces import ReleasePieces, release_pieces
from contracts.watched import BodyError, Definition, WatchedBinding
from contracts.watching import Watching
from releases.models import Channel, Following, Release, ServingRevision
from releases.models.channel import PRODUCTION
from rest.patience import holding

LOOK_EVERY = 0.5  # seconds


@dataclass(frozen=True, slots=True)
class Watched:
    """One binding in force. ``evaluator`` is None where nothing is to be evaluated: it is switched off, or cannot
    be read. ``low`` and ``high`` are the absolute range, infinite where there is no limit. ``looks_back`` is how
    many microseconds before a value the contract asks about; 0 where it does not."""

    binding: WatchedBinding
    definition: Definition
    evaluator: Evaluator | None
    release: int
    low: float
    high: float
    looks_back: int = 0


class InForce(Mapping[tuple[str, str], Watched]):
    """By agent and KPI, what is watched; each is made ready to evaluate when it is asked for first."""

    def __init__(self, releases: Mapping[tuple[str, str], int], watching: Mapping[int, Watching]) -> None:
        self._releases, self._watching = releases, watching
        self._found: dict[tuple[str, str], Watched] = {}

    def __getitem__(self, pair: tuple[str, str]) -> Watched:
        found = self._found.get(pair)
        return self._made(pair) if found is None else found

    def _made(self, pair: tuple[str, str]) -> Watched:
        number = self._releases[pair]
        whole = self._watching[number]
        binding = whole.binding(*pair)
        if binding is None:
            raise KeyError(pair)
        found = self._found[pair] = _watched(binding, number, is_on=whole.is_enabled(pair[0]))
        return found

    def __contains__(self, pair: object) -> bool:
        return pair in self._releases

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._releases)

    def __len__(self) -> int:
        return len(self._releases)


class Definitions(Mapping[str, Definition]):
    """By name, the KPIs as released; each is read when it is asked for first."""

    def __init__(self, releases: Mapping[str, int], watching: Mapping[int, Watching]) -> None:
        self._releases, self._watching = releases, watching

    def __getitem__(self, kpi: str) -> Definition:
        return self._watching[self._releases[kpi]].definition(kpi) or Definition(kpi)

    def __contains__(self, kpi: object) -> bool:
        return kpi in self._releases

    def __iter__(self) -> Iterator[str]:
        return iter(self._releases)

    def __len__(self) -> int:
        return len(self._releases)


@dataclass(frozen=True, slots=True)
class Released:
    """All that is released to somebody. ``release`` is production's number, 0 where nothing was published."""

    release: int = 0
    watched: Mapping[tuple[str, str], Watched] = field(default_factory=dict)
    kpis: Mapping[str, Definition] = field(default_factory=dict)
    agents: frozenset[str] = frozenset()
    titles: Mapping[str, str] = field(default_factory=dict)
    """What the catalogue calls actions, by the name that contracts have."""
    near_kpis: NearNames = field(default_factory=lambda: NearNames(()))

    def binding(self, agent: str, kpi: str) -> Watched | None:
        """What an agent watches of a KPI; None where it does not."""
        return self.watched.get((agent, kpi))

    def definition(self, kpi: str) -> Definition:
        """A KPI as released; a bare one where no release has it any more."""
        return self.kpis.get(kpi) or Definition(kpi)

    def action(self, name: str) -> str:
        """An action as people call it; its name in words where no catalogue has a title for it."""
        return self.titles.get(name) or name.replace("_", " ")


@dataclass(slots=True)
class _Held:
    revision: int = -1
    looked: float = 0.0
    failed: float = 0.0
    released: Released = field(default_factory=Released)


_held = _Held()
_looking = Lock()


def current() -> Released:
    """What is in force now, at most half a second old."""
    now = time.monotonic()
    if now - _held.looked >= LOOK_EVERY or _held.revision < 0:
        with holding(_looking):  # one thread looks; what it read is never replaced by something older
            if now - _held.looked >= LOOK_EVERY or _held.revision < 0:
                _look_for(now)
    return _held.released


def _look_for(asked: float) -> None:
    """Look, unless somebody did in vain since this was asked for: one after the other would wait as long."""
    if _held.failed > asked:
        raise OperationalError("another thread was not answered")
    try:
        _look()
    except (DatabaseError, InterfaceError):
        _held.failed = time.monotonic()
        raise


def _look() -> None:
    began = time.monotonic()
    revision = ServingRevision.current()
    if revision != _held.revision:
        _held.released = load()
        _held.revision = revision
    _held.looked = began


def forget() -> None:
    """Look again at the next question."""
    _held.revision, _held.released = -1, Released()
    _of_release.cache_clear()


def load() -> Released:
    """Read it from the database: every channel's release, and who follows which."""
    channels = {channel.name: channel for channel in Channel.objects.select_related("release")}
    following = dict(Following.objects.values_list("agent__name", "channel__name"))
    pieces: dict[int, ReleasePieces] = {}
    for channel in channels.values():
        if channel.release and channel.release.number not in pieces:
            pieces[channel.release.number] = release_pieces(channel.release.text)
    numbers = {name: channel.release.number for name, channel in channels.items() if channel.release}
    production = numbers.get(PRODUCTION, 0)
    watching = {number: Watching(whole) for number, whole in pieces.items()}
    keys: dict[tuple[str, str], int] = {}
    kpis: dict[str, int] = {}
    agents: set[str] = set()
    titles: dict[str, str] = {}
    for number, whole in sorted(
        pieces.items(), key=lambda item: item[0] == production
    ):  # production last: it wins
        titles |= {name: one.title for name, one in whole.actions.actions.items()}
        kpis |= dict.fromkeys(whole.kpis, number)
        for agent in watching[number].agents:
            if numbers.get(following.get(agent, PRODUCTION)) == number:
                agents.add(agent)
                watches = (kpi for kpi in whole.keys.get(agent, ()) if kpi in whole.kpis)
                keys |= {(agent, kpi): number for kpi in watches}
    return Released(
        production,
        InForce(keys, watching),
        Definitions(kpis, watching),
        frozenset(agents),
        titles,
        NearNames(kpis),
    )


def evaluator_of(release: int, agent: str, kpi: str) -> Evaluator | None:
    """By a release that may no longer be in force; None where it evaluates nothing of this. A release never changes,
    so what was read of it is kept."""
    watched = _held.released.binding(agent, kpi)
    if watched is not None and watched.release == release:
        return watched.evaluator
    whole = _of_release(release)
    binding = whole.binding(agent, kpi) if whole else None
    return _watched(binding, release, is_on=whole.is_enabled(agent)).evaluator if whole and binding else None


def last_evaluator(watched: Watched, release: int) -> Evaluator | None:
    """What judged a standing last: until a new release takes effect for it, the contract of the one before. Told by
    another contract than it was judged by, a state would have a reason that its numbers contradict."""
    if watched.evaluator is None or release in (0, watched.release):
        return watched.evaluator
    return evaluator_of(release, watched.binding.agent, watched.binding.kpi) or watched.evaluator


@lru_cache(maxsize=8)
def _of_release(number: int) -> Watching | None:
    release = Release.objects.filter(number=number).first()
    return Watching(release_pieces(release.text)) if release else None


def _watched(binding: WatchedBinding, release: int, *, is_on: bool) -> Watched:
    span = binding.definition.absolute_range
    low = float("-inf") if span is None or span.min is None else float(span.min)
    high = float("inf") if span is None or span.max is None else float(span.max)
    found: Evaluator | None = None
    if is_on and binding.enabled:
        try:
            found = evaluator(binding)
        except BodyError:  # a condition that is kept and not supported: a rule says so
            found = None
    looks_back = _looks_back(found) if found else 0
    return Watched(binding, binding.definition, found, release, low, high, looks_back)


def _looks_back(evaluator: Evaluator) -> int:
    clauses = [one for rule in evaluator.rules for one in (rule.condition, rule.recovery) if one]
    windows = [change.window.seconds for clause in clauses for change in clause.changes]
    return max(windows, default=0) * SECOND


def iso(at: int) -> str:
    """Microseconds as RFC 3339 has them."""
    return moment(at).isoformat().replace("+00:00", "Z")
