"""The way of a hand-off that no contract declares: straight from box to box, over what stands between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bindings.maps.layers import Line
from bindings.maps.shapes import Edge, Node, word_of, words_of

_LOW = 4  # above the lower edge of a box, below the lowest line that has a place of its own
_APART = 13
_BEND = 80


class Way(NamedTuple):
    """A line with its head, and where its word begins."""

    path: str
    arrow: str
    label_x: float
    label_y: float


def way_beside(source: Node, target: Node, place: int) -> Way:
    """From ``source`` to ``target``, below ``place`` others that leave the same box so."""
    leaving, coming = (box.y + box.height - _LOW for box in (source, target))
    out = -1 if target.x + target.width < source.x else 1
    back = -1 if target.x > source.x + source.width else 1
    start = source.x + source.width if out > 0 else source.x
    end = target.x + target.width if back > 0 else target.x
    level = leaving + place * _APART
    bends = f"{start + out * _BEND:g} {level:g} {end + back * _BEND:g} {coming:g}"
    path = f"M{start:g} {leaving:g}C{bends} {end:g} {coming:g}"
    label_x = start + 14 if out > 0 else start - 14 - _BEND
    return Way(path, f"M{end:g} {coming:g}l{back * 9} -4.5v9z", label_x, level + 12)


def drawn_beside(lines: Sequence[Line], nodes: Mapping[str, Node]) -> list[Edge]:
    """Hand-offs that no contract declares, from the lower edge of one box to that of another; each agent's stand below
    each other."""
    edges = []
    leaving: dict[str, int] = {}
    for line in lines:
        place = leaving[line.source] = leaving.get(line.source, -1) + 1
        source, target = nodes[line.source], nodes[line.target]
        way = way_beside(source, target, place)
        edges.append(
            Edge(
                line,
                way.path,
                way.arrow,
                word_of(line),
                way.label_x,
                way.label_y,
                False,
                words_of(line, False),
            )
        )
    return edges
