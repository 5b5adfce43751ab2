"""The one way from a body to a row: its shape is the document's, its verdict that of `full_clean()`."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.core.exceptions import ValidationError as ModelError
from django.db.models import Model
from pydantic import ValidationError as ShapeError
from rest_framework import serializers

from contracts.documents import Document, shape_findings
from contracts.findings import Finding, Path
from rest.handling import model_errors
from rest.parameters import REASON_LENGTH, meant
from rest.problems import ErrorItem, Invalid, bad_body, error_of


class ContractSerializer(serializers.Serializer[Any]):
    """Shows a row, and stores one through the gate.

    The fields say what a row looks like. A body is turned into the document of :attr:`document`, so that what
    is refused, and by which rule, is the same as in a file. :meth:`store` does the rest on a copy of the row:
    one that is refused leaves nothing behind, neither in the database nor in memory.
    """

    document: ClassVar[type[Document]]

    change_reason = serializers.CharField(
        write_only=True,
        required=False,
        allow_blank=True,
        max_length=REASON_LENGTH,
        help_text="Kept in the history.",
    )

    def to_internal_value(self, data: Any) -> Any:
        """The document that the body stands for. Raises Invalid, naming each place."""
        if not isinstance(data, dict):
            raise bad_body("wrong_shape", "The body should be an object.")
        shown = None if self.instance is None else self.to_representation(self.instance)
        if wrong := [*unknown_fields(self, data), *written_read_only(self, data, shown)]:
            raise Invalid(wrong)
        given = {name: value for name, value in data.items() if not self.fields[name].read_only}
        try:
            return self.document.model_validate(self.as_document(given))
        except ShapeError as error:
            raise Invalid(error_of(found, self.place_in(given)) for found in shape_findings(error)) from None

    def as_document(self, data: dict[str, Any]) -> dict[str, Any]:
        """The body in the document's words; what is not read into the row stays as the row has it."""
        return data

    def place_in(self, data: Mapping[str, Any]) -> Any:
        """A function from the document's paths to those of the body."""
        return lambda path: path

    def draft(self) -> Model:
        """A copy of the row, or a new one, to be filled and judged."""
        model: type[Model] = self.context["view"].queryset.model
        row: Model = model() if self.instance is None else copy.copy(self.instance)
        return row

    def store(self, row: Any, document: Any, *, author: Any, reason: str) -> Any:
        """Make ``row`` what the document says, through ``full_clean()``; return the stored row."""
        raise NotImplementedError

    def findings(self, row: Any) -> Sequence[Finding]:
        """What the rules call an error about ``row``, with places; asked only where it was refused."""
        return ()

    def save(self, **kwargs: Any) -> Any:
        """Store what was validated; return the row. Raises Invalid, naming rules and places."""
        row = self.draft()
        try:
            self.instance = self.store(row, self.validated_data, **kwargs)
        except ModelError as refused:
            raise Invalid(self._objections(row, refused)) from None
        return self.instance

    def _objections(self, row: Any, refused: ModelError) -> list[ErrorItem]:
        """The rules' own words where there are some, then what only the columns object to."""
        place = self.place_in(self.initial_data)
        errors = [error_of(found, place) for found in self.findings(row)]
        said = {error.code for error in errors}
        return errors + [error for error in model_errors(refused) if error.code not in said]


def unknown_fields(
    serializer: serializers.BaseSerializer[Any], data: Any, path: Path = ()
) -> Iterator[ErrorItem]:
    """An error for every key that no field has, at any depth."""
    if isinstance(serializer, serializers.ListSerializer):
        for index, item in enumerate(data if isinstance(data, list) else ()):
            if isinstance(serializer.child, serializers.BaseSerializer):
                yield from unknown_fields(serializer.child, item, (*path, index))
    elif isinstance(serializer, serializers.Serializer) and isinstance(data, dict):
        for key, value in data.items():
            if (field := serializer.fields.get(key)) is None:
                shown = key if len(key) <= 60 else key[:60] + "…"
                writable = [name for name, field in serializer.fields.items() if not field.read_only]
                message = f"`{shown}` is no field here."
                yield ErrorItem("unknown_field", message, (*path, shown), meant(key, writable))
            elif isinstance(field, serializers.BaseSerializer) and not field.read_only:
                yield from unknown_fields(field, value, (*path, key))


def written_read_only(
    serializer: serializers.BaseSerializer[Any], data: Any, shown: Any, path: Path = ()
) -> Iterator[ErrorItem]:
    """An error for every value of a field that cannot be written, unless it is what stands there already.

    ``shown`` is what was read: whoever sends that back, changed elsewhere, means no harm. A row of a list is one of
    those with the same first field; a new one has nothing.
    """
    if isinstance(serializer, serializers.ListSerializer):
        child = serializer.child
        if isinstance(child, serializers.Serializer) and isinstance(data, list):
            key = next(iter(child.fields))
            for index, item in enumerate(data):
                name = item.get(key) if isinstance(item, dict) else None
                same = [row for row in shown or () if isinstance(name, str) and row[key] == name]
                found = [[*written_read_only(child, item, row, (*path, index))] for row in same or [None]]
                yield from min(found, key=len)
    elif isinstance(serializer, serializers.Serializer) and isinstance(data, dict):
        for key, value in data.items():
            field = serializer.fields.get(key)
            before = (shown or {}).get(key)
            if isinstance(field, serializers.BaseSerializer) and not field.read_only:
                yield from written_read_only(field, value, before, (*path, key))
            elif field is not None and field.read_only and (value if shown is None else value != before):
                message = f"`{key}` cannot be written. Leave it out, or send it as it was read."
                yield ErrorItem("read_only", message, (*path, key))


def merged(whole: Any, part: Any) -> Any:
    """A representation with what a PATCH brings: objects are merged, everything else is replaced."""
    if not isinstance(whole, dict) or not isinstance(part, dict):
        return part
    return whole | {key: merged(whole.get(key), value) for key, value in part.items()}


class ErrorItemSerializer(serializers.Serializer[Any]):
    """One thing that is wrong, and where."""

    code = serializers.CharField(help_text="Stable; that of the rule, where a rule objects.")
    message = serializers.CharField()
    pointer = serializers.CharField(required=False, help_text="Where in the body (RFC 6901).")
    parameter = serializers.CharField(required=False, help_text="Which query parameter or header.")
    hint = serializers.CharField(required=False)
    rule = serializers.CharField(required=False, help_text="The rule's id, such as `KPI031`.")


class ProblemSerializer(serializers.Serializer[Any]):
    """Every answer of 4xx and 5xx: RFC 9457."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField(help_text="Stable: what a program should look at.")
    errors = ErrorItemSerializer(many=True)  # type: ignore[assignment]  # a field here, not the errors of this
    request_id = serializers.CharField(required=False)
