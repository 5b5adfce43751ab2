"""Where a value lies on its bands, beside what is usual for this person.

Usual is what four of five of their values were in the 30 days before. One value of every three hours is looked up in
the index, so that the page costs the same however often somebody measures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Final, NamedTuple

from django.db import connection

from contracts.evaluation import SECOND
from telemetry.models import Series
from telemetry.pages.contract import Band

DAYS: Final = 30
EVERY: Final = 3 * 3600 * SECOND
FEW: Final = 8
"""Values of which nobody should say what is usual."""
SERIES_AT_MOST: Final = 8
WIDTH: Final = 320
_EDGE, _WORD, _HUGE = 0.08, 7.0, 1e300
WORDS: Final = {"critical": "critical", "warning": "warning", "info": "elevated", "normal": "normal"}
_SQL = """
WITH RECURSIVE part(start) AS (
  SELECT CAST(%s AS bigint) UNION ALL SELECT start + {every} FROM part WHERE start + {every} < %s
)
SELECT (
  SELECT value FROM telemetry_observation seen
  WHERE seen.series_id = series.id AND seen.at >= part.start AND seen.at < part.start + {every} AND seen.at < %s
  ORDER BY seen.at LIMIT 1
) FROM telemetry_series series CROSS JOIN part WHERE series.id IN ({marks})
"""


class Usual(NamedTuple):
    """From where to where four of five values were, and of how many that is said."""

    low: float
    high: float
    of: int


def usual(values: Sequence[float]) -> Usual | None:
    """The 10th and the 90th percentile; None of too few values."""
    if len(values) < FEW:
        return None
    parts = quantiles(values, n=10, method="inclusive")
    return Usual(parts[0], parts[-1], len(values))


def values_before(subject: int, kpi: str, agent: str, source: str, at: int) -> list[float]:
    """One of every three hours of the 30 days before a moment, of the same source; two queries."""
    found = Series.objects.filter(subject=subject, kpi=kpi, agent=agent)
    found = found.filter(source=source) if source else found
    series = list(found.order_by("pk").values_list("pk", flat=True)[:SERIES_AT_MOST])
    if not series:
        return []
    first = (at - DAYS * 24 * 3600 * SECOND) // EVERY * EVERY
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(series))
        cursor.execute(_SQL.format(marks=marks, every=EVERY), [first, at, at, *series])
        return [row[0] for row in cursor.fetchall() if row[0] is not None]


@dataclass(frozen=True, slots=True)
class Bar:
    """A band between two places of the picture. ``word`` is "" where there is no room for it."""

    kind: str
    x: float
    width: float
    told: str
    word: str = ""

    @property
    def middle(self) -> float:
        """Where its word stands."""
        return round(self.x + self.width / 2, 1)


class Label(NamedTuple):
    """A text with the place it hangs from, kept inside the picture."""

    x: float
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Gauge:
    """The picture, and all of it as a sentence."""

    bars: tuple[Bar, ...]
    x: float
    value: Label
    usual_x: float
    usual_width: float
    usual: Label | None
    edges: tuple[Label, ...]
    sentence: str


def gauge(value: float, symbol: str, found: Usual | None, bands: Sequence[Band]) -> Gauge:
    """A value on its bands. Pure."""
    low, high = _range(value, found, bands)

    def x(at: float) -> float:
        return round((min(max(at, low), high) - low) / (high - low) * WIDTH, 1)

    bars = []
    for band in bands:
        left = x(low if band.low is None else band.low)
        right = x(high if band.high is None else band.high)
        if right > left:
            word = WORDS.get(band.kind, band.kind)
            fits = len(word) * _WORD + 4 <= right - left
            bars.append(Bar(band.kind, left, round(right - left, 1), word, word if fits else ""))
    told = f"{number(value)} {symbol}".rstrip()
    said = f"usually {rounded(found.low)} to {rounded(found.high)} {symbol}".rstrip() if found else ""
    inside = next((one.told for one in bars if one.x <= x(value) <= one.x + one.width), "")
    sentence = f"{told}{f', {inside}' if inside else ''}{f'; {said}' if said else ''}"
    return Gauge(
        bars=tuple(sorted(bars, key=lambda one: one.x)),
        x=x(value),
        value=_label(x(value), told),
        usual_x=x(found.low) if found else 0,
        usual_width=max(round(x(found.high) - x(found.low), 1), 2) if found else 0,
        usual=_label((x(found.low) + x(found.high)) / 2, said) if found else None,
        edges=_edges([(end, x(end)) for end in _ends(bands) if low < end < high]),
        sentence=sentence,
    )


def number(value: float) -> str:
    """Without digits that nobody measured."""
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:.6g}"


def rounded(value: float) -> str:
    """To three figures: what is usual is no measurement."""
    return f"{float(f'{value:.3g}'):.6g}"


def _range(value: float, found: Usual | None, bands: Sequence[Band]) -> tuple[float, float]:
    """Room for the value, the usual values, and the ends of bands that are near."""
    points = [value, *((found.low, found.high) if found else ())]
    ends = _ends(bands)
    room = max(max(points) - min(points), abs(value) / 2, 1e-9)
    points += [end for end in ends if min(points) - room <= end <= max(points) + room]
    return widened(min(points), max(points))


def widened(low: float, high: float) -> tuple[float, float]:
    """With some room at both ends, also where both are the same or very large."""
    low, high = max(low, -_HUGE), min(high, _HUGE)
    size = max(abs(low), abs(high))
    edge = max((high - low) or size, size * 1e-6, 1e-9) * _EDGE
    return low - edge, high + edge


def _label(x: float, text: str) -> Label:
    half = len(text) * _WORD / 2
    if x < half:
        return Label(0, text, "start")
    return Label(WIDTH, text, "end") if x > WIDTH - half else Label(round(x, 1), text, "middle")


def _ends(bands: Sequence[Band]) -> list[float]:
    return sorted({end for band in bands for end in (band.low, band.high) if end is not None})


def _edges(ends: Sequence[tuple[float, float]]) -> tuple[Label, ...]:
    """Where one band ends and the next begins, as far as the numbers do not run into each other."""
    found: list[Label] = []
    reached = -1.0
    for end, x in ends:
        half = len(number(end)) * _WORD / 2
        if x - half > reached and x + half <= WIDTH:
            found.append(Label(x, number(end), "middle"))
            reached = x + half + 4
    return tuple(found)
