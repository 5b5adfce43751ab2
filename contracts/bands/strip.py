"""The picture of a list: one line of segments, each with the worst that is said about its values."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.bands.axis import Axis, axis_of
from contracts.bands.regions import by_worst
from contracts.bands.words import whole_sentence
from contracts.intervals import Interval
from contracts.spec import KpiSpec

WIDTH = 160
_SLIVER = 2.0  # the least width of a severity, which may be about a single number


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the line. `kind` is normal, info, warning, critical or unclassified."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Strip:
    """Segments from left to right without gap or overlap, and all of it in words.

    `tick` is where the best value stands. As long as nothing is known there are no segments.
    """

    width: float
    sentence: str
    segments: tuple[Segment, ...] = ()
    tick: float | None = None


def strip(kpi: KpiSpec, unit: str = "", width: float = WIDTH) -> Strip:
    """The bands of a KPI on one line of the given width in pixels. `unit` is its symbol, "" for none."""
    axis = axis_of(kpi, 0, width)
    sentence = whole_sentence(kpi, unit)
    if axis is None:
        return Strip(width, sentence)
    tick = axis.x(kpi.optimal) if kpi.optimal is not None and kpi.optimal in axis.numbers else None
    return Strip(width, sentence, tuple(_segments(_pieces(kpi, axis), axis)), tick)


def _pieces(kpi: KpiSpec, axis: Axis) -> list[tuple[Interval, str]]:
    """The axis cut into intervals of one kind each, from left to right."""
    shares = [(share & axis.numbers, kind) for kind, share in by_worst(kpi)]
    pieces = [(interval, kind) for share, kind in shares for interval in share]
    return sorted(pieces, key=lambda piece: (piece[0].low, piece[0].high))


def _segments(pieces: list[tuple[Interval, str]], axis: Axis) -> list[Segment]:
    """The pieces in pixels. What is too thin to be seen is widened if it is a severity, else left out."""
    ends = [axis.right if high is None else axis.x(high) for (_, high, *_), _ in pieces]
    kinds = [kind for _, kind in pieces]
    least = [_SLIVER if kind in ("critical", "warning", "info") else 0.0 for kind in kinds]
    # From right to left: leave room for the severities still to come; from left to right: give each its own.
    room = axis.right
    for at in reversed(range(len(ends))):
        ends[at] = min(ends[at], room)
        room = ends[at] - least[at]
    segments: list[Segment] = []
    start = axis.left
    for kind, end, thin in zip(kinds, ends, least, strict=True):
        end = min(max(end, start + thin), axis.right)
        if segments and segments[-1].kind == kind:
            segments[-1] = Segment(kind, segments[-1].x, round(end - segments[-1].x, 2))
        elif end > start:
            segments.append(Segment(kind, start, round(end - start, 2)))
        start = max(start, round(end, 2))
    return segments
