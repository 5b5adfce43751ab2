"""How many rows there may be of a kind."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from contracts.limits import ROWS


def require_room(kind: str, rows: QuerySet[Any]) -> None:
    """Refuse one more row where there are as many as there may be. Raises ValidationError."""
    most = ROWS[kind]
    if rows.count() >= most:
        message = f"There are {most:,} {kind}, the most there may be. Delete one that is no longer needed."
        raise ValidationError(message, code="too_many")
