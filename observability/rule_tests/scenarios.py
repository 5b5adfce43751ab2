"""What happens to one made-up person in a rule's test: values one after the other, and silences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import inf, nextafter
from typing import Final

from contracts.conditions import Condition
from contracts.decimals import EXACT
from contracts.intervals import IntervalSet
from observability.active_triggers import ActiveTrigger

SILENT: Final = None
Stretch = tuple[float | None, int]
"""A value that is scraped so many times, or for how many scrapes there is none."""
_BASES: Final = (100.0, 50.0, 1.0, 10.0, 1000.0, 7.0, -100.0, 0.5)
_NEAR: Final = Decimal("0.000001")
_HALF: Final = Decimal("0.5")
_ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Scenario:
    """``name`` is the person's ``user_id``. The last value stands for as long as the test takes."""

    name: str
    stretches: tuple[Stretch, ...]

    @property
    def length(self) -> int:
        """In scrapes."""
        return sum(count for _, count in self.stretches)


@dataclass(frozen=True, slots=True)
class Steps:
    """A trigger's lengths of time in evaluations, rounded up. ``seconds`` are those between two of them.

    ``is_coarse`` where these are further apart than Prometheus looks back: it cannot see there what was firing.
    """

    seconds: int
    for_: int
    keep: int
    window: int

    @property
    def is_coarse(self) -> bool:
        """Whether ALERTS of the evaluation before cannot be seen."""
        return self.seconds > 240


@dataclass(frozen=True, slots=True)
class Samples:
    """A value that begins an episode, one that ends it, one in between; None where there is no such value."""

    bad: float | None
    good: float | None
    band: float | None


def scenarios(one: ActiveTrigger, steps: Steps) -> list[Scenario]:
    """All that a trigger's rule is tried on."""
    samples = samples_of(one)
    found = [*_edges(one, steps), *_changes(one, steps)]
    if samples.bad is not None:
        found += _recoveries(one, steps, samples.bad)
        found += _episodes(steps, samples, samples.bad)
    return found


def _edges(one: ActiveTrigger, steps: Steps) -> Iterator[Scenario]:
    """Just below, on and just above each number at which the condition begins or ends to hold."""
    for number, name in _numbered(one.condition.values):
        for place, value in _around(number):
            yield Scenario(f"{name}_{place}", ((value, steps.for_ + 2),))


def _recoveries(one: ActiveTrigger, steps: Steps, bad: float) -> Iterator[Scenario]:
    """The same of the condition that ends an episode."""
    if one.recovery is None or steps.is_coarse:
        return
    for number, name in _numbered(one.recovery.values):
        for place, value in _around(number):
            yield Scenario(f"recovery_{name}_{place}", ((bad, steps.for_ + 1), (value, steps.keep + 2)))


def _changes(one: ActiveTrigger, steps: Steps) -> Iterator[Scenario]:
    """From a steady value: just less than the change that counts, that change, and just more."""
    base = next((value for value in _BASES if not _holds_steady(one.condition, value)), _BASES[0])
    for count, change in enumerate(one.condition.changes, 1):
        share = EXACT.divide(change.percent, Decimal(100))
        moved = EXACT.multiply(Decimal(base).copy_abs(), share)
        on = (
            EXACT.subtract(Decimal(base), moved)
            if change.direction == "drop"
            else EXACT.add(Decimal(base), moved)
        )
        for place, value in (("below", on - _NEAR), ("on", on), ("above", on + _NEAR)):
            before, after = (
                (base, steps.window + 1),
                (float(value), steps.for_ + (1 if steps.is_coarse else 2)),
            )
            yield Scenario(f"change_{count}_{place}", (before, after))


def _episodes(steps: Steps, samples: Samples, bad: float) -> Iterator[Scenario]:
    """Silence, recovery and the band between, at each point of an episode."""
    wait, keep = steps.for_, steps.keep
    fired: Stretch = (bad, wait + 1)
    again: Stretch = (bad, wait + 2)
    if wait:
        yield from _while_waiting(steps, samples, (bad, wait), again)
    if samples.good is None:
        return
    over: Stretch = (samples.good, keep + 2)
    yield Scenario("late_recovery", ((bad, wait + 6), over))
    if keep:
        ending: Stretch = (samples.good, keep)
        yield Scenario("worse_while_ending", (fired, ending, (bad, 1), over))
    if steps.is_coarse:
        return
    yield Scenario("silence", (fired, (SILENT, 3), over))
    if keep:
        yield Scenario("silence_while_ending", (fired, ending, (SILENT, 1), over))
    if samples.band is not None:
        yield Scenario("band", (fired, (samples.band, 3), over))
        if keep:
            yield Scenario("band_while_ending", (fired, ending, (samples.band, 1), over))


def _while_waiting(steps: Steps, samples: Samples, waiting: Stretch, again: Stretch) -> Iterator[Scenario]:
    if not steps.is_coarse:
        yield Scenario("silence_while_waiting", (waiting, (SILENT, 1), again))
    if samples.band is not None:
        yield Scenario("band_while_waiting", (waiting, (samples.band, 1), again))
    if samples.good is not None:
        yield Scenario("better_while_waiting", (waiting, (samples.good, 1), again))


def samples_of(one: ActiveTrigger) -> Samples:
    """The first of each kind, the plainest first; changes over time are left aside."""
    holds = one.condition.values
    return _samples(holds, ~holds if one.recovery is None else one.recovery.values)


@lru_cache(maxsize=1024)
def _samples(holds: IntervalSet, ends: IntervalSet) -> Samples:
    values = list(_plain_values(holds, ends))
    within = [value for value in values if value in holds]
    return Samples(
        bad=next((value for value in within if value not in ends), next(iter(within), None)),
        good=next((value for value in values if value in ends and value not in holds), None),
        band=next((value for value in values if value not in ends and value not in holds), None),
    )


def _plain_values(*sets: IntervalSet) -> Iterator[float]:
    """One between each two neighbouring ends, one beyond on both sides, and the ends themselves."""
    ends = sorted({number for one in sets for number, _ in one.places})
    if not ends:
        yield 1.0
        return
    yield float(EXACT.subtract(ends[0], _ONE))
    yield float(EXACT.add(ends[-1], _ONE))
    for low, high in zip(ends, ends[1:], strict=False):
        yield float(EXACT.multiply(EXACT.add(low, high), _HALF))
    yield from map(float, ends)


def _numbered(values: IntervalSet) -> Sequence[tuple[Decimal, str]]:
    numbers = sorted({number for number, _ in values.places})
    return [(number, f"bound_{place}") for place, number in enumerate(numbers, 1)]


def _around(number: Decimal) -> tuple[tuple[str, float], ...]:
    """The number with its two neighbours among floats, which is what Prometheus has."""
    value = float(number)
    return ("below", nextafter(value, -inf)), ("on", value), ("above", nextafter(value, inf))


def _holds_steady(condition: Condition, value: float) -> bool:
    """Whether the condition is true of a value that does not change."""
    return condition.holds(value, {change.window: Decimal(value) for change in condition.changes})
