"""What is kept, and for how long: the history by ``AUREN_RETENTION_DAYS``, answers to batches for a day.

Everything is deleted in small transactions, so that nobody who reports waits for long.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet

from contracts.evaluation import SECOND
from telemetry import contracts_now, months
from telemetry.deleting import delete_people, delete_series
from telemetry.episodes import EpisodeChange, follow
from telemetry.models import Batch, Correction, Observation, Series, Standing, Subject, Summary, Transition
from telemetry.progress import Progress, no_progress
from telemetry.standing_judging import Judging
from telemetry.storage import hold, store
from telemetry.storage.shapes import Settled, StandingKey, TallyKey

DAY = 24 * 60 * 60 * SECOND
ANSWERS_KEPT = DAY
AT_ONCE = 500
ROWS_AT_ONCE = 20_000

M = TypeVar("M", bound=Model)


def tidy(now: int, progress: Progress = no_progress) -> dict[str, int]:
    """Make the months ahead, and forget answers that nobody will ask for again; every hour."""
    made = months.make(now, settings.RETENTION_DAYS)
    return {"months_made": made, "answers": _forget_answers(now - ANSWERS_KEPT, progress)}


def forget_old(now: int, progress: Progress = no_progress) -> dict[str, int]:
    """Delete what is older than the history is kept, and people of whom nothing is left; every night."""
    before = now - settings.RETENTION_DAYS * DAY
    found = Counter({"months_dropped": months.drop(before)})
    found["observations"] = _forget_history(before, progress)
    found["corrections"] = _delete(Correction.objects.filter(at__lt=before), progress)
    found["transitions"] = _delete(Transition.objects.filter(at__lt=before), progress)
    found.update(_forget_silent(before, now, progress))
    return dict(found)


def _forget_history(before: int, progress: Progress) -> int:
    """One range of the primary key for each series that has anything so old; the pictures' summaries of it first."""
    deleted = 0
    for ids in _in_groups(_having(Summary, before)):
        Summary.objects.filter(series__in=ids, at__lt=before).delete()
        progress(deleted, 0, "forgetting what is too old")
    for ids in _in_groups(_having(Observation, before)):
        old = Observation.objects.filter(series__in=ids, at__lt=before)
        if old.count() > ROWS_AT_ONCE:
            for pk in ids:
                deleted += _forget_series_history(pk, before)
                progress(deleted, 0, "forgetting what is too old")
        else:
            deleted += old.delete()[0]
        progress(deleted, 0, "forgetting what is too old")
    return deleted


def _having(model: type[Observation | Summary], before: int) -> QuerySet[Series]:
    """The series with rows from before a moment: nearly always none, which one look into an index each tells."""
    return Series.objects.filter(Exists(model._default_manager.filter(series=OuterRef("pk"), at__lt=before)))


def _forget_series_history(pk: int, before: int) -> int:
    """The same for a series that may have very much to forget."""
    old = Observation.objects.filter(series=pk, at__lt=before).order_by("at")
    deleted = 0
    while edge := old.values_list("at", flat=True)[ROWS_AT_ONCE : ROWS_AT_ONCE + 1].first():
        deleted += Observation.objects.filter(series=pk, at__lt=edge).delete()[0]
    return deleted + Observation.objects.filter(series=pk, at__lt=before).delete()[0]


def _forget_silent(before: int, now: int, progress: Progress) -> Counter[str]:
    """Series and standings that have heard nothing for so long; then people of whom nothing is left."""
    found = Counter({"series": 0, "standings": 0, "people": 0})
    silent = Exists(Series.objects.filter(subject=OuterRef("pk"), at__lt=before))
    still = Exists(Standing.objects.filter(subject=OuterRef("pk"), at__lt=before))
    nothing = ~Exists(Series.objects.filter(subject=OuterRef("pk")))
    for ids in _in_groups(Subject.objects.filter(silent | still | nothing)):
        with transaction.atomic():
            held = hold(ids)
            series = Series.objects.filter(subject__in=held, at__lt=before)
            gone = [
                (StandingKey(subject, kpi, agent), source)
                for subject, kpi, agent, source in series.values_list("subject", "kpi", "agent", "source")
            ]
            found["series"] += delete_series(series.values_list("pk", flat=True))["series"]
            found["standings"] += _forget_standings(held, before, now)
            _forget_sources(gone, now)
            people = Subject.objects.filter(pk__in=held).filter(nothing)
            found["people"] += delete_people(people.values_list("pk", flat=True))["people"]
        progress(found["people"], 0, "forgetting who is gone")
    return found


def _forget_standings(held: Collection[int], before: int, now: int) -> int:
    """Standings that have heard nothing for so long: an episode that one of them still had is over with it."""
    standings = Standing.objects.filter(subject__in=held, at__lt=before)
    ends = [
        EpisodeChange(StandingKey(subject, kpi, agent), severity, 0, now, release, None)
        for subject, kpi, agent, severity, release in standings.filter(
            open_severity__gt=0, release__gt=0
        ).values_list("subject", "kpi", "agent", "open_severity", "release")
    ]
    deleted = standings.delete()[0]
    _follow(ends, now)
    return deleted


def _follow(changes: Sequence[EpisodeChange], now: int) -> None:
    """Tell whoever follows; what they count is stored."""
    if changes:
        work = store()
        tallies: Counter[tuple[str, ...]] = Counter()
        follow(work, changes, now, tallies)
        work.count({TallyKey(*key): count for key, count in tallies.items()})


def _forget_sources(gone: Sequence[tuple[StandingKey, str]], now: int) -> None:
    """Of series that were deleted, their transitions, and what standings remember that other sources keep alive."""
    for key, source in gone:
        Transition.objects.filter(subject=key.subject, kpi=key.kpi, agent=key.agent, source=source).delete()
    work, released = store(), contracts_now.current()
    settled: list[Settled] = []
    ends: list[EpisodeChange] = []
    for key, row in work.standings({key for key, _ in gone}).items():
        watched = released.binding(key.agent, key.kpi)
        if watched is None or watched.evaluator is None:
            continue  # nobody's to judge: it goes once none of its sources is left
        judging = Judging.of(key, watched, watched.evaluator, row, now)
        judging.forget(source for one, source in gone if one == key)
        if judging.has_forgotten and judging.memories:
            settled.append(judging.settled()[0])
            ends += judging.changes(settled[-1])
    work.settle_standings(settled)
    _follow(ends, now)


def _in_groups(rows: QuerySet[M]) -> Iterator[list[int]]:
    """The ids of all of them, in order, some at a time."""
    last = 0
    while ids := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        yield ids
        last = ids[-1]


def _delete(rows: QuerySet[M], progress: Progress) -> int:
    """Delete rows some at a time."""
    deleted = 0
    for ids in _in_groups(rows):
        deleted += rows.filter(pk__in=ids).delete()[0]
        progress(deleted, 0, "forgetting what is too old")
    return deleted


def _forget_answers(before: int, progress: Progress) -> int:
    deleted = 0
    old = Batch.objects.filter(at__lt=before).order_by("at").values_list("digest", flat=True)
    while some := list(old[:AT_ONCE]):
        deleted += Batch.objects.filter(digest__in=some).delete()[0]
        progress(deleted, 0, "forgetting answers")
    return deleted
