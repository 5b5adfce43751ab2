"""The difference between two releases as people read it: grouped by KPI and agent, with the bands of both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from contracts.agents import AgentContext, compile_binding
from contracts.bands import Compared, Picture, compared_picture, picture, shifts
from contracts.diff import Change, ChangeClass, worst
from contracts.diffactions import ACTIONS
from contracts.documents import BindingDocument, KpiDocument
from contracts.release import ReleaseDocument
from contracts.spec import KpiSpec, compile_kpi

KPI, AGENT, REST = "KPI", "agent", "registry"
_PLACES = {KPI: 0, AGENT: 1, REST: 2}
MEANINGS: Mapping[ChangeClass, str] = {
    ChangeClass.BREAKING: "something that agents rely on is removed or renamed",
    ChangeClass.BEHAVIOURAL: "agents will evaluate or act differently, or people will be alerted differently",
    ChangeClass.COSMETIC: "only texts and names change: no agent acts differently",
}
"""What a class means to someone who reads it for the first time."""
CHIPS: Mapping[str, str] = {"breaking": "critical", "behavioural": "info", "cosmetic": ""}


@dataclass(frozen=True, slots=True)
class Moved:
    """Values that change sides, in words; ``kind`` is the class of what they become."""

    words: str
    kind: str


@dataclass(slots=True)
class Piece:
    """What changed about one thing: a KPI, an agent itself, or (with ``key``) a KPI that an agent watches."""

    key: str
    title: str = ""
    changes: list[Change] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    compared: Compared | None = None
    was: Picture | None = None
    now: Picture | None = None
    uid: str = ""
    """A word no other picture of the page has."""


@dataclass(slots=True)
class Group:
    """A card of the page: a KPI, an agent, or the settings that belong to neither."""

    noun: str
    name: str
    title: str = ""
    state: str = ""
    """new or removed; "" where it stays."""
    pieces: list[Piece] = field(default_factory=list)
    watchers: list[str] = field(default_factory=list)
    url: str = ""

    @property
    def kind(self) -> ChangeClass:
        """The most that changed."""
        return worst(change for piece in self.pieces for change in piece.changes) or ChangeClass.COSMETIC

    @property
    def chip(self) -> str:
        """The class of the style sheet."""
        return CHIPS[self.kind]


def grouped(changes: Iterable[Change], before: ReleaseDocument, after: ReleaseDocument) -> list[Group]:
    """The changes by KPI, then by agent, then the rest; what matters most comes first. Nothing is drawn yet."""
    known = _Known(before, after)
    groups: dict[tuple[str, str], Group] = {}
    for change in changes:
        noun, name, key = known.whom(change)
        group = groups.get((noun, name)) or groups.setdefault((noun, name), known.group(noun, name))
        piece = next((piece for piece in group.pieces if piece.key == key), None)
        if piece is None:
            piece = Piece(key, known.title(key) if key else "")
            group.pieces.append(piece)
        piece.changes.append(change)
    for group in groups.values():
        group.pieces.sort(key=lambda piece: bool(piece.key))
    return sorted(groups.values(), key=lambda group: (_PLACES[group.noun], -group.kind.rank, group.name))


def draw(groups: Iterable[Group], before: ReleaseDocument, after: ReleaseDocument) -> None:
    """Give the groups their pictures: both versions on one axis, or the one there is."""
    artist = _Artist(before, after)
    for number, group in enumerate(groups):
        for place, piece in enumerate(group.pieces):
            piece.uid = f"piece-{number}-{place}"
            if group.noun == KPI:
                was, now = (side.kpi(group.name) for side in artist.sides)
                artist.compare(piece, group.name, was, now)
            elif piece.key:
                was, now = (side.binding(group.name, piece.key) for side in artist.sides)
                artist.compare(piece, piece.key, was, now, agent=group.name)


class _Known:
    """Whom a change is about."""

    def __init__(self, before: ReleaseDocument, after: ReleaseDocument) -> None:
        self.kpis = [{kpi.name: kpi for kpi in side.registry.kpis} for side in (before, after)]
        self.agents = [side.roster.agents.keys() | side.bindings.keys() for side in (before, after)]
        self.watchers: dict[str, list[str]] = {}
        for agent in dict.fromkeys([*after.bindings, *before.bindings]):
            rows = [
                row.key for side in (after, before) if (d := side.bindings.get(agent)) for row in d.kpis_used
            ]
            for key in dict.fromkeys(rows):
                self.watchers.setdefault(key, []).append(agent)

    def whom(self, change: Change) -> tuple[str, str, str]:
        """The noun, its name, and which KPI of an agent."""
        if change.subject == ACTIONS:
            return REST, "", ""
        subject = change.subject.partition(" ")[0]  # an action of a binding stands behind it
        agent, slash, key = subject.partition("/")
        if slash:
            return AGENT, agent, key
        if any(subject in side for side in self.kpis):
            return KPI, subject, ""
        if any(subject in side for side in self.agents):
            return AGENT, subject, ""
        return REST, "", ""

    def title(self, key: str) -> str:
        """How people call a KPI; "" where it has no other name."""
        kpi = self.kpis[1].get(key) or self.kpis[0].get(key)
        return kpi.title if kpi else ""

    def group(self, noun: str, name: str) -> Group:
        was, now = (name in side for side in (self.kpis if noun == KPI else self.agents))
        state = "" if noun == REST or was == now else "new" if now else "removed"
        title = self.title(name) if noun == KPI else ""
        return Group(noun, name, title, state, watchers=self.watchers.get(name, []) if noun == KPI else [])


class _Side:
    """One of the two documents, compiled as far as it is asked for."""

    def __init__(self, document: ReleaseDocument) -> None:
        self.documents = {kpi.name: kpi for kpi in document.registry.kpis}
        self.bindings = {
            (agent, row.key): row for agent, file in document.bindings.items() for row in file.kpis_used
        }
        self.symbols = document.symbols

    def kpi(self, name: str) -> KpiSpec | None:
        """A KPI, compiled."""
        document: KpiDocument | None = self.documents.get(name)
        return compile_kpi(document) if document else None

    def binding(self, agent: str, key: str) -> KpiSpec | None:
        """The KPI as this agent judges it: with its own triggers, or the KPI's where it has none."""
        row: BindingDocument | None = self.bindings.get((agent, key))
        kpi = self.kpi(key)
        if row is None or kpi is None:
            return None
        spec = compile_binding(row, agent, AgentContext(kpis={key: kpi}))
        if not spec.triggers:
            return kpi
        return replace(kpi, triggers=spec.triggers)  # type: ignore[arg-type]  # only what both have is asked for


