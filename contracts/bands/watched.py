"""The picture of a binding: an agent's triggers over the KPI's normal range, with the registry's thresholds thin
below them, all on one axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from contracts.bands import words
from contracts.bands.axis import Axis, axis_of, named_numbers
from contracts.bands.labels import lone_label
from contracts.bands.picture import (
    GUTTER,
    ROW,
    TOP,
    WIDTH,
    Picture,
    Row,
    bars_of,
    normal_row,
    seen_on,
    threshold_row,
)
from contracts.severity import REGISTRY_WORD, Severity
from contracts.spec import KpiSpec
from contracts.triggers import TriggerSpec

INHERITS = "Uses the registry’s thresholds."


def watched_picture(
    kpi: KpiSpec, triggers: Sequence[TriggerSpec], agent: str, unit: str = "", width: float = WIDTH
) -> Picture:
    """What makes ``agent`` act on ``kpi``; without ``triggers`` of its own, these are the KPI's thresholds."""
    sentence = watched_sentence(kpi, triggers, agent, unit)
    both = replace(kpi, triggers=[*triggers, *kpi.triggers])  # type: ignore[list-item]  # only what both have is asked for
    axis = axis_of(both, GUTTER, width)
    if axis is None:
        return Picture(width, sentence)
    rows = [normal_row(kpi, axis, unit)]
    for row in _severity_rows(kpi, triggers, axis, unit):
        rows.append(replace(row, y=TOP + ROW * len(rows)))
    limits = [number for number, _ in kpi.possible.places]
    return Picture(width, sentence, axis, tuple(rows), axis.ticks([*limits, *named_numbers(both)], unit))


def watched_sentence(kpi: KpiSpec, triggers: Sequence[TriggerSpec], agent: str, unit: str) -> str:
    """Everything the picture shows: "NEUROS acts: Critical below 25 ms. The registry: Normal 30 to 100 ms. …"."""
    if not triggers:
        return f"{INHERITS} {words.whole_sentence(kpi, unit)}"
    worst = sorted(triggers, key=lambda trigger: -trigger.severity.rank)
    mine = " ".join(words.threshold_sentence(kpi, trigger, unit) for trigger in worst)
    return f"{agent} acts: {mine} The registry: {words.whole_sentence(kpi, unit)}"


def _severity_rows(kpi: KpiSpec, triggers: Sequence[TriggerSpec], axis: Axis, unit: str) -> Iterator[Row]:
    for severity in sorted(Severity, key=lambda severity: -severity.rank):
        mine = [trigger for trigger in triggers if trigger.severity is severity]
        theirs = next((threshold for threshold in kpi.triggers if threshold.severity is severity), None)
        if theirs and not triggers:
            yield threshold_row(kpi, theirs, axis, unit, 0)
        thin = bars_of(severity.value, seen_on(theirs.values, axis)) if theirs else ()
        for number, trigger in enumerate(mine):
            yield replace(threshold_row(kpi, trigger, axis, unit, 0), registry=() if number else thin)
        if theirs and triggers and not mine:
            told = f"Only the registry: {words.threshold_sentence(kpi, theirs, unit)}"
            labels = lone_label(axis, "registry only")
            yield Row(severity.value, REGISTRY_WORD[severity], 0, told, labels=labels, registry=thin)
