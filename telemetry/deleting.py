"""Deleting series and people with everything that hangs on them: the history has no constraint that would do it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from django.apps import apps
from django.db.models import ForeignKey

from telemetry.models import Correction, Observation, Series, Standing, Subject, Summary, Transition


def delete_series(pks: Iterable[int]) -> dict[str, int]:
    """Delete series with their whole history; their people are held. How many rows of what."""
    ids = list(pks)
    return {
        "observations": Observation.objects.filter(series__in=ids).delete()[0],
        "summaries": Summary.objects.filter(series__in=ids).delete()[0],
        "corrections": Correction.objects.filter(series__in=ids).delete()[0],
        "series": Series.objects.filter(pk__in=ids).delete()[0],
    }


def delete_people(pks: Iterable[int]) -> dict[str, int]:
    """Delete people, who are held, with all that was measured of them. How many rows of what."""
    ids = list(pks)
    found = delete_series(Series.objects.filter(subject__in=ids).values_list("pk", flat=True))
    found["standings"] = Standing.objects.filter(subject__in=ids).delete()[0]
    found["transitions"] = Transition.objects.filter(subject__in=ids).delete()[0]
    _, deleted = Subject.objects.filter(pk__in=ids).delete()  # what others keep of them goes along
    found["people"] = deleted.get(Subject._meta.label, 0)
    return found


def left_of(subject: int, series: Sequence[int]) -> Iterator[str]:
    """Where rows still refer to a person who was deleted, or to a series of theirs: tables with their column."""
    ids = {Subject: [subject], Series: list(series)}
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            target = field.related_model if isinstance(field, ForeignKey) else None
            if target in ids and model._base_manager.filter(**{f"{field.name}__in": ids[target]}).exists():
                yield f"{model._meta.db_table}.{field.column}"
