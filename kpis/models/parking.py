"""Unique values put aside for a while, so that rows may swap theirs or pass them on."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import CharField, Model, Value
from django.db.models.functions import Cast, Concat


def park(model: type[Model], column: str, ids: Collection[int]) -> None:
    """Put names aside that other rows are about to take: two rows may swap theirs."""
    parked = Concat(Value("parked_"), Cast("pk", CharField()))
    model._default_manager.filter(pk__in=ids).update(**{column: parked})
