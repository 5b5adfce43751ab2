"""What can be said about severities and their conditions, on a KPI as well as on a binding.

The rules of thresholds and of triggers ask the same questions; they are answered here, once. Sets are
compared by their places (see :mod:`contracts.intervals`) where that is enough: these questions are asked of
every KPI.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from contracts.catalogue import Problem
from contracts.conditions import Condition, ConditionError
from contracts.intervals import IntervalSet
from contracts.regions import covers, meets
from contracts.rules.proposals import turned_round, without_a_digit
from contracts.rules.words import UnitContext, a_word, number, sentence, stretch, symbol, the_word, word
from contracts.spec import KpiSpec
from contracts.triggers import BELOW, Parts, Side, TriggerSpec, outward

EXAMPLES = 'Write it like "< 20", "80..89", "< 20 or > 100" or "drop >= 10% over 7d".'


def unreadable(trigger: TriggerSpec) -> Iterator[Problem]:
    """The condition does not parse."""
    if trigger.error is not None:
        told = f"{word(trigger.severity).capitalize()} has no condition."
        if trigger.text.strip():
            told = f"The condition for {word(trigger.severity)} cannot be understood. {trigger.error}."
        yield Problem(trigger.path, told, how_to_write(trigger.error))


def how_to_write(error: ConditionError) -> str:
    """Examples, unless what is wrong says by itself what to write."""
    return "" if error.told else EXAMPLES


def is_never_true(condition: Condition | None, kpi: KpiSpec) -> bool:
    """Whether no possible value makes the condition true. A change may always come."""
    return condition is not None and not condition.changes and not meets(condition.values, kpi.possible)


def never_true(name: str, values: IntervalSet, kpi: KpiSpec, context: UnitContext) -> str:
    """In words: what the condition asks for, and what is possible."""
    unit = symbol(kpi, context)
    return (
        f"{name} can never be true. It asks for {values.explain(unit)}, "
        f"but only {stretch(kpi.possible, unit)} is possible."
    )


def always_true(trigger: TriggerSpec, kpi: KpiSpec) -> bool:
    """Whether every possible value makes the condition true."""
    return bool(trigger.values) and covers(trigger.values, kpi.possible)


def healthy_part(trigger: TriggerSpec, kpi: KpiSpec) -> IntervalSet | None:
    """The part of the normal range where the condition is true; None where there is none, or where the
    condition is true of everything, which is another rule's to say."""
    if kpi.normal is None or not meets(trigger.values, kpi.normal) or always_true(trigger, kpi):
        return None
    return trigger.values & kpi.normal


def overlap_problem(trigger: TriggerSpec, kpi: KpiSpec, shared: IntervalSet, context: UnitContext) -> Problem:
    """In words: which healthy values the condition is true for, and the way out."""
    unit = symbol(kpi, context)
    told = stretch(shared, unit)
    best = ""
    if (
        kpi.optimal is not None
        and len(shared.places) == 2
        and kpi.optimal in shared
        and shared.low != shared.high
    ):
        best = f" That includes the best value, {number(kpi.optimal, unit)}."
    return Problem(
        trigger.path,
        f"{word(trigger.severity).capitalize()} overlaps the normal range. {sentence(told)} is healthy and "
        f"would be {a_word(trigger.severity)}.{best}",
        way_out(trigger, kpi, unit),
    )


def way_out(trigger: TriggerSpec, kpi: KpiSpec, unit: str) -> str:
    """What the condition may be instead: beside the healthy values, and within the milder severities."""
    if kpi.healthy is None:
        return ""
    leave_out = f"Leave out {stretch(kpi.healthy, unit)}."
    regions = []
    for side, parts in kpi.sides.items():
        if parts:
            milder = next((part for other, part in parts if other.severity < trigger.severity), None)
            regions.append(beside(kpi.healthy, side) & (outward(milder, side) if milder else kpi.possible))
    for find in (without_a_digit, turned_round):
        for region in regions:
            slip = find(trigger.condition, region)
            if slip:
                return f"Did you mean {slip.explain()}? {leave_out}"
    return leave_out


def beside(healthy: IntervalSet, side: Side) -> IntervalSet:
    """All that is further out than the healthy values on one side."""
    return healthy.downward() - healthy if side is BELOW else healthy.upward() - healthy


def out_of_order(sides: Mapping[Side, Parts], kpi: KpiSpec | None, context: UnitContext) -> Iterator[Problem]:
    """A severity that goes further in than the next milder one on its side."""
    for side, parts in sides.items():
        if len(parts) < 2:
            continue
        for (worse, part), (milder, mild_part) in pairwise(parts):
            if _further_in(part, mild_part, side):
                allowed, unit = outward(mild_part, side), symbol(kpi, context)
                name = word(worse.severity).capitalize()
                slip = without_a_digit(worse.condition, allowed)
                question = f"Did you mean {slip.explain()}? " if slip else ""
                yield Problem(
                    worse.path,
                    f"{name} is wider than {word(milder.severity)}. {sentence(stretch(part - allowed, unit))} "
                    f"would be {a_word(worse.severity)} before it is {a_word(milder.severity)}.",
                    f"{question}{name} may be {allowed.explain(unit)}, where {the_word(milder.severity)} begins.",
                )


def shadowed(sides: Mapping[Side, Parts], kpi: KpiSpec | None, context: UnitContext) -> Iterator[Problem]:
    """A severity all of whose values on a side are a worse one already."""
    for side, parts in sides.items():
        if len(parts) < 2:
            continue
        inner = -1 if side is BELOW else 0
        for (worse, part), (milder, mild_part) in pairwise(parts):
            if part.places[inner] == mild_part.places[inner] and mild_part <= part:
                yield Problem(
                    milder.path,
                    f"{word(milder.severity).capitalize()} never comes first. Every such value, "
                    f"{mild_part.explain(symbol(kpi, context))}, is {a_word(worse.severity)} already.",
                    f"Begin {the_word(milder.severity)} nearer to the healthy values than {word(worse.severity)}.",
                )


def _further_in(part: IntervalSet, milder: IntervalSet, side: Side) -> bool:
    """Whether a part reaches nearer to the healthy values than a milder severity's part on the same side."""
    if side is BELOW:
        return part.places[-1] > milder.places[-1]
    return part.places[0] < milder.places[0]
