"""Places in an order: each is given once."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.db.models import Deferrable, Model, UniqueConstraint


class PlacedOnce(UniqueConstraint):
    """No two rows have the same place, once a transaction is over; within it they may change places.

    Only PostgreSQL can say so (SQLite has no deferred uniqueness, and one writer at a time). Places are ours to give,
    never a person's to enter, so forms are not asked about them.
    """

    def __init__(self, *fields: str, name: str, **options: Any) -> None:
        super().__init__(fields=options.pop("fields", fields), name=name, deferrable=Deferrable.DEFERRED)

    def deconstruct(self) -> Any:
        """As a migration writes it."""
        return f"{self.__class__.__module__}.{self.__class__.__name__}", self.fields, {"name": self.name}

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """The database alone judges it."""


def mend_places(model: type[Model], *group: str) -> int:
    """Count the places of each group through where one was given twice; the order stays. Returns how many changed."""
    rows = model._default_manager.order_by(*group, "position", "pk").only("pk", *group, "position")
    misplaced = []
    for _, members in groupby(rows, lambda row: [getattr(row, name) for name in group]):
        placed: list[Any] = list(members)
        if len({row.position for row in placed}) < len(placed):
            misplaced += [(row, place) for place, row in enumerate(placed) if row.position != place]
    for row, place in misplaced:
        model._default_manager.filter(pk=row.pk).update(position=place)
    return len(misplaced)
