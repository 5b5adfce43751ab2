"""The value over its bands, and the states it led to, on the same axis as everything else. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from protocols.pages.run.timeline.axis import LETTER, Axis
from protocols.pages.run.usual import widened
from telemetry.pages.contract import Band
from telemetry.pages.words import WORDS

HEIGHT: Final = 78.0
STRIP: Final = 18.0
HEIGHTS: Final = {"critical": 16.0, "warning": 12.0, "info": 8.0, "normal": 6.0, "unknown": 2.0}
"""Of a state's piece: what is worse is higher, for those who do not tell its colour."""


class Stripe(NamedTuple):
    """A band across the picture."""

    kind: str
    y: float
    height: float
    word: str

    @property
    def text_y(self) -> float:
        """The line its word stands on."""
        return round(self.y + min(12.0, self.height - 2), 1)


class Piece(NamedTuple):
    """A state for a while."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    word: str


@dataclass(frozen=True, slots=True)
class Values:
    """The line with its bands, and where the value that opened the run is on it. ``data`` is for the script."""

    stripes: tuple[Stripe, ...]
    line: str
    dots: tuple[tuple[float, float], ...]
    mark: tuple[float, float] | None
    data: tuple[tuple[float, float], ...]


def values(
    points: Sequence[tuple[int, float]],
    marked: tuple[int, float] | None,
    bands: Sequence[Band],
    shown: Axis,
    top: float,
) -> Values:
    """``points`` are moments and values in order, ``marked`` the one that the run is about."""
    inside = [(at, value) for at, value in points if shown.start <= at <= shown.end]
    all_values = [value for _, value in inside] + ([marked[1]] if marked else [])
    if not all_values:
        return Values((), "", (), None, ())
    low, high = _range(all_values, bands)

    def y(value: float) -> float:
        return round(top + HEIGHT - (min(max(value, low), high) - low) / (high - low) * HEIGHT, 1)

    stripes = []
    for band in bands:
        lower, upper = y(low if band.low is None else band.low), y(high if band.high is None else band.high)
        if lower - upper > 0.5:
            word = WORDS.get(band.kind, band.kind) if lower - upper >= 14 else ""
            stripes.append(Stripe(band.kind, upper, round(lower - upper, 1), word))
    placed = thinned([(shown.x(at), y(value)) for at, value in inside])
    return Values(
        stripes=tuple(stripes),
        line=" ".join(f"{x},{at}" for x, at in placed) if len(placed) > 1 else "",
        dots=tuple(placed) if len(placed) <= 40 else (),
        mark=(shown.x(marked[0]), y(marked[1])) if marked and shown.start <= marked[0] <= shown.end else None,
        data=tuple(thinned([(shown.x(at), value) for at, value in inside])),
    )


def thinned(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Of every place the first, the lowest, the highest and the last: nobody can see more."""
    found: list[tuple[float, float]] = []
    at = 0
    while at < len(points):
        end = at
        while end < len(points) and points[end][0] - points[at][0] < 1:
            end += 1
        some = points[at:end]
        if len(some) <= 4:
            found += some
        else:
            ys = [y for _, y in some]
            picked = {0, len(some) - 1, ys.index(min(ys)), ys.index(max(ys))}
            found += [some[one] for one in sorted(picked)]
        at = end
    return found


def pieces(changes: Sequence[tuple[int, str]], before: str, shown: Axis, top: float) -> list[Piece]:
    """The states: ``changes`` are moments and the class from then on, in order."""
    stops: list[tuple[int, str]] = [(shown.start, before)]
    for at, kind in changes:
        if at <= shown.start:
            stops = [(shown.start, kind)]
        elif at <= shown.end:
            stops.append((at, kind))
    ends = [at for at, _ in stops[1:]] + [shown.end]
    found = []
    for (start, kind), end in zip(stops, ends, strict=True):
        x, height = shown.x(start), HEIGHTS.get(kind, 2.0)
        width = max(round(shown.x(end) - x, 1), 1.0)
        word = WORDS.get(kind, kind)
        fits = word if len(word) * LETTER + 6 <= width else ""
        found.append(Piece(kind, x, round(top + (STRIP - height) / 2, 1), width, height, fits))
    return found


def _range(some: Sequence[float], bands: Sequence[Band]) -> tuple[float, float]:
    low, high = min(some), max(some)
    room = max(high - low, abs(high) / 10, 1e-9)
    for end in (end for band in bands for end in (band.low, band.high) if end is not None):
        if low - room <= end < low:
            low = end
        if high < end <= high + room:
            high = end
    return widened(low, high)
