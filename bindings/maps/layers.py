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
    """An agent as the map shows it. ``kpis`` are the names of those it binds."""

    name: str
    url: str = ""
    role: str = ""
    status: str = ""
    enabled: bool = True
    kpis: tuple[str, ...] = ()


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
    declared = [line for line in lines if line.severity]
    targets = targets_of(declared)
    reach = {name: reached_from(targets, [name]) for name in {line.target for line in declared}}
    return [bool(line.severity) and line.source in reach[line.target] for line in lines]


def targets_of(lines: Iterable[Line]) -> dict[str, list[str]]:
    """Whom each agent asks, in the order of the lines."""
    targets: dict[str, list[str]] = {}
    for line in lines:
        targets.setdefault(line.source, []).append(line.target)
    return targets


def reached_from(targets: Mapping[str, Sequence[str]], starts: Iterable[str]) -> set[str]:
    """The starts and every agent that is asked by them, or by one of those."""
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(targets.get(name, ()))
    return found


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
