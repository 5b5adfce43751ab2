"""How a measurement of each KPI comes about: how often, and what comes out on a day of somebody's story."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import floor, log, pi, sin
from typing import Final, NamedTuple

from telemetry.simulation.heartbeats import Heartbeats
from telemetry.simulation.stories import Person

HEARTBEATS: Final = "resampled_heartbeats"
GENERATED: Final = "generated"
"""The two sources there are: every series says where it comes from."""


class Measured(NamedTuple):
    """A value at a moment of a story, in days."""

    day: float
    person: Person
    kpi: str
    value: float
    source: str
    context: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Now:
    """What is true of somebody at the moment of a measurement."""

    strain: float
    debt: float
    day: float


@dataclass(frozen=True, slots=True)
class Habit:
    """A KPI that is measured once in so many days, at an hour of the day.

    ``typical`` is what comes out; people differ by ``differ``, their days by ``drift`` and measurements by
    ``noise``, each a standard deviation. Nothing outside ``low`` to ``high`` is ever reported.
    """

    kpi: str
    every: float
    hour: float
    typical: Callable[[Now], float]
    differ: float
    drift: float
    noise: float
    low: float
    high: float
    digits: int = 1

    def measured(self, person: Person, since: float, until: float) -> Iterator[Measured]:
        """All of a person from one day (inclusive) to another (exclusive), in order."""
        # Not everybody is tested on a Monday.
        lag = floor(person.chance(self.kpi, "lag").random() * floor(self.every)) + self.hour / 24
        for number in range(floor((since - lag) / self.every) - 1, floor((until - lag) / self.every) + 1):
            chance = person.chance(self.kpi, number)
            day = lag + number * self.every + chance.random() * min(self.every, 1.0) * 0.2
            if since <= day < until and not person.is_silent(day):
                value = self._value(person, day, chance.gauss(0.0, self.noise))
                context = (
                    {"is_hypertrophy_focused": person.story.builds_muscle} if self.kpi == GUARDED else None
                )
                yield Measured(day, person, self.kpi, value, GENERATED, context)

    def _value(self, person: Person, day: float, noise: float) -> float:
        story = person.story
        now = Now(story.strain.at(day), story.sleep_debt.at(day), day)
        value = self.typical(now) + story.off.get(self.kpi, 0.0) + noise
        value += self.differ * person.trait(self.kpi) + self.drift * self._form(person, day)
        return round(min(max(value, self.low), self.high), self.digits)

    def _form(self, person: Person, day: float) -> float:
        """Good days and bad days, with an even way from one to the next."""
        today = floor(day)
        before, after = person.trait(self.kpi, today), person.trait(self.kpi, today + 1)
        return before + (after - before) * (day - today)


GUARDED: Final = "protein_adequacy_g_per_kg"


def _week(now: Now) -> float:
    """From -1 to 1 over a week."""
    return sin(2 * pi * now.day / 7)


# fmt: off
HABITS: Final = (
    #     kpi, every … days, hour, typical, differ, drift, noise, low, high, digits
    Habit("resting_hr", 1, 6.5, lambda at: 55 + 11 * at.strain + 0.5 * at.debt, 3.5, 0.9, 0.8, 36, 99, 0),
    Habit("vo2_max_estimated", 2, 18, lambda at: 46 - 3 * at.strain, 5, 0.3, 0.3, 21, 89),
    Habit("zone2_time", 1, 19, lambda at: 38 + 12 * _week(at) - 10 * at.strain, 7, 6, 6, 0, 119, 0),
    Habit("sleep_efficiency", 1, 6.6, lambda at: 94.5 - 3 * at.strain - 1.2 * at.debt, 0.8, 0.6, 0.6, 50, 99),
    Habit("sleep_debt_hours", 1, 6.7, lambda at: at.debt + 1.2 * at.strain, 0.15, 0.2, 0.15, 0, 30),
    Habit("sleep_latency_min", 1, 6.8, lambda at: 12 + 8 * at.strain + 2 * at.debt, 2, 1.5, 2, 1, 59, 0),
    Habit("rem_deep_ratio", 1, 6.9, lambda at: 1.15 + 0.25 * at.strain + 0.06 * at.debt, 0.08, 0.06, 0.06, 0.4, 2.8, 2),
    Habit("recovery_score", 0.5, 7, lambda at: 86 - 48 * at.strain - 2.6 * at.debt, 2.5, 2, 1.5, 5, 99, 0),
    Habit("cns_fatigue_index", 0.5, 7.5, lambda at: 30 + 50 * at.strain + 1.8 * at.debt, 3, 2, 1.5, 2, 99, 0),
    Habit("glucose_cv_percent", 0.5, 8, lambda at: 19.5 + 0.3 * at.debt, 1.2, 1.1, 0.7, 11, 58),
    Habit("protein_adequacy_g_per_kg", 1, 21, lambda at: 1.95, 0.08, 0.08, 0.06, 0.4, 3.3, 2),
    Habit("cortisol_awakening_response_pct", 1, 7.2, lambda at: 55 - 16 * at.strain, 3, 3, 3, -40, 140),
    Habit("fms_total", 7, 17, lambda at: 17, 0.6, 0.2, 0.2, 8, 21, 0),
    Habit("weekly_volume_sets", 1, 20, lambda at: 14 + 8 * at.strain, 2, 1, 0.6, 0, 39, 0),
    Habit("training_tonnage", 1, 20.2, lambda at: 9e3 + 5e3 * at.strain + 2400 * _week(at), 900, 600, 500, 0, 48000, 0),
    Habit("facial_inflammation_score", 1, 7.8, lambda at: 1.8 + 1.2 * at.strain + 0.3 * at.debt, 0.3, 0.2, 0.2, 0, 9.5),
    Habit("symmetry_deviation_mm", 3, 17.5, lambda at: 1.1, 0.2, 0.1, 0.1, 0, 4.8),
)
# fmt: on


@dataclass(frozen=True, slots=True)
class Heart:
    """`hrv_rmssd` and `ln_rmssd` of the same heartbeats, a few times a day."""

    heartbeats: Heartbeats
    every: float = 0.25
    kpis = ("hrv_rmssd", "ln_rmssd")

    def measured(self, person: Person, since: float, until: float) -> Iterator[Measured]:
        """All of a person from one day (inclusive) to another (exclusive), in order."""
        usual = 48 + 24 * person.chance("heart").random()
        for number in range(floor(since / self.every) - 1, floor(until / self.every) + 1):
            chance = person.chance("heart", number)
            day = number * self.every + 0.02 + chance.random() * self.every * 0.5
            if since <= day < until and not person.is_silent(day):
                story = person.story
                # A strained heart beats more evenly: at 1 it has a third of the variability.
                evenness = 1 - 0.68 * story.strain.at(day) - 0.018 * story.sleep_debt.at(day)
                stretched = usual * evenness / self.heartbeats.usual
                rmssd = min(max(stretched * self.heartbeats.rmssd(chance), 13.0), 140.0)
                for kpi, value in zip(self.kpis, (round(rmssd, 1), round(log(rmssd), 3)), strict=True):
                    yield Measured(day, person, kpi, value, HEARTBEATS)


@dataclass(frozen=True, slots=True)
class Life:
    """Everything that is measured of some people."""

    people: tuple[Person, ...]
    heart: Heart

    @property
    def kpis(self) -> frozenset[str]:
        """What it knows to measure."""
        return frozenset(self.heart.kpis) | {habit.kpi for habit in HABITS}

    def measured(self, since: float, until: float) -> list[Measured]:
        """Of all of them from one day (inclusive) to another (exclusive), in order."""
        sources: tuple[Heart | Habit, ...] = (self.heart, *HABITS)
        found = [
            one
            for person in self.people
            for source in sources
            for one in source.measured(person, since, until)
        ]
        return sorted(found, key=lambda one: (one.day, one.person.user_id, one.kpi))