class _Artist:
    """Draws what changed."""

    def __init__(self, before: ReleaseDocument, after: ReleaseDocument) -> None:
        self.sides = (_Side(before), _Side(after))

    def compare(
        self, piece: Piece, key: str, was: KpiSpec | None, now: KpiSpec | None, agent: str = ""
    ) -> None:
        """The picture of a piece, if the change can be seen in one."""
        old, new = (side.symbols.get(key, "") for side in self.sides)
        if was and now and was.document.unit == now.document.unit:
            drawn = compared_picture(was, now, new)
            if any(line.age for line in drawn.lines):
                piece.compared = drawn
                piece.moved = [
                    Moved(_sentence(shift.told_of(agent, new) if agent else shift.told(new)), shift.kind)
                    for shift in shifts(was, now)
                    if not agent or shift.concerns_agents
                ]
            return
        piece.was = picture(was, old) if was else None
        piece.now = picture(now, new) if now else None


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def counted(changes: Iterable[Change]) -> list[tuple[ChangeClass, int, str]]:
    """How many changes there are of each class that occurs, with its chip; what matters most first."""
    return list(_counted(list(changes)))


def _counted(changes: list[Change]) -> Iterator[tuple[ChangeClass, int, str]]:
    for kind in sorted(ChangeClass, key=lambda kind: -kind.rank):
        if count := sum(change.kind is kind for change in changes):
            yield kind, count, CHIPS[kind]
