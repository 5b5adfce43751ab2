"""Rules about the numbers of a KPI's absolute and normal range."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from contracts.catalogue import Problem, kpi_rule
from contracts.context import RegistryContext
from contracts.decimals import plain
from contracts.documents import Range
from contracts.rules.words import number, stretch, symbol
from contracts.spec import KpiSpec


@kpi_rule(
    "KPI020",
    "range_out_of_order",
    "error",
    title="Range out of order",
    example="normal_range: {min: 100, max: 50}",
)
def ranges_are_in_order(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """A range whose lowest value is above its highest holds no value at all."""
    document = kpi.document
    for key, name, values, is_sound in (
        ("normal_range", "normal", document.normal_range, kpi.normal is not None),
        ("absolute_range", "absolute", document.absolute_range, bool(kpi.possible.places)),
    ):
        if not is_sound and values is not None and _is_empty(values):
            low, high = (
                plain(values.min or Decimal(0)),
                number(values.max or Decimal(0), symbol(kpi, context)),
            )
            yield Problem(
                (key, "min"),
                f"The {name} range is out of order. Its lowest value, {low}, is above its highest, {high}.",
                "Swap the two.",
            )
    absolute = document.absolute_range
    if absolute and absolute.min is not None and absolute.min == absolute.max:
        yield Problem(
            ("absolute_range",),
            f"Only one value is possible. The absolute range begins and ends at {plain(absolute.min)}.",
            "Give it two different ends.",
        )


@kpi_rule(
    "KPI021",
    "normal_outside_absolute",
    "error",
    title="Normal range leaves the absolute range",
    example="""
        absolute_range: {min: 30, max: 90}
        normal_range: {min: 50, max: 100}
        risk_thresholds: {}
        """,
)
def normal_is_possible(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """Values outside the absolute range are refused as impossible, so they cannot be healthy."""
    normal, absolute = kpi.document.normal_range, kpi.document.absolute_range
    if normal is None or absolute is None or kpi.normal is None or not kpi.possible.places:
        return
    low, high = absolute.min, absolute.max
    for key, end in (("min", normal.min), ("max", normal.max)):
        if end is not None and (low is not None and end < low or high is not None and end > high):
            unit = symbol(kpi, context)
            yield Problem(
                ("normal_range", key),
                f"The normal range leaves what is possible. It goes to {number(end, unit)}, but only "
                f"{stretch(kpi.possible, unit)} is possible.",
                "Narrow the normal range, or widen the absolute one.",
            )


@kpi_rule(
    "KPI022",
    "optimal_outside_normal",
    "error",
    title="Best value is not a healthy one",
    example="normal_range: {min: 50, max: 80, optimal: 40}",
)
def optimum_is_normal(kpi: KpiSpec, context: RegistryContext) -> Iterator[Problem]:
    """The best value of all has to be one of the healthy ones."""
    best = kpi.optimal
    if best is None:
        return
    normal = kpi.document.normal_range
    if kpi.normal is not None and normal and not _is_within(best, normal):
        unit = symbol(kpi, context)
        yield Problem(
            ("normal_range", "optimal"),
            f"The best value is outside the normal range. {number(best, unit)} is called best, "
            f"but {stretch(kpi.normal, unit)} is normal.",
            "Move the best value, or widen the normal range.",
        )
    elif kpi.normal is None and best not in kpi.possible:
        unit = symbol(kpi, context)
        yield Problem(
            ("normal_range", "optimal"),
            f"The best value is impossible. {number(best, unit)} is called best, "
            f"but only {stretch(kpi.possible, unit)} is possible.",
            "Move the best value, or widen the absolute range.",
        )


def _is_empty(values: Range) -> bool:
    return values.min is not None and values.max is not None and values.min > values.max


def _is_within(number: Decimal, values: Range) -> bool:
    return (values.min is None or values.min <= number) and (values.max is None or number <= values.max)
