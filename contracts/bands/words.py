"""The bands in words: for people who do not see the picture, and for the parts that cannot be drawn."""

from __future__ import annotations

from contracts.bands.regions import overlap, unclassified
from contracts.decimals import plain
from contracts.intervals import Interval, join_words
from contracts.severity import REGISTRY_WORD
from contracts.spec import KpiSpec, ThresholdSpec
from contracts.terms import Change
from contracts.triggers import TriggerSpec

NOTHING = "No ranges and no thresholds yet."


def whole_sentence(kpi: KpiSpec, unit: str) -> str:
    """Everything the picture shows: "Normal 30 to 100 ms, best 50. Critical below 20 ms. …"."""
    told = [normal_sentence(kpi, unit)] if kpi.normal or kpi.document.normal_range else []
    told += [threshold_sentence(kpi, threshold, unit) for threshold in worst_first(kpi)]
    told += [gap_sentence(kpi, unit)]
    if kpi.possible.places:
        told.append(f"Only {kpi.possible.explain(unit)} is possible.")
    return " ".join(filter(None, told)) or NOTHING


def normal_sentence(kpi: KpiSpec, unit: str) -> str:
    """Of the normal range and the optimum: "Normal 30 to 100 ms, best 50."."""
    said = f"Normal {kpi.normal.explain(unit)}" if kpi.normal else f"Normal range {missing_normal(kpi)}"
    return f"{said}." if kpi.optimal is None else f"{said}, best {plain(kpi.optimal)}."


def missing_normal(kpi: KpiSpec) -> str:
    """Why there is no normal range."""
    given = kpi.document.normal_range
    return "not given" if given is None or given.min is None or given.max is None else "out of order"


def threshold_sentence(kpi: KpiSpec, threshold: TriggerSpec, unit: str) -> str:
    """Of one threshold, and what is odd about it: "Critical below 120 ms. That is never possible."."""
    name = REGISTRY_WORD[threshold.severity].capitalize()
    if threshold.condition is None:
        return f"{name} {unread(threshold)}."
    at = "at " if isinstance(threshold.condition.terms[0], Change) else ""
    told = f"{name} {at}{threshold.condition.explain(unit)}."
    if never_possible(kpi, threshold):
        return f"{told} That is never possible."
    if both := overlap(kpi, threshold):
        words = both.explain(unit)
        return f"{told} {words[:1].upper()}{words[1:]} is normal as well."
    return told


def gap_sentence(kpi: KpiSpec, unit: str) -> str:
    """Of the values nothing is said about: "No rule for 20 to 38 ms."; empty when there are none."""
    gaps = unclassified(kpi)
    return f"No rule for {join_words([_roughly(gap, unit) for gap in gaps])}." if gaps else ""


def unread(threshold: TriggerSpec) -> str:
    """Why there is no condition."""
    return "cannot be read" if threshold.text.strip() else "has no condition yet"


def never_possible(kpi: KpiSpec, threshold: TriggerSpec) -> bool:
    """Whether a threshold is only about values that the absolute range rules out."""
    return bool(threshold.values) and not threshold.values & kpi.possible


def worst_first(kpi: KpiSpec) -> list[ThresholdSpec]:
    """The thresholds in the order of the picture."""
    return sorted(kpi.triggers, key=lambda threshold: -threshold.severity.rank)


def short(interval: Interval) -> str:
    """An interval as a label: `30 to 100`, `>= 90`. Whether the two numbers belong to it, it does not say."""
    low, high, low_closed, high_closed = interval
    if low is None:
        return "any" if high is None else f"{'<=' if high_closed else '<'} {plain(high)}"
    if high is None:
        return f"{'>=' if low_closed else '>'} {plain(low)}"
    return plain(low) if low == high else f"{plain(low)} to {plain(high)}"


def _roughly(interval: Interval, unit: str) -> str:
    bounded = interval.low is not None and interval.high is not None
    return f"{short(interval)} {unit}".rstrip() if bounded else interval.explain(unit)


def written(interval: Interval) -> str:
    """An interval of a condition as one would type it: `< 20`, `80..89`, `== 5`."""
    low, high, *_ = interval
    if low is None or high is None:
        return short(interval)
    return f"== {plain(low)}" if low == high else f"{plain(low)}..{plain(high)}"
