"""What a form of the admin shows, as plain values: signed into the page, and compared when it comes back.

A state has a part for the form itself, named "", and one for each kind of rows below it, by their formset's
prefix and their key. Values are texts as a browser sends them, by the ending of their input's name: a moment is
two inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core import signing
from django.forms.boundfield import BoundField
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

SALT = "kpis.admin.form_state"
MANY = 2000
"""Rows of a formset that are read at most."""
Values = dict[str, list[str]]
Row = dict[str, Values]


@dataclass(slots=True)
class State:
    """The form's own fields, and its rows by the prefix of their formset and their key."""

    fields: Row = field(default_factory=dict)
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)

    def signed(self) -> str:
        """As a page carries it: nobody can say they saw what they did not."""
        return signing.dumps([self.fields, self.rows], salt=SALT, compress=True)

    @classmethod
    def read(cls, text: str) -> State | None:
        """The state that a page carried; None where it carried none of ours."""
        try:
            return cls(*signing.loads(text, salt=SALT))
        except (signing.BadSignature, ValueError, TypeError):
            return None


def inputs(widget: forms.Widget) -> Iterator[tuple[str, forms.Widget]]:
    """A widget's inputs, each by the ending of its name."""
    if isinstance(widget, RelatedFieldWidgetWrapper):
        yield from inputs(widget.widget)
    elif isinstance(widget, forms.MultiWidget):
        yield from zip(widget.widgets_names, widget.widgets, strict=True)  # type: ignore[attr-defined]  # not in the stubs
    else:
        yield "", widget


def editable(form: forms.BaseForm) -> Iterator[BoundField]:
    """The fields a person can change."""
    for name, each in form.fields.items():
        if (
            not each.disabled
            and not isinstance(each, forms.FileField)
            and name != forms.formsets.DELETION_FIELD_NAME
        ):
            yield form[name]


def shown(bound: BoundField) -> Values:
    """What an unbound form shows in a field's inputs."""
    value: Any = bound.value()
    widget = bound.field.widget
    parts = list(inputs(widget))
    plain = widget.widget if isinstance(widget, RelatedFieldWidgetWrapper) else widget
    values: list[Any] = (plain.decompress(value) or []) if isinstance(plain, forms.MultiWidget) else [value]
    return {ending: _texts(one, each) for (ending, one), each in zip(parts, values, strict=True)}


def _texts(widget: forms.Widget, value: Any) -> list[str]:
    if isinstance(widget, forms.CheckboxInput):
        return ["on"] if value else []
    text: Any = widget.format_value(value)
    if isinstance(text, list):
        return sorted(str(one) for one in text)
    return [tidy("" if text is None else str(text))]


def sent(bound: BoundField, data: QueryDict) -> Values:
    """What was sent for a field, whatever form it was sent with."""
    values: Values = {}
    for ending, widget in inputs(bound.field.widget):
        name = bound.html_name + ending
        if isinstance(widget, forms.CheckboxInput):
            values[ending] = ["on"] if widget.value_from_datadict(data, MultiValueDict(), name) else []
        elif getattr(widget, "allow_multiple_selected", False):
            values[ending] = sorted(data.getlist(name))
        else:
            values[ending] = [tidy(data.get(name, ""))]
    return values


def tidy(text: str) -> str:
    """Browsers send a line's end as two characters, and blanks around a text are no part of it."""
    return text.replace("\r\n", "\n").strip()


def state_of(form: forms.BaseForm, formsets: Sequence[forms.BaseFormSet[Any]]) -> State:
    """What unbound forms show of what is stored."""
    rows = {
        str(formset.prefix): {str(each.instance.pk): row_of(each) for each in formset.initial_forms}
        for formset in formsets
    }
    return State(row_of(form), rows)


def row_of(form: forms.BaseForm) -> Row:
    """One unbound form's inputs by their field."""
    return {bound.name: shown(bound) for bound in editable(form) if not is_key(bound)}


def is_key(bound: BoundField) -> bool:
    """Whether a field says which row it is, or whose."""
    return isinstance(bound.field, (forms.models.InlineForeignKeyField,)) or (
        isinstance(bound.field, forms.ModelChoiceField) and isinstance(bound.field.widget, forms.HiddenInput)
    )


@dataclass(slots=True)
class Sent:
    """What a person sent: the form's fields, rows that were there (None: ticked for deletion), and new ones."""

    fields: Row
    rows: dict[str, dict[str, Row | None]]
    added: dict[str, list[Row]]

    @classmethod
    def of(cls, form: forms.BaseForm, formsets: Sequence[forms.BaseFormSet[Any]], data: QueryDict) -> Sent:
        """Read by unbound forms of what is stored, so that rows which are gone by now are read too."""
        found = cls(_sent_row(form, data), {}, {})
        for formset in formsets:
            prefix = str(formset.prefix)
            found.rows[prefix], found.added[prefix] = {}, []
            blank = row_of(formset.empty_form)
            for number in range(_count(data, prefix)):
                one: Any = formset.empty_form
                one.prefix = f"{prefix}-{number}"
                row, key = _sent_row(one, data), data.get(f"{one.prefix}-id", "")
                gone = bool(data.get(f"{one.prefix}-{forms.formsets.DELETION_FIELD_NAME}"))
                if key:
                    found.rows[prefix][key] = None if gone else row
                elif row != blank and not gone:
                    found.added[prefix].append(row)
        return found


def _sent_row(form: forms.BaseForm, data: QueryDict) -> Row:
    return {bound.name: sent(bound, data) for bound in editable(form) if not is_key(bound)}


def _count(data: QueryDict, prefix: str) -> int:
    text = data.get(f"{prefix}-TOTAL_FORMS", "")
    return min(int(text), MANY) if text.isdecimal() and len(text) < 6 else 0


def put(data: QueryDict, prefix: str, row: Mapping[str, Values]) -> None:
    """Have what is sent hold this row."""
    for name, values in row.items():
        for ending, texts in values.items():
            html_name = f"{prefix}-{name}{ending}" if prefix else f"{name}{ending}"
            data.setlist(html_name, texts)
