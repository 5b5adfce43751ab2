"""What each agent did, as bars in its lane: none over another, the order kept, quiet ones folded into one. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from protocols.pages.prose import clock
from protocols.pages.run.timeline.axis import LETTER, Axis

BAR: Final = 14.0
ROW: Final = 20.0
PADDING: Final = 8.0
APART: Final = 8.0
LEAST: Final = 4.0
"""The least width of a bar: a short one is what one looks for."""
OWN_AT_MOST: Final = 14
"""Bars of a lane that have a row to themselves; the others are folded."""
OF_NOTE: Final = 3
"""The weight from which on an item is never folded while there is room."""
FOLDS: Final = {
    "f-normal": "as declared", "f-warning": "late or not declared", "f-critical": "failed",
    "b-open": "not done yet", "b-left": "skipped or overridden",
}  # fmt: skip
LONGEST_LABEL: Final = 44


@dataclass(frozen=True, slots=True)
class Item:
    """Something that lasted from ``start`` to ``end``. ``kind`` is the class of its bar; ``weight`` says how much it
    wants to be seen: 0 is what went as declared. ``key`` is what arrows hold on to."""

    key: str
    start: int
    end: int
    label: str
    told: str
    kind: str
    weight: int = 0

    @property
    def is_hatched(self) -> bool:
        """Whether it is not done: what is has a colour of its own."""
        return self.kind.startswith("b-")


@dataclass(frozen=True, slots=True)
class Bar:
    """An item in its place, with its label to one side of it."""

    item: Item
    x: float
    width: float
    y: float = 0.0
    label: str = ""
    label_x: float = 0.0
    anchor: str = "start"

    @property
    def end(self) -> float:
        """Its right side."""
        return round(self.x + self.width, 1)

    @property
    def left(self) -> float:
        """Where the bar or its label begins."""
        return min(self.x, self.label_x - len(self.label) * LETTER if self.anchor == "end" else self.x)

    @property
    def right(self) -> float:
        """Where the bar or its label ends."""
        end = self.x + self.width
        return max(end, self.label_x + len(self.label) * LETTER) if self.anchor == "start" else end

    @property
    def told(self) -> str:
        """In words, with its times."""
        start, end = clock(self.item.start, seconds=True), clock(self.item.end, self.item.start, seconds=True)
        return f"{self.item.told}, {f'at {start}' if start == end else f'from {start} to {end}'}"

    @property
    def text_y(self) -> float:
        """The line its label stands on."""
        return round(self.y + BAR - 2.5, 1)

    @property
    def middle(self) -> float:
        """Half its height, where arrows end."""
        return round(self.y + BAR / 2, 1)


@dataclass(frozen=True, slots=True)
class Lane:
    """An agent's bars, from ``y`` on."""

    name: str
    y: float
    height: float
    bars: tuple[Bar, ...]

    @property
    def name_y(self) -> float:
        """The line its name stands on."""
        return round(self.y + PADDING + BAR - 2.5, 1)


def lane(name: str, items: Sequence[Item], shown: Axis, y: float) -> Lane:
    """Rows as few as they can be without one bar over another."""
    rows: list[float] = []  # where each is taken up to
    bars: list[Bar] = []
    for item in _folded(items):
        bar = _placed(item, shown)
        row = next((at for at, taken in enumerate(rows) if bar.left >= taken + APART), len(rows))
        if row == len(rows):
            rows.append(0.0)
        rows[row] = bar.right
        bars.append(replace(bar, y=round(y + PADDING + row * ROW, 1)))
    height = 2 * PADDING + max(len(rows), 1) * ROW - (ROW - BAR)
    return Lane(name, y, round(height, 1), tuple(bars))


def _folded(items: Sequence[Item]) -> list[Item]:
    """In order; of too many the heaviest stay, and the rest is told in one bar for each kind."""
    ordered = sorted(items, key=lambda item: (item.start, item.end, item.key))
    if len(ordered) <= OWN_AT_MOST:
        return ordered
    own = sorted(ordered, key=lambda item: -item.weight)[:OWN_AT_MOST]
    kept = {item.key for item in own if item.weight >= OF_NOTE}
    groups: dict[str, list[Item]] = {}
    for item in ordered:
        if item.key not in kept:
            groups.setdefault(item.kind, []).append(item)
    folded = [_fold(some) for some in groups.values()]
    return sorted(
        [*folded, *(item for item in ordered if item.key in kept)], key=lambda item: (item.start, item.end)
    )


def _fold(some: Sequence[Item]) -> Item:
    if len(some) == 1:
        return some[0]
    first = some[0]
    words = FOLDS.get(first.kind, "more")
    told = f"{len(some)} steps {words}"
    return Item(
        f"fold-{first.key}",
        first.start,
        max(one.end for one in some),
        told,
        told,
        f"{first.kind} many",
        first.weight,
    )


def _placed(item: Item, shown: Axis) -> Bar:
    """A bar with its label to the right, else to the left, else cut."""
    x = shown.x(item.start)
    width = max(round(shown.x(item.end) - x, 1), LEAST)
    x = min(x, round(shown.right - width, 1))
    label = item.label if len(item.label) <= LONGEST_LABEL else f"{item.label[: LONGEST_LABEL - 1]}…"
    room = len(label) * LETTER
    if x + width + 6 + room <= shown.right:
        return Bar(item, x, width, label=label, label_x=round(x + width + 6, 1))
    if x - 6 - room >= shown.left:
        return Bar(item, x, width, label=label, label_x=round(x - 6, 1), anchor="end")
    if width >= room + 12:  # on the bar itself
        return Bar(item, x, width, label=label, label_x=round(x + 6, 1))
    rights, lefts = shown.right - x - width - 6, x - 6 - shown.left
    fits = max(int(max(rights, lefts) / LETTER) - 1, 0)
    cut = f"{label[:fits]}…" if fits > 3 else ""
    if rights >= lefts:
        return Bar(item, x, width, label=cut, label_x=round(x + width + 6, 1))
    return Bar(item, x, width, label=cut, label_x=round(x - 6, 1), anchor="end")
