"""What was measured around a run: its values, and the states they led to; a constant number of queries."""

from __future__ import annotations

from contracts.evaluation import SECOND
from protocols.models import ProtocolRun
from protocols.pages.run.timeline.picture import Measured
from telemetry import contracts_now
from telemetry.models import Observation, Series, Transition
from telemetry.pages.contract import bands_of
from telemetry.pages.lines import lines
from telemetry.pages.span import Span
from telemetry.pages.words import kind_of

CHANGES_AT_MOST = 2_000
FAR = 30 * 24 * 3600 * SECOND
"""Beyond this an earlier value says nothing about this one."""


def measured(run: ProtocolRun, start: int, end: int, *, reach_back: bool = True) -> Measured:
    """Of the run that all began with, from ``start`` to ``end``, and the last value before that."""
    found = Series.objects.filter(subject=run.subject_id, kpi=run.kpi, agent=run.agent)
    found = found.filter(source=run.source) if run.source else found
    series = list(found.select_related("subject").order_by("-at")[:1])
    points: list[tuple[int, float]] = []
    if series:
        span = Span(start // SECOND, end // SECOND + 1)
        (line,), _ = lines(series, {}, span)
        points = [(round(at * SECOND), value) for at, value in zip(line.at, line.value, strict=True)]
        if reach_back and not any(at < run.opened for at, _ in points):
            earlier = Observation.objects.filter(series=series[0].pk, at__lt=start, at__gte=start - FAR)
            points = list(earlier.order_by("-at").values_list("at", "value")[:1]) + points
    rows = Transition.objects.standing().filter(subject=run.subject_id, kpi=run.kpi, agent=run.agent)
    rows = rows.filter(source=run.source) if run.source else rows
    changes = list(
        rows.filter(at__gte=min([start, *(at for at, _ in points[:1])]), at__lte=end)
        .order_by("at", "pk")
        .values_list("at", "before", "after")[:CHANGES_AT_MOST]
    )
    before = kind_of(changes[0][1]) if changes else "unknown"
    if not changes and (last := rows.filter(at__lt=start).order_by("-at", "-pk").first()):
        before = kind_of(last.after)
    return Measured(
        points=points,
        changes=[(at, kind_of(after)) for at, _, after in changes],
        before=before,
        bands=bands(run),
    )


def bands(run: ProtocolRun) -> list:  # type: ignore[type-arg]
    """By the contract that opened it."""
    evaluator = contracts_now.evaluator_of(run.release, run.agent, run.kpi)
    if evaluator is not None:
        return bands_of(evaluator.binding.definition, evaluator.binding.triggers)
    released = contracts_now.current()
    return bands_of(released.kpis[run.kpi]) if run.kpi in released.kpis else []
