"""One agent's neighbourhood: who hands over to it and to whom it does, over so many steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bindings.maps.layers import Line, Member


class Near(NamedTuple):
    """The nearest agents, the agent itself among them, in the roster's order; ``more`` are as near and left out."""

    members: tuple[Member, ...]
    more: int


def neighbourhood(
    members: Sequence[Member], lines: Sequence[Line], agent: str, hops: int, at_most: int
) -> Near:
    """Within ``hops`` hand-offs of an agent, in either direction."""
    beside: dict[str, list[str]] = {}
    for line in lines:
        beside.setdefault(line.source, []).append(line.target)
        beside.setdefault(line.target, []).append(line.source)
    reached = {agent: 0}
    waiting = [agent]
    for name in waiting:  # grows while it is walked, the nearest first
        for other in beside.get(name, ()) if reached[name] < hops else ():
            if other not in reached:
                reached[other] = reached[name] + 1
                waiting.append(other)
    shown = set(waiting[:at_most])
    return Near(tuple(member for member in members if member.name in shown), len(waiting) - len(shown))
