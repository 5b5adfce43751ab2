"""Lines of values over time, thinned where there are more of them than a picture has room for.

What is thinned keeps the lowest and the highest value of each step, and the newest one: what matters of a line is
how far it went and where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from contracts.evaluation import SECOND
from telemetry.models import Observation, Series
from telemetry.pages.span import Span
from telemetry.pages.words import called
from telemetry.summaries import steps

STEPS = 360
"""Of a picture, each with at most two points; 30 days are steps of two hours."""

EXACT_AT_MOST = 6000
"""Values of one picture."""
Points = dict[int, tuple[list[float], list[float]]]
"""Times in seconds and values, by series."""


class Line(NamedTuple):
    """A series with its points. ``kind`` is the state of its person now."""

    series: Series
    kind: str
    at: list[float]
    value: list[float]

    def as_data(self) -> dict[str, Any]:
        """For the picture."""
        return {
            "person": called(self.series.subject_id, self.series.subject.user_id),
            "subject": self.series.subject_id,
            "agent": self.series.agent,
            "source": self.series.source,
            "state": self.kind,
            "at": self.at,
            "value": self.value,
        }


def lines(series: Sequence[Series], kinds: dict[tuple[str, int], str], span: Span) -> tuple[list[Line], bool]:
    """The lines of these series, and whether they are thinned. ``kinds`` is by agent and person."""
    ids = [one.pk for one in series]
    exact = _exact(ids, span)
    points = _thinned(series, span) if exact is None else exact
    found = [Line(one, kinds.get((one.agent, one.subject_id), "unknown"), *points[one.pk]) for one in series]
    return found, exact is None


def _exact(series: Sequence[int], span: Span) -> Points | None:
    """Every value; None where there are too many."""
    start, end = span.micros
    rows = Observation.objects.filter(series__in=series, at__gte=start, at__lt=end).order_by("series", "at")
    found = list(rows.values_list("series", "at", "value")[: EXACT_AT_MOST + 1])
    if len(found) > EXACT_AT_MOST:
        return None
    points: Points = {pk: ([], []) for pk in series}
    for pk, at, value in found:
        points[pk][0].append(at / SECOND)
        points[pk][1].append(value)
    return points


def _thinned(series: Sequence[Series], span: Span) -> Points:
    points: Points = {one.pk: ([], []) for one in series}
    start, end = span.micros
    for pk, first, last, low, high, count in steps(list(points), start, end, max(1, (end - start) // STEPS)):
        at, value = points[pk]
        at.append(first / SECOND)
        value.append(low)
        if count > 1:
            at.append(last / SECOND)
            value.append(high)
    for one in series:
        at, value = points[one.pk]
        if at and start <= one.at < end:
            at.append(one.at / SECOND if one.at / SECOND > at[-1] else at[-1] + 1 / SECOND)
            value.append(one.value)
    return points
