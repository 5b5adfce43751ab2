"""What happens to made-up people: how strained they are, how much sleep they miss, when their device is silent."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

CYCLE: Final = 40.0
"""Days after which a story begins again."""
TODAY: Final = 30.0
"""The day of the story at which history ends and life goes on."""
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """A value that changes evenly between points (day, value), and repeats. The first point is day 0."""

    points: Points = ((0.0, 0.0),)
    later: float = 0.0

    def at(self, day: float) -> float:
        """The value on a day, which may be part of one."""
        moment = (day - self.later) % CYCLE
        place = bisect_right(self.points, (moment, float("inf"))) - 1
        since, before = self.points[place]
        until, after = self.points[place + 1] if place + 1 < len(self.points) else (CYCLE, self.points[0][1])
        return before + (after - before) * (moment - since) / (until - since)


REST: Final = Curve()
OVERTRAINING: Final[Points] = ((0, 0.0), (7, 0.05), (17, 1.0), (21, 1.0), (28, 0.05), (36, 0.0))


def _falls(later: float) -> Points:
    """From today on, half of each day as strained as can be, and half at rest: something happens soon."""
    points = [(0.0, 0.0), (TODAY + later, 0.0)]
    for day in range(int(TODAY), 39):
        begins = day + later
        points += [(begins + 0.08, 1.0), (begins + 0.5, 1.0), (begins + 0.58, 0.0), (begins + 1.0, 0.0)]
    return tuple(points)


SHORT_NIGHTS: Final[Points] = ((0, 0.3), (13, 0.5), (29, 10.0), (32, 10.5), (37, 1.0))


@dataclass(frozen=True, slots=True)
class Story:
    """``strain`` is 0 for rested and 1 for overtrained, ``sleep_debt`` is in hours, ``silent`` from one day to
    another. ``off`` is by how much KPIs are other than usual."""

    name: str
    strain: Curve = REST
    sleep_debt: Curve = Curve(((0.0, 0.4), (10.0, 1.2), (25.0, 0.6)))
    silent: tuple[float, float] | None = None
    off: Mapping[str, float] = field(default_factory=dict)
    builds_muscle: bool = False


WELL: Final = Story("well")
STORIES: Final = (
    WELL,
    Story("overtraining", strain=Curve(OVERTRAINING)),
    Story("sleep debt", sleep_debt=Curve(SHORT_NIGHTS)),
    Story("silent device", silent=(26.0, 34.0)),
    Story("well, builds muscle", builds_muscle=True, off={"weekly_volume_sets": 6, "training_tonnage": 6000}),
    Story("overtraining now", strain=Curve(OVERTRAINING, later=11.0), builds_muscle=True),
    Story("eats irregularly", off={"glucose_cv_percent": 16.5}),
    Story("eats too little protein", builds_muscle=True, off={"protein_adequacy_g_per_kg": -0.55}),
    Story("moves with pain", off={"fms_total": -4, "symmetry_deviation_mm": 1.6}),
    Story("flat mornings", off={"cortisol_awakening_response_pct": -37}),
    Story("hard mornings", strain=Curve(_falls(0.0))),
    Story("hard evenings", strain=Curve(_falls(0.5))),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist."""

    user_id: str
    story: Story
    seed: str

    def chance(self, *about: object) -> random.Random:
        """The same for the same question, in every run."""
        return _chance(":".join([self.seed, self.user_id, *map(str, about)]))

    def trait(self, *about: object) -> float:
        """What somebody is like in one respect: from a normal distribution, the same in every run."""
        return _drawn(":".join([self.seed, self.user_id, *map(str, about)]))

    def is_silent(self, day: float) -> bool:
        """Whether nothing is measured."""
        silent = self.story.silent
        return silent is not None and silent[0] <= day % CYCLE < silent[1]


def _chance(text: str) -> random.Random:
    """Nothing secret comes of it, and the same each time."""
    return random.Random(text)  # noqa: S311  # nosec B311


@lru_cache(maxsize=100_000)
def _drawn(text: str) -> float:
    return _chance(text).gauss(0.0, 1.0)


def people(count: int, seed: str) -> list[Person]:
    """Each story once, then people who are well."""
    stories = [*STORIES[:count], *[WELL] * (count - len(STORIES))]
    return [Person(f"demo-{number:02}", story, seed) for number, story in enumerate(stories, start=1)]
