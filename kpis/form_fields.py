"""Fields that the forms of the registry and of agents share."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from pydantic_core import PydanticCustomError

from contracts.decimals import DIGITS_EXPECTED, plain
from contracts.documents.base import read_number
from contracts.yamltree import Plain
from kpis.models.fields import printable


def each_printable(lines: Sequence[str]) -> None:
    """Every line is fit to be kept. Raises ValidationError."""
    for line in lines:
        printable(line)


class LinesField(forms.CharField):
    """A list of texts, one per line."""

    widget = forms.Textarea
    default_validators = [each_printable]

    def prepare_value(self, value: Any) -> Any:
        """Show a stored list as lines."""
        return "\n".join(str(item) for item in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]  # a list is what this field is for
        """Read lines as a list, without blank ones."""
        if isinstance(value, list):
            return value
        return [line.strip() for line in (value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare as lists."""
        return self.to_python(self.prepare_value(initial)) != self.to_python(data)


class ProseField(forms.CharField):
    """A text of several lines. Browsers send a line end as two characters, the registry file has one."""

    def to_python(self, value: Any) -> str:
        """The text with line ends as the file has them."""
        return str(super().to_python(value)).replace("\r\n", "\n")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Blanks around the text do not count: the field cannot show whether a file had some."""
        return (initial or "").strip() != self.to_python(data)


class ReasonField(forms.CharField):
    """Why somebody makes a change, as the history keeps it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            max_length=500,
            label="Why this change",
            help_text="Kept in the history, for anyone who wonders why next year.",
            **kwargs,
        )


class NumberField(forms.Field):
    """A number, read by the very grammar of the registry file, with its codes."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    default_error_messages = {
        "number_expected": "Write a number, such as 30 or 0.8.",
        "not_finite": "Write a finite number; leave the field empty where there is no limit.",
        "number_too_long": f"Write a number with {DIGITS_EXPECTED}.",
    }

    def __init__(self, *, max_digits: int = 0, decimal_places: int = 0, **kwargs: Any) -> None:
        """The column's digits are those of the grammar; they need no check of their own."""
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Decimal | None:
        """The exact decimal, or None for an empty field. Raises ValidationError."""
        text = str(value).strip() if value is not None else ""
        if not text:
            return None
        try:
            return read_number(Plain(text))
        except PydanticCustomError as error:
            raise ValidationError(self.error_messages[error.type], code=error.type) from None

    def prepare_value(self, value: Any) -> Any:
        """Show a stored number without trailing zeros."""
        return plain(value) if isinstance(value, Decimal) else value


class KnownChoiceField(forms.ModelChoiceField[Model]):
    """A choice of a row. One of those that were read already need not be read again to be chosen."""

    _known: Mapping[str, Model] = {}  # noqa: RUF012 - never changed

    def knowing(self, rows: Iterable[Model]) -> Self:
        """The field itself, which now knows these rows."""
        self._known = {str(row.pk): row for row in rows}
        return self

    def to_python(self, value: Any) -> Model | None:
        """The row. Raises ValidationError."""
        known = self._known.get(str(value))
        return known if known is not None else super().to_python(value)
