"""Where everything of the roster map stands, in pixels.

Right of every column is a strip in which all lines run level, each at a height of its own: their words stand
there, so no two can meet. Lines bend only between that strip and the next column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bindings.maps.beside import drawn_beside
from bindings.maps.layers import Layers, Line, Member, Slot, in_circle, layered
from bindings.maps.shapes import BOX, INSIDE, Edge, KpiText, Node, RosterMap, word_of, words_of
from contracts.bands.axis import text_width

_HEAD, _KPI_LINE, _FOOT = 44, 17, 8
_KPIS_NAMED = 4
_PORT = 20  # between two lines that leave the same box
_PORTS_FROM = 16
_STRIP, _BEND = 104, 64
_APART = 26
_PASSAGE = 20
_MARGIN = 12
_ROUNDS = 4


def roster_map(members: Sequence[Member], lines: Sequence[Line]) -> RosterMap:
    """The map of these agents. Hand-offs from or to an agent that is not among them are left out, though a circle may
    go through it. What no contract declares moves nothing: it is drawn over what there is."""
    known = {member.name for member in members}
    circles = dict(zip(lines, in_circle(lines), strict=True))
    shown = [line for line in lines if {line.source, line.target} <= known and line.source != line.target]
    lines, undeclared = [one for one in shown if one.severity], [one for one in shown if not one.severity]
    joined = {name for line in lines for name in (line.source, line.target)}
    layers = layered([member.name for member in members if member.name in joined], lines)
    by_name = {member.name: member for member in members}
    heights = {slot: _height(slot, layers, by_name) for column in layers.columns for slot in column}
    tops = settle(layers, heights)
    round_trip = [circles[line] for line in lines]
    circular = {line.source for line, circles in zip(lines, round_trip, strict=True) if circles}
    nodes = [
        _node(by_name[slot.agent], _column_x(slot.column), tops[slot], heights[slot], slot.agent in circular)
        for column in layers.columns
        for slot in column
        if slot.agent
    ]
    below = max((tops[slot] + heights[slot] + _APART for slot in tops), default=_MARGIN)
    alone = [member for member in members if member.name not in joined]
    nodes += _grid(alone, below, len(layers.columns))
    edges = _edges(layers, lines, round_trip, tops, heights)
    edges += drawn_beside(undeclared, {node.member.name: node for node in nodes})
    right = max((node.x + node.width for node in nodes), default=0.0) + _MARGIN
    bottom = max([node.y + node.height for node in nodes] + [below - _APART], default=0.0) + _MARGIN
    return RosterMap(right, bottom, tuple(nodes), tuple(edges))


def _column_x(column: int) -> float:
    return _MARGIN + column * (BOX + _STRIP + _BEND)


def _box_height(member: Member) -> float:
    named = min(len(member.kpis), _KPIS_NAMED + 1)
    return _HEAD + _KPI_LINE * named + _FOOT


def _height(slot: Slot, layers: Layers, by_name: Mapping[str, Member]) -> float:
    if not slot.agent:
        return _PASSAGE
    leaving = sum(chain[0] == slot for chain in layers.chains)
    coming = sum(chain[-1] == slot for chain in layers.chains)
    return max(_box_height(by_name[slot.agent]), 2 * _PORTS_FROM + _PORT * (max(leaving, coming) - 1))


def settle(layers: Layers, heights: Mapping[Slot, float]) -> dict[Slot, float]:
    """The top of every slot: near its neighbours, below the one before it, at a distance from it."""
    neighbours: dict[Slot, list[Slot]] = {slot: [] for slot in heights}
    for chain in layers.chains:
        for left, right in zip(chain, chain[1:], strict=False):
            neighbours[left].append(right)
            neighbours[right].append(left)
    tops: dict[Slot, float] = {}
    for column in layers.columns:
        tops |= stacked(column, heights, {})
    for turn in range(_ROUNDS):
        for column in layers.columns if turn % 2 == 0 else reversed(layers.columns):
            middles = {
                slot: sum(tops[n] + heights[n] / 2 for n in neighbours[slot]) / len(neighbours[slot])
                for slot in column
                if neighbours[slot]
            }
            tops |= stacked(column, heights, middles)
    highest = min(tops.values(), default=0.0)
    return {slot: round(top - highest + _MARGIN, 1) for slot, top in tops.items()}


def stacked(
    column: Sequence[Slot], heights: Mapping[Slot, float], middles: Mapping[Slot, float]
) -> dict[Slot, float]:
    """The tops of a column's slots, each as near to its wanted middle as those above it allow.

    What that pushes down as a whole is moved back up by half, so that a column does not sink.
    """
    tops: dict[Slot, float] = {}
    free = float("-inf")
    pushed = 0.0
    for slot in column:
        wanted = middles[slot] - heights[slot] / 2 if slot in middles else max(free, _MARGIN)
        tops[slot] = max(wanted, free)
        pushed = max(pushed, tops[slot] - wanted)
        free = tops[slot] + heights[slot] + _APART
    return {slot: top - pushed / 2 for slot, top in tops.items()}


def _node(member: Member, x: float, y: float, height: float, circular: bool) -> Node:
    named = list(member.kpis[:_KPIS_NAMED])
    if rest := len(member.kpis) + member.more - len(named):
        named.append(f"and {rest} more")
    note = member.status or "no status"
    note += "" if member.enabled else ", switched off"
    watched = f"watches {', '.join(member.kpis)}" if member.kpis else "watches nothing yet"
    watched += f" and {member.more} more" if member.more else ""
    words = f"{member.name} ({note}) {watched}." + (" It is part of a circle." if circular else "")
    return Node(
        member=member,
        x=x,
        y=y,
        height=height,
        label=shortened(member.name, BOX - 2 * INSIDE, strong=True),
        note=note,
        kpis=tuple(
            KpiText(shortened(text, BOX - 2 * INSIDE), round(y + _HEAD + _KPI_LINE * (number + 0.7), 1))
            for number, text in enumerate(named)
        ),
        circular=circular,
        words=words,
    )


def shortened(text: str, width: float, *, strong: bool = False) -> str:
    """As much of a text as fits into ``width``, with an ellipsis where something is missing."""
    if text_width(text, strong=strong) <= width:
        return text
    fits = int(width / text_width("x", strong=strong)) - 1
    return text[:fits] + "…"


def _grid(alone: Sequence[Member], top: float, columns: int) -> list[Node]:
    """Agents without hand-offs, in rows below the others."""
    across = max(columns * 2 - 1, 4)
    nodes = []
    for start in range(0, len(alone), across):
        row = alone[start : start + across]
        tallest = max(_box_height(member) for member in row)
        for place, member in enumerate(row):
            nodes.append(_node(member, _MARGIN + place * (BOX + _APART), top, tallest, False))
        top += tallest + _APART
    return nodes


def _edges(
    layers: Layers,
    lines: Sequence[Line],
    round_trip: Sequence[bool],
    tops: Mapping[Slot, float],
    heights: Mapping[Slot, float],
) -> list[Edge]:
    leaving = ports(layers, tops, heights, first=True)
    coming = ports(layers, tops, heights, first=False)
    edges = []
    for number, (line, chain) in enumerate(zip(lines, layers.chains, strict=True)):
        passed = [tops[slot] + _PASSAGE / 2 for slot in chain[1:-1]]
        levels = [leaving[number], *passed, coming[number]]
        edges.append(_edge(line, chain, levels, number in layers.turned, round_trip[number]))
    return edges


def ports(
    layers: Layers, tops: Mapping[Slot, float], heights: Mapping[Slot, float], *, first: bool
) -> dict[int, float]:
    """The height at which each line leaves its left box, or comes to its right one: all apart, uncrossed."""
    at: dict[Slot, list[int]] = {}
    for number, chain in enumerate(layers.chains):
        at.setdefault(chain[0 if first else -1], []).append(number)
    levels: dict[int, float] = {}
    for slot, numbers in at.items():

        def other_end(number: int) -> float:
            beside = layers.chains[number][1 if first else -2]
            return tops[beside] + heights[beside] / 2

        numbers.sort(key=lambda number: (other_end(number), number))
        start = tops[slot] + heights[slot] / 2 - _PORT * (len(numbers) - 1) / 2
        levels |= {number: round(start + _PORT * place, 1) for place, number in enumerate(numbers)}
    return levels


def _edge(line: Line, chain: Sequence[Slot], levels: Sequence[float], turned: bool, circular: bool) -> Edge:
    start = _column_x(chain[0].column) + BOX
    end = _column_x(chain[-1].column)
    parts = [f"M{start:g} {levels[0]:g}"]
    for slot, level, following in zip(chain, levels, levels[1:], strict=False):
        bend_from = _column_x(slot.column) + BOX + _STRIP
        bend_to = bend_from + _BEND
        middle = bend_from + _BEND / 2
        parts.append(
            f"H{bend_from:g}C{middle:g} {level:g} {middle:g} {following:g} {bend_to:g} {following:g}"
        )
    tip, back, level = (start, 9, levels[0]) if turned else (end, -9, levels[-1])
    word = word_of(line)
    return Edge(
        line=line,
        path="".join(parts),
        arrow=f"M{tip:g} {level:g}l{back} -4.5v9z",
        label=f"{word} ↺" if circular else word,
        label_x=start + 14,
        label_y=levels[0] - 5,
        circular=circular,
        words=words_of(line, circular),
    )
