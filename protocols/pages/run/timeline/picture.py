"""The whole picture of a run, ready to be drawn. Pure, but for :mod:`protocols.pages.run.timeline.reading`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from contracts.evaluation import SECOND
from protocols.pages.prose import clock
from protocols.pages.run.facts import Facts
from protocols.pages.run.timeline.axis import Axis, Tick, axis, quiet_labels, ticks
from protocols.pages.run.timeline.items import asked, items, moments, order
from protocols.pages.run.timeline.lanes import Bar, Lane, lane
from protocols.pages.run.timeline.values import HEIGHT, STRIP, Piece, Values, pieces, values
from telemetry.pages.contract import Band

WIDTH: Final = 740.0
LEFT: Final = 92.0
TOP: Final = 18.0
APART: Final = 10.0
LEAD: Final = 0.12
"""How much of the time before the run is shown, as a share of the run."""
LEAST_LEAD: Final = 90 * SECOND


class Arrow(NamedTuple):
    """From one agent's bar to another's."""

    path: str
    told: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured around the run, and what state that was."""

    points: Sequence[tuple[int, float]] = ()
    changes: Sequence[tuple[int, str]] = ()
    before: str = "unknown"
    bands: Sequence[Band] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """All of it with its height, and a sentence for who does not see it."""

    axis: Axis
    values: Values
    pieces: Sequence[Piece]
    lanes: Sequence[Lane]
    arrows: Sequence[Arrow]
    ticks: Sequence[Tick]
    quiet_labels: Sequence[Tick]
    strip_y: float
    axis_y: float
    sentence: str
    is_part: bool = False

    width: float = WIDTH
    left: float = LEFT
    values_y: float = TOP
    values_height: float = HEIGHT

    @property
    def quiet_height(self) -> float:
        """Of the strips in which nothing happened: down to the axis."""
        return round(self.axis_y - TOP, 1)

    @property
    def state_y(self) -> float:
        """The line that "state" stands on."""
        return self.strip_y + 13

    @property
    def value_x(self) -> float:
        """Where the value is written that it is all about: beside its mark."""
        x = self.values.mark[0] if self.values.mark else 0.0
        return x + 4 if x < WIDTH - 80 else x - 4

    @property
    def value_anchor(self) -> str:
        """To which side of its mark."""
        return "start" if self.value_x > (self.values.mark or (0.0,))[0] else "end"

    @property
    def value_y(self) -> float:
        """On which line: inside the band."""
        y = self.values.mark[1] if self.values.mark else 0.0
        above, below = y - 9, y + 18
        return round(above if above >= TOP + 8 else min(below, TOP + HEIGHT - 3), 1)

    @property
    def height(self) -> float:
        """With room for the times below."""
        return self.axis_y + 26

    @property
    def inner(self) -> float:
        """The width of what is on the axis."""
        return WIDTH - LEFT

    def as_data(self, unit: str) -> str:
        """What the script needs to tell what was when."""
        told = {"unit": unit, "axis": self.axis.points(), "values": self.values.data}
        return json.dumps(told, separators=(",", ":"))


def stretch(facts: Facts) -> tuple[int, int]:
    """From when to when the whole is: a while before it opened, until its end or now."""
    some = moments(facts)
    first, last = min(some), max(some)
    if facts.is_open or any(run.ended is None for run in facts.family):
        last = max(last, facts.now)
    if facts.run.episode_ended is not None:
        last = max(last, facts.run.episode_ended)
    lead = max(round((last - first) * LEAD), LEAST_LEAD)
    return first - lead, last + max((last - first) // 40, 2 * SECOND)


def picture(facts: Facts, measured: Measured, chosen: tuple[int, int] | None = None) -> Picture:
    """``chosen`` are the ends of the stretch that somebody looks at closer."""
    whole = stretch(facts)
    start, end = chosen or whole
    some = moments(facts)
    if not chosen and measured.points and measured.points[0][0] < start:
        some = [*some, start]
        start = measured.points[0][0]
    if facts.is_open:
        some = [*some, facts.now]
    some += [at for at, _ in measured.changes if at >= facts.run.opened]
    shown = axis([at for at in some if start <= at <= end], start, end, LEFT, WIDTH)
    value = facts.run.inputs.get("value") if isinstance(facts.run.inputs, dict) else None
    marked = (facts.run.opened, float(value)) if isinstance(value, int | float) else None
    line = values(measured.points, marked, measured.bands, shown, TOP)
    strip_y = TOP + HEIGHT + APART
    lanes, y = [], strip_y + STRIP + APART
    for run in order(facts.family or [facts.run]):
        own = [item for item in items(facts, run) if item.end >= start and item.start <= end]
        lanes.append(lane(run.agent, own, shown, y))
        y += lanes[-1].height + 6
    return Picture(
        axis=shown,
        values=line,
        pieces=pieces(measured.changes, measured.before, shown, strip_y),
        lanes=lanes,
        arrows=_arrows(facts, lanes),
        ticks=ticks(shown),
        quiet_labels=quiet_labels(shown),
        strip_y=strip_y,
        axis_y=y + 2,
        sentence=_sentence(facts, shown, lanes),
        is_part=chosen is not None,
    )


def _arrows(facts: Facts, lanes: Sequence[Lane]) -> list[Arrow]:
    bars = {bar.item.key: bar for one in lanes for bar in one.bars}
    found = []
    for one in asked(facts):
        source, target = bars.get(one.source), bars.get(one.target)
        if source and target:
            found.append(Arrow(_path(source, target), one.told))
    return found


def _path(source: Bar, target: Bar) -> str:
    """Down from the bar that asks, and to the right into the one that answers."""
    x, y = round(source.x + source.width / 2, 1), round(source.y + 14, 1)
    to_x, to_y = target.x, target.middle
    if to_x - x < 10:  # at the same time: around the left side of the bar
        return f"M{x} {y}V{round(to_y - 8, 1)}"
    return f"M{x} {y}C{x} {to_y},{x} {to_y},{round(to_x - 1, 1)} {to_y}"


def _sentence(facts: Facts, shown: Axis, lanes: Sequence[Lane]) -> str:
    start = clock(shown.start, facts.now)
    end = clock(shown.end, facts.now)
    told = [f"{one.name}: {'; '.join(bar.item.told for bar in one.bars[:6])}" for one in lanes if one.bars]
    more = "" if len(told) <= 6 else f", and {len(told) - 6} more agents"
    return f"From {start} to {end}. {'. '.join(told[:6])}{more}."
