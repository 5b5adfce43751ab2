"""Which day of the stories a moment is, also in a run that goes on where a former one stopped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from django.db.models import Max, Min

from contracts.evaluation import moment
from telemetry.models import Observation, Series
from telemetry.simulation.stories import TODAY

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """``origin`` is when day 0 began. ``known`` says until when somebody's history is there already."""

    origin: datetime
    first: float
    known: Mapping[str, float]

    @classmethod
    def of(cls, user_ids: Iterable[str], days: int, now: datetime) -> Self:
        """Stories end today, or go on from where they were begun."""
        ids = [*user_ids]
        begun = Observation.objects.filter(series__subject__user_id__in=ids).aggregate(at=Min("at"))["at"]
        first = now - days * DAY if begun is None else moment(begun)
        origin = _midnight(first) - (TODAY - days) * DAY
        latest = Series.objects.filter(subject__user_id__in=ids).values_list("subject__user_id")
        known = {user: (moment(at) - origin) / DAY for user, at in latest.annotate(newest=Max("at"))}
        return cls(origin, TODAY - days, known)

    def day(self, at: datetime) -> float:
        """The day of the stories at a moment."""
        return (at - self.origin) / DAY

    def at(self, day: float) -> datetime:
        """The moment of a day of the stories."""
        return self.origin + day * DAY


def _midnight(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
