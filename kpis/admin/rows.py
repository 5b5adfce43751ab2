"""Numbers and rows named by an address or a hidden field: whatever stands there, a row is found or it is not."""

from __future__ import annotations

from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

M = TypeVar("M", bound=Model)
MOST_DIGITS = 18
"""As many as every database's largest whole number can hold in any case."""


def row_or_404(rows: QuerySet[M], key: object) -> M:
    """The row with this primary key. Raises Http404, for what can be no key as well."""
    try:
        number = rows.model._meta.pk.to_python(key)
    except ValidationError:
        raise Http404 from None
    return get_object_or_404(rows, pk=number)


def number_in(text: str) -> int | None:
    """The whole number that a text says; None where it says none, or one that no column holds."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
