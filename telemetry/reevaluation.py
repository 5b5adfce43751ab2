"""Looking back: a series' stored history judged again, and what is recorded of it made to agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import orjson

from contracts.evaluation import Observed, Series, Told
from telemetry.models import Observation, Transition
from telemetry.storage.memories import NUMBERS
from telemetry.storage.shapes import StandingKey


def observations_of(
    key: StandingKey, source: str | None = None, *, since: int | None = None, until: int | None = None
) -> list[Observed]:
    """What is stored of a binding for a person, oldest first; of one source, or of all."""
    rows = Observation.objects.filter(
        series__subject=key.subject, series__kpi=key.kpi, series__agent=key.agent
    ).order_by("at", "series__source")
    rows = rows if source is None else rows.filter(series__source=source)
    rows = rows if since is None else rows.filter(at__gte=since)
    rows = rows if until is None else rows.filter(at__lte=until)
    return [
        Observed(value, at, orjson.loads(context) if context else None, source)
        for value, at, context, source in rows.values_list(
            "value", "at", "context", "series__source"
        ).iterator()
    ]


def values_before(key: StandingKey, source: str | None, at: int, at_most: int) -> list[tuple[int, float]]:
    """Times and values of a source, or of all, before a moment, the newest first."""
    rows = Observation.objects.filter(
        series__subject=key.subject, series__kpi=key.kpi, series__agent=key.agent, at__lt=at
    )
    rows = rows if source is None else rows.filter(series__source=source)
    return list(rows.order_by("-at").values_list("at", "value")[:at_most])


def past_of(key: StandingKey, source: str, since: int, until: int) -> Series:
    """The values of a source in a time, its beginning and its end included."""
    past = Series()
    for one in observations_of(key, source, since=since, until=until):
        past.add(one.at, one.value)
    return past


def disagreements(
    key: StandingKey, source: str, told: Sequence[Told], since: int
) -> tuple[list[Told], list[int]]:
    """Of what a replay tells from a moment on: the transitions that are not recorded, and the numbers of those that
    are and should not be."""
    expected = [one for one in told if one[0].at >= since]
    missing = Counter(_as_recorded(one) for one in expected)
    wrong: list[int] = []
    rows = Transition.objects.standing().filter(
        subject=key.subject, kpi=key.kpi, agent=key.agent, source=source, at__gte=since
    ).order_by("at", "pk")  # fmt: skip
    for pk, *recorded in rows.values_list("pk", "at", "before", "after", "rule", "condition", "reason"):
        if missing[tuple(recorded)]:
            missing[tuple(recorded)] -= 1
        else:
            wrong.append(pk)
    absent: list[Told] = []
    for one in expected:
        if missing[_as_recorded(one)]:
            missing[_as_recorded(one)] -= 1
            absent.append(one)
    return absent, wrong


def _as_recorded(told: Told) -> tuple[object, ...]:
    one = told[0]
    numbers = NUMBERS[one.before], NUMBERS[one.after]
    return one.at, *numbers, one.rule, one.condition[:300], one.reason[:500]
