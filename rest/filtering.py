"""What a list may be asked for: filters, a search and an order, each from the resource's own list."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from rest.parameters import SEARCH_LENGTH, line, words

if TYPE_CHECKING:
    from rest_framework.views import APIView


class Ordering(BaseFilterBackend):
    """`ordering=name,-status`: only by the columns in ``ordering_fields``."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        """The rows in the order asked for, else in the resource's own."""
        allowed = getattr(view, "ordering_fields", ())
        chosen = words(request, "ordering", [sign + name for name in allowed for sign in ("", "-")])
        return queryset.order_by(*(chosen or view.ordering))  # type: ignore[attr-defined]  # see Resource

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameter as OpenAPI has it."""
        allowed = [sign + name for name in view.ordering_fields for sign in ("", "-")]
        schema = {"type": "array", "items": {"type": "string", "enum": allowed}}
        said = "Columns, separated by commas; `-` turns one round."
        return [
            {"name": "ordering", "in": "query", "description": said, "schema": schema}
            | {"explode": False, "style": "form"}
        ]


class Search(BaseFilterBackend):
    """`search=heart rate`: every word must occur in one of ``search_fields``."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        """The rows that hold every word."""
        fields = getattr(view, "search_fields", ())
        asked = line(request, "search", SEARCH_LENGTH).split() if fields else []
        if not asked:
            return queryset
        holding = (reduce(or_, (Q(**{f"{f}__icontains": word}) for f in fields)) for word in asked[:20])
        return queryset.filter(reduce(and_, holding))

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameter as OpenAPI has it."""
        if not getattr(view, "search_fields", ()):
            return []
        said = f"Words that must occur in {', '.join(view.search_fields)}."
        schema = {"type": "string", "maxLength": SEARCH_LENGTH}
        return [{"name": "search", "in": "query", "description": said, "schema": schema}]
