"""Pages of a list: each begins behind the last row of the one before, however many rows come and go."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import BigIntegerField, Model, Q, QuerySet
from django.utils.encoding import iri_to_uri
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from rest.parameters import whole
from rest.problems import bad_parameter

if TYPE_CHECKING:
    from rest_framework.views import APIView

PAGE_SIZE, MAX_PAGE_SIZE = 50, 200


class KeysetPagination(BasePagination):
    """Pages by the values of the ordering's columns, the primary key last, so that no two rows are equal."""

    def paginate_queryset(
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        """The page's rows. Raises Problem for a cursor or a size that is none."""
        size = whole(request, "page_size", default=PAGE_SIZE, low=1, high=MAX_PAGE_SIZE)
        order = [name for name in queryset.query.order_by if isinstance(name, str)]
        if order[-1:] not in (["pk"], ["-pk"]):
            order.append("pk")
        queryset = queryset.order_by(*order)
        if cursor := request.query_params.get("cursor"):
            queryset = queryset.filter(_behind(queryset.model, order, _values(queryset.model, order, cursor)))
        rows = list(queryset[: size + 1])
        self.next = ""
        if len(rows) > size:
            rows.pop()
            cursor = _cursor([_value(rows[-1], name) for name in order])
            self.next = replace_query_param(iri_to_uri(request.get_full_path()), "cursor", cursor)
        return rows

    def get_paginated_response(self, data: Any) -> Response:
        """The page and the address of the next."""
        return Response({"next": self.next or None, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The page's shape."""
        next_page = {"type": "string", "nullable": True, "description": "The address of the next page."}
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": next_page, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters that choose a page."""
        size = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": PAGE_SIZE}
        return [
            {"name": "cursor", "in": "query", "description": "From `next`.", "schema": {"type": "string"}},
            {"name": "page_size", "in": "query", "description": "Rows a page.", "schema": size},
        ]


def _field(model: type[Model], name: str) -> Any:
    """The column an ordering like ``-kpi__name`` ends at."""
    *steps, last = name.removeprefix("-").split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model  # type: ignore[assignment]  # always a model here
    return model._meta.pk if last == "pk" else model._meta.get_field(last)


def _value(row: Model, name: str) -> Any:
    value: Any = row
    for step in name.removeprefix("-").split("__"):
        value = getattr(value, step)
    return value if isinstance(value, (bool, int)) else str(value)


def _behind(model: type[Model], order: list[str], values: list[Any]) -> Q:
    """Rows behind these values: further in the first column, or equal there and further in the next."""
    behind, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        column = name.removeprefix("-")
        further = "lt" if name.startswith("-") else "gt"
        behind |= equal & Q(**{f"{column}__{further}": value})
        equal &= Q(**{column: value})
    first, further = order[0].removeprefix("-"), "lte" if order[0].startswith("-") else "gte"
    return (
        Q(**{f"{first}__{further}": values[0]}) & behind
    )  # said twice, so that an index leads there at once


def _cursor(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _values(model: type[Model], order: list[str], cursor: str) -> list[Any]:
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(found, list) or len(found) != len(order):
            raise ValueError
        return [_cleaned(_field(model, name), value) for name, value in zip(order, found, strict=True)]
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error, ValidationError):
        raise bad_parameter("cursor", "This cursor leads nowhere.", code="cursor_invalid") from None


def _cleaned(field: Any, value: Any) -> Any:
    """The value as the column has it. Raises ValidationError or ValueError.

    A text may be anything that a column can hold: what is stored, by whichever door, was in the page before.
    """
    if not isinstance(value, (str, int)):
        raise ValueError
    if isinstance(value, str) and "\0" in value:
        raise ValueError
    str(value).encode()  # no column holds half of a surrogate pair
    cleaned = field.to_python(value)
    if isinstance(cleaned, int) and abs(cleaned) >= (2**63 if isinstance(field, BigIntegerField) else 2**31):
        raise ValueError
    return cleaned
