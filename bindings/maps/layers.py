"""Which agent stands in which column of the map, and in which order: the layered drawing of Sugiyama.

Hand-offs that would lead back, as in a circle, are turned round for the layering only. A hand-off over
several columns passes through a slot in each column between, so that it crosses no agent.
https://en.wikipedia.org/wiki/Layered_graph_drawing
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from contracts.severity import Severity

_SWEEPS = 6


@dataclass(frozen=True, slots=True)
class Member:
    """An agent as the map shows it. ``kpis`` are names of those it binds, of which there are ``more``; ``tag`` is the
    first of its tags."""

    name: str
    url: str = ""
    role: str = ""
    status: str = ""
    enabled: bool = True
    kpis: tuple[str, ...] = ()
    more: int = 0
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One hand-off: ``source`` asks ``target`` at a severity, for a reason; ``kpi`` is the only one it is about. One
    that happens and that no contract declares has no severity."""

    source: str
    target: str
    severity: Severity | None
    reason: str = ""
    kpi: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a column: an agent, or the passage of the line with this number."""

    agent: str = ""
    line: int = -1
    column: int = 0


@dataclass(frozen=True, slots=True)
class Layers:
    """Columns from left to right; ``chains`` are each line's slots from its left end to its right end."""

    columns: list[list[Slot]]
    chains: list[list[Slot]]
    turned: frozenset[int]
    """The lines that run from right to left."""


def in_circle(lines: Sequence[Line]) -> list[bool]:
    """Of each line, whether a case handed over by it can come back to where it was, as contracts declare it."""
    circle = circles_of([(line.source, line.target) for line in lines if line.severity])
    return [bool(line.severity) and circle[line.source] == circle[line.target] for line in lines]


def circles_of(pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """A number for each agent; those who can reach each other have the same: strongly connected components.
    https://en.wikipedia.org/wiki/Kosaraju%27s_algorithm"""
    ahead: dict[str, list[str]] = {}
    behind: dict[str, list[str]] = {}
    for source, target in pairs:
        ahead.setdefault(source, []).append(target)
        ahead.setdefault(target, [])
        behind.setdefault(target, []).append(source)
    left: dict[str, None] = {}  # in the order in which the walk leaves them
    for name in ahead:
        _walk(name, ahead, left)
    reached: dict[str, None] = {}
    found: dict[str, int] = {}
    for number, name in enumerate(reversed(left)):
        found |= dict.fromkeys(_walk(name, behind, reached), number)
    return found


def _walk(start: str, beside: Mapping[str, Sequence[str]], left: dict[str, None]) -> list[str]:
    """Go wherever one comes to from ``start``, depth first, but to nobody who is noted in ``left``, and note each agent
    there when it is left for good. Returns those."""
    noted: list[str] = []
    way = [] if start in left else [(start, iter(beside.get(start, ())))]
    seen = {start}
    while way:
        name, others = way[-1]
        following = next((one for one in others if one not in seen and one not in left), None)
        if following is None:
            way.pop()
            left[name] = None
            noted.append(name)
        else:
            seen.add(following)
            way.append((following, iter(beside.get(following, ()))))
    return noted


def layered(names: Sequence[str], lines: Sequence[Line]) -> Layers:
    """The columns for these agents and the lines between them; the same input gives the same drawing."""
    turned = leading_back(names, lines)
    ends = [
        (line.target, line.source) if number in turned else (line.source, line.target)
        for number, line in enumerate(lines)
    ]
    column = columns_of(names, ends)
    columns: list[list[Slot]] = [[] for _ in range(max(column.values(), default=-1) + 1)]
    for name in names:
        columns[column[name]].append(Slot(agent=name, column=column[name]))
    chains = []
    for number, (left, right) in enumerate(ends):
        passages = [Slot(line=number, column=at) for at in range(column[left] + 1, column[right])]
        for slot in passages:
            columns[slot.column].append(slot)
        chains.append(
            [Slot(agent=left, column=column[left]), *passages, Slot(agent=right, column=column[right])]
        )
    untangle(columns, chains)
    return Layers(columns, chains, turned)


def leading_back(names: Sequence[str], lines: Sequence[Line]) -> frozenset[int]:
    """The lines that lead to an agent one came from, on a walk that starts with the first agent."""
    leaving: dict[str, list[int]] = {name: [] for name in names}
    for number, line in enumerate(lines):
        leaving[line.source].append(number)
    done: set[str] = set()
    back: set[int] = set()
    for name in names:
        way: list[tuple[str, list[int]]] = [] if name in done else [(name, list(reversed(leaving[name])))]
        on_the_way = {name}
        while way:
            at, left = way[-1]
            if not left:
                way.pop()
                on_the_way.discard(at)
                done.add(at)
                continue
            number = left.pop()
            target = lines[number].target
            if target in on_the_way:
                back.add(number)
            elif target not in done:
                way.append((target, list(reversed(leaving[target]))))
                on_the_way.add(target)
    return frozenset(back)


def columns_of(names: Sequence[str], ends: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Each agent stands right of everyone it is asked by; ``ends`` hold no circle."""
    before: dict[str, int] = dict.fromkeys(names, 0)
    after: dict[str, list[str]] = {}
    for left, right in ends:
        before[right] += 1
        after.setdefault(left, []).append(right)
    column = dict.fromkeys(names, 0)
    ready = [name for name in names if not before[name]]
    for name in ready:  # grows while it is walked
        for right in after.get(name, ()):
            column[right] = max(column[right], column[name] + 1)
            before[right] -= 1
            if not before[right]:
                ready.append(right)
    return column


def untangle(columns: list[list[Slot]], chains: Sequence[Sequence[Slot]]) -> None:
    """Put each column's slots in the order of their neighbours', there and back a few times."""
    lefts: dict[Slot, list[Slot]] = {}
    rights: dict[Slot, list[Slot]] = {}
    for chain in chains:
        for left, right in zip(chain, chain[1:], strict=False):
            rights.setdefault(left, []).append(right)
            lefts.setdefault(right, []).append(left)
    for sweep in range(_SWEEPS):
        forth = sweep % 2 == 0
        for at in range(1, len(columns)) if forth else range(len(columns) - 2, -1, -1):
            beside = columns[at - 1 if forth else at + 1]
            place = {slot: number for number, slot in enumerate(beside)}
            sort_by_neighbours(columns[at], lefts if forth else rights, place)


def sort_by_neighbours(
    column: list[Slot], neighbours: Mapping[Slot, Sequence[Slot]], place: Mapping[Slot, int]
) -> None:
    """Sort a column by the mean place of each slot's neighbours; one without stays where it is."""
    wanted: dict[Slot, float] = {}
    for number, slot in enumerate(column):
        places = [place[neighbour] for neighbour in neighbours.get(slot, ())]
        wanted[slot] = sum(places) / len(places) if places else float(number)
    column.sort(key=lambda slot: wanted[slot])
