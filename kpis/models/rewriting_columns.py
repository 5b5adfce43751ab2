"""Writing many rows at once: values put aside so that rows may swap them, and columns overwritten."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import CharField, Model, Value
from django.db.models.functions import Cast, Concat

BATCH = 1000


def park(model: type[Model], column: str, ids: Collection[int]) -> None:
    """Put names aside that other rows are about to take: two rows may swap theirs."""
    parked = Concat(Value("parked_"), Cast("pk", CharField()))
    model._default_manager.filter(pk__in=ids).update(**{column: parked})


def overwrite(model: type[Model], rows: Sequence[Model], columns: Sequence[str]) -> None:
    """Store these columns of rows that are there. ``bulk_update`` takes seconds a thousand rows to word its query."""
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=columns, batch_size=BATCH
    )
