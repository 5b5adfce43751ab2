"""Groups of agents as one picture that fits a screen: down the left side and up the right, hand-offs between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bindings.maps.drawing import shortened
from bindings.maps.groups import Group
from bindings.maps.layers import Line
from contracts.severity import REGISTRY_WORD, Severity

WIDTH, BOX, HEIGHT, APART, MARGIN = 960, 270, 44, 12, 10


@dataclass(frozen=True, slots=True)
class GroupBox:
    """The box of a group, with how many agents it has and how many hand-offs stay inside."""

    group: Group
    x: float
    y: float
    label: str
    note: str
    words: str
    width: float = BOX
    height: float = HEIGHT

    @property
    def text_x(self) -> float:
        """Where its texts begin."""
        return self.x + 12

    @property
    def name_y(self) -> float:
        """The line its name stands on."""
        return self.y + 18

    @property
    def note_y(self) -> float:
        """The line below it."""
        return self.y + 34


@dataclass(frozen=True, slots=True)
class GroupEdge:
    """All hand-offs from one group to another: the worst severity, and how many there are."""

    path: str
    arrow: str
    severity: Severity
    width: float
    words: str


@dataclass(frozen=True, slots=True)
class GroupMap:
    """Everything to be drawn, and the size of it."""

    width: float
    height: float
    boxes: tuple[GroupBox, ...]
    edges: tuple[GroupEdge, ...]


class _Between(NamedTuple):
    hand_offs: int
    severity: Severity


def group_map(groups: Sequence[Group], lines: Sequence[Line]) -> GroupMap:
    """The picture of these groups; what stays inside a group is counted, not drawn."""
    between = _between(groups, lines)
    rows = (len(groups) + 1) // 2
    boxes = []
    for number, group in enumerate(groups):
        is_left = number < rows
        row = number if is_left else 2 * rows - 1 - number
        boxes.append(_box(group, is_left, row, between.get((number, number))))
    edges = [
        _edge(boxes[one], boxes[other], found)
        for (one, other), found in sorted(between.items(), key=lambda item: item[1].severity.rank)
        if one != other
    ]
    return GroupMap(WIDTH, 2 * MARGIN + rows * (HEIGHT + APART) - APART, tuple(boxes), tuple(edges))


def _between(groups: Sequence[Group], lines: Sequence[Line]) -> dict[tuple[int, int], _Between]:
    of = {member.name: number for number, group in enumerate(groups) for member in group.members}
    found: dict[tuple[int, int], _Between] = {}
    for line in lines:
        if line.severity and line.source in of and line.target in of:
            pair = of[line.source], of[line.target]
            count, worst = found.get(pair, (0, line.severity))
            found[pair] = _Between(count + 1, max(worst, line.severity))
    return found


def _box(group: Group, is_left: bool, row: int, inside: _Between | None) -> GroupBox:
    note = _many(len(group.members), "agent")
    note += f", {_many(inside.hand_offs, 'hand-off')} inside" if inside else ""
    names = ", ".join(member.name for member in group.members)
    return GroupBox(
        group=group,
        x=MARGIN if is_left else WIDTH - MARGIN - BOX,
        y=MARGIN + row * (HEIGHT + APART),
        label=shortened(group.title, BOX - 24, strong=True),
        note=note,
        words=f"{group.title} ({note}): {names}.",
    )


def _edge(one: GroupBox, other: GroupBox, found: _Between) -> GroupEdge:
    """From the lower part of a box's inner side to the upper part of another's."""
    (start, out), (end, back) = _side(one), _side(other)
    leaving, coming = one.y + 0.68 * HEIGHT, other.y + 0.32 * HEIGHT
    bend = 190 if out != back else 50 + min(abs(leaving - coming) * 0.45, 130)
    tip = end + back * 9
    path = (
        f"M{start:g} {leaving:g}C{start + out * bend:g} {leaving:g} "
        f"{tip + back * bend:g} {coming:g} {tip:g} {coming:g}"
    )
    told = f"{_many(found.hand_offs, 'hand-off')}, the worst when {REGISTRY_WORD[found.severity]}"
    return GroupEdge(
        path=path,
        arrow=f"M{end:g} {coming:g}l{back * 9} -4.5v9z",
        severity=found.severity,
        width=min(1 + found.hand_offs**0.5, 6),
        words=f"{one.group.title} asks {other.group.title}: {told}",
    )


def _side(box: GroupBox) -> tuple[float, int]:
    """Where lines leave a box, and to which side."""
    return (box.x + BOX, 1) if box.x < WIDTH / 2 else (box.x, -1)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def sums_of(lines: Sequence[Line], groups: Sequence[Group]) -> Mapping[str, list[tuple[str, int]]]:
    """Whom each group asks, by title, and how often: what the picture shows, for a table."""
    found: dict[str, list[tuple[str, int]]] = {}
    for (one, other), between in _between(groups, lines).items():
        if one != other:
            found.setdefault(groups[one].key, []).append((groups[other].title, between.hand_offs))
    return found
