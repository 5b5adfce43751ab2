"""What happens on the roster map now: marks on agents and hand-offs, whose values come from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bindings.maps.marks import Mark
from bindings.maps.shapes import Edge, Node, RosterMap


@dataclass(frozen=True, slots=True)
class Lights:
    """A mark for each agent of which there is something to say, and for each pair of agents, who asks first."""

    agents: Mapping[str, Mark] = field(default_factory=dict)
    hand_offs: Mapping[tuple[str, str], Mark] = field(default_factory=dict)


def lit(drawn: RosterMap, lights: Lights) -> RosterMap:
    """The same map with its marks; of several hand-offs between two agents, the first carries the words."""
    told: set[tuple[str, str]] = set()
    edges = []
    for edge in drawn.edges:
        pair = edge.line.source, edge.line.target
        edges.append(_edge(edge, lights.hand_offs.get(pair), is_first=pair not in told))
        told.add(pair)
    nodes = tuple(_node(node, lights.agents.get(node.member.name)) for node in drawn.nodes)
    return replace(drawn, nodes=nodes, edges=tuple(edges))


def _node(node: Node, mark: Mark | None) -> Node:
    return node if mark is None else replace(node, mark=mark, words=f"{node.words} {mark.words}")


def _edge(edge: Edge, mark: Mark | None, *, is_first: bool) -> Edge:
    if mark is None:
        return edge
    return replace(
        edge, mark=mark if is_first else replace(mark, label=""), words=f"{edge.words}. {mark.words}"
    )
