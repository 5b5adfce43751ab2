"""What the roster map consists of: boxes of agents and hand-offs between them, in pixels."""

from __future__ import annotations

from dataclasses import dataclass

from bindings.maps.layers import Line, Member
from bindings.maps.marks import Mark
from contracts.bands.axis import text_width
from contracts.severity import REGISTRY_WORD

BOX = 196
"""How wide the box of an agent is."""
INSIDE = 12
"""From the edge of a box to its texts."""


@dataclass(frozen=True, slots=True)
class KpiText:
    """A KPI named inside a box, shortened where it is too long."""

    text: str
    y: float


@dataclass(frozen=True, slots=True)
class Node:
    """The box of an agent."""

    member: Member
    x: float
    y: float
    height: float
    label: str
    note: str
    kpis: tuple[KpiText, ...]
    circular: bool
    words: str
    width: float = BOX
    mark: Mark | None = None

    @property
    def mark_x(self) -> float:
        """Where its mark ends, which stands on its upper edge."""
        return self.x + self.width - INSIDE

    @property
    def text_x(self) -> float:
        """Where its texts begin."""
        return self.x + INSIDE

    @property
    def name_y(self) -> float:
        """The line its name stands on."""
        return self.y + 20

    @property
    def note_y(self) -> float:
        """The line below it."""
        return self.y + 36


@dataclass(frozen=True, slots=True)
class Edge:
    """A hand-off as a path with its word; ``arrow`` are the three corners of its head."""

    line: Line
    path: str
    arrow: str
    label: str
    label_x: float
    label_y: float
    circular: bool
    words: str
    mark: Mark | None = None

    @property
    def label_width(self) -> float:
        """How wide its word is at most."""
        return text_width(self.label)


@dataclass(frozen=True, slots=True)
class RosterMap:
    """Everything to be drawn, and the size of it."""

    width: float
    height: float
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def word_of(line: Line) -> str:
    """What stands beside a line."""
    return REGISTRY_WORD[line.severity] if line.severity else "not declared"


def words_of(line: Line, circular: bool) -> str:
    """A hand-off in a sentence."""
    when = (
        f" when {line.kpi or 'anything it watches'} is {word_of(line)}"
        if line.severity
        else ", though no contract in force declares it"
    )
    circle = ", in a circle" if circular else ""
    reason = f": {line.reason}" if line.reason else ""
    return f"{line.source} asks {line.target}{when}{circle}{reason}"
