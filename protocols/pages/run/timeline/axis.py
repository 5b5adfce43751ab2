"""Where a moment stands on the picture: time as it is while something happens, and quiet times made short. Pure.

Bursts that long waits follow cannot be read on an even axis. So each wait in which nothing happens, and which is far
longer than the usual distance between two events, gets a narrow strip that says how long it was.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median
from typing import Final, NamedTuple

from contracts.evaluation import SECOND
from protocols.pages.prose import when
from protocols.pages.words import lasting

LEAST_QUIET: Final = 10 * 60 * SECOND
"""Shorter waits are drawn as they are."""
FAR_LONGER: Final = 4
"""Times the usual distance between two events."""
QUIET_WIDTH: Final = 44.0
QUIET_AT_MOST: Final = 8
TICK_ROOM: Final = 74.0
LETTER: Final = 6.4
_STEPS: Final = tuple(
    seconds * SECOND
    for seconds in (
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
    )
)  # fmt: skip


class Part(NamedTuple):
    """A stretch of the axis: of time ``start`` to ``end``, from ``left`` to ``right``."""

    start: int
    end: int
    left: float
    right: float
    is_quiet: bool

    @property
    def middle(self) -> float:
        """Where its label stands."""
        return round((self.left + self.right) / 2, 1)

    @property
    def width(self) -> float:
        """From side to side."""
        return round(self.right - self.left, 1)

    @property
    def label(self) -> str:
        """ "2 h quiet"."""
        return f"{_rounded(self.end - self.start)} quiet"


class Tick(NamedTuple):
    """A moment that is written below the axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Axis:
    """Monotone and without a hole: what is later never stands further left."""

    parts: tuple[Part, ...]

    @property
    def start(self) -> int:
        """The first moment."""
        return self.parts[0].start

    @property
    def end(self) -> int:
        """The last one."""
        return self.parts[-1].end

    @property
    def left(self) -> float:
        """Where it begins."""
        return self.parts[0].left

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.parts[-1].right

    @property
    def quiet(self) -> list[Part]:
        """Those that are made short."""
        return [part for part in self.parts if part.is_quiet]

    def x(self, at: int) -> float:
        """Where a moment stands; what is outside stands at the end nearest to it."""
        place = bisect_right([part.start for part in self.parts], at) - 1
        part = self.parts[max(place, 0)]
        share = (min(max(at, part.start), part.end) - part.start) / (part.end - part.start)
        return round(part.left + share * (part.right - part.left), 1)

    def points(self) -> list[tuple[float, float]]:
        """The ends of its parts as places and seconds, for the script that tells the time at a place."""
        ends = [(self.parts[0].left, self.parts[0].start), *((part.right, part.end) for part in self.parts)]
        return [(round(x, 1), at / SECOND) for x, at in ends]


def axis(moments: Sequence[int], start: int, end: int, left: float, right: float) -> Axis:
    """Over all from ``start`` to ``end``; ``moments`` are when something happened."""
    end = max(end, start + SECOND)
    stops = sorted({start, end, *(at for at in moments if start < at < end)})
    waits = list(zip(stops, stops[1:], strict=False))
    quiet = _quiet(waits)
    groups = [(is_quiet, list(some)) for is_quiet, some in groupby(range(len(waits)), lambda at: at in quiet)]
    rest = sum(b - a for at, (a, b) in enumerate(waits) if at not in quiet)
    if not rest:  # nothing but waiting: as it is
        groups, rest = [(False, list(range(len(waits))))], end - start
    room = right - left - sum(is_quiet for is_quiet, _ in groups) * QUIET_WIDTH
    parts: list[Part] = []
    x = left
    for is_quiet, some in groups:
        a, b = waits[some[0]][0], waits[some[-1]][1]
        width = QUIET_WIDTH if is_quiet else (b - a) / rest * room
        parts.append(Part(a, b, x, x + width, is_quiet))
        x += width
    return Axis(tuple(parts))


def _quiet(waits: Sequence[tuple[int, int]]) -> frozenset[int]:
    """The places of the waits that are made short: the longest, where there are many."""
    lengths = [b - a for a, b in waits]
    if len(lengths) < 2:
        return frozenset()
    found = []
    for at, length in enumerate(lengths):
        usual = median(lengths[:at] + lengths[at + 1 :]) if len(lengths) <= 64 else median(lengths)
        if length > LEAST_QUIET and length > FAR_LONGER * usual:
            found.append(at)
    return frozenset(sorted(found, key=lambda at: -lengths[at])[:QUIET_AT_MOST])


def quiet_labels(shown: Axis) -> list[Tick]:
    """How long each quiet time was, as far as the words do not run into each other; the others are told on hover."""
    found: list[Tick] = []
    reached = 0.0
    for part in sorted(shown.quiet, key=lambda part: part.left):
        half = _half(part.label)
        x = min(max(part.middle, half), shown.right - half)
        if x - half >= reached:
            found.append(Tick(round(x, 1), part.label))
            reached = x + half + 6
    return found


def ticks(shown: Axis) -> list[Tick]:
    """Round times, as many as there is room for; none runs into another or into the label of a quiet time."""
    taken = [(one.x - _half(one.label), one.x + _half(one.label)) for one in quiet_labels(shown)]
    found: list[Tick] = []
    days: set[str] = set()
    for part in shown.parts:
        if part.is_quiet:
            continue
        step = _step(part)
        at = -(-part.start // step) * step
        while at <= part.end:
            label = _label(at, step, days)
            tick = Tick(shown.x(at), label)
            half = _half(label)
            around = (tick.x - half, tick.x + half)
            fits = shown.left - 20 <= around[0] and around[1] <= shown.right
            if fits and all(around[1] + 6 < a or around[0] - 6 > b for a, b in taken):
                found.append(tick)
                taken.append(around)
                days.add(f"{when(at):%Y-%m-%d}")
            at += step
    return found


def _step(part: Part) -> int:
    each = (part.end - part.start) / max(part.right - part.left, 1) * TICK_ROOM
    return next((step for step in _STEPS if step >= each), _STEPS[-1] * max(1, round(each / _STEPS[-1])))


def _label(at: int, step: int, days: set[str]) -> str:
    told = when(at)
    if step >= _STEPS[-3]:
        return f"{told.day} {told:%b}"
    time = f"{told:%H:%M:%S}" if step < 60 * SECOND else f"{told:%H:%M}"
    is_new = days and f"{told:%Y-%m-%d}" not in days
    return f"{told.day} {told:%b} {time}" if is_new else time


def _rounded(micros: int) -> str:
    """To the minute, of several hours to the hour, of several days to the day: nobody needs it closer."""
    unit = next((size for size in (86_400, 3_600) if micros >= 2 * size * SECOND), 60) * SECOND
    return lasting(round(micros / unit) * unit)


def _half(text: str) -> float:
    return len(text) * LETTER / 2
