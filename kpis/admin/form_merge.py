"""Two people filled in one form: what each changed, and the form that comes of both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict

from kpis.admin.form_state import Row, Sent, State, Values, put

CHOICE = "choose:"
"""What the inputs begin with that say whose value goes on."""
MINE, THEIRS = "mine", "theirs"
FormSets = Sequence[forms.BaseFormSet[Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, or one row, in which what was sent is not what is stored; ``goes`` is "" where both changed it."""

    key: str
    label: str
    mine: str
    theirs: str
    base: str
    goes: str

    @property
    def clashes(self) -> bool:
        """A person has to choose."""
        return not self.goes


@dataclass(slots=True)
class Comparison:
    """A form that was sent, beside what its person saw and what is stored now."""

    form: forms.BaseForm
    formsets: FormSets
    base: State | None
    mine: Sent
    theirs: State
    data: QueryDict
    base_state: State = field(init=False)

    def __post_init__(self) -> None:
        self.base_state = self.base or State()

    def differences(self) -> list[Difference]:
        """Every field and row that differs, in the form's order."""
        return [*self._fields(), *(one for formset in self.formsets for one in self._rows(formset))]

    def _fields(self) -> Iterator[Difference]:
        for name, theirs in self.theirs.fields.items():
            mine, base = self.mine.fields.get(name, theirs), self.base_state.fields.get(name)
            if mine != theirs and self._says_another(name):
                bound = self.form[name]
                yield Difference(
                    name,
                    str(bound.label),
                    mine=words(bound.field, mine),
                    theirs=words(bound.field, theirs),
                    base=words(bound.field, base),
                    goes=goes(mine, theirs, base),
                )

    def _says_another(self, name: str) -> bool:
        """Whether Django would call it a change: ``1.50`` is ``1.5``."""
        bound = self.form[name]
        value = bound.field.widget.value_from_datadict(self.data, {}, bound.html_name)
        return bound.field.has_changed(bound.initial, value)

    def _rows(self, formset: forms.BaseFormSet[Any]) -> Iterator[Difference]:
        prefix, one = str(formset.prefix), formset.empty_form
        theirs, base = self.theirs.rows.get(prefix, {}), self.base_state.rows.get(prefix, {})
        mine = self.mine.rows.get(prefix, {})
        noun = formset.model._meta.verbose_name  # type: ignore[attr-defined]  # they are of models here
        for key in dict.fromkeys([*theirs, *mine]):
            if key not in mine and theirs[key] in self.mine.added.get(prefix, []):
                continue  # both added the same, or the form was sent twice
            # A row that they added was never on my screen: nothing of mine speaks against it.
            ours = mine.get(key) if key in mine else base.get(key)
            if ours != theirs.get(key):
                yield Difference(
                    f"{prefix}:{key}",
                    f"{noun} {key}",
                    mine=row_words(one, ours),
                    theirs=row_words(one, theirs.get(key)),
                    base=row_words(one, base.get(key)),
                    goes=goes(ours, theirs.get(key), base.get(key)),
                )
        for row in self.new_rows(prefix):
            yield Difference(f"{prefix}:new", f"new {noun}", row_words(one, row), "–", "–", MINE)

    def new_rows(self, prefix: str) -> list[Row]:
        """Rows that I added, without those that are stored by now: a form sent twice adds them once."""
        return new_rows(self.mine, self.theirs, prefix)


def goes(mine: Any, theirs: Any, base: Any) -> str:
    """Whose value goes on where only one side changed it; "" where both did."""
    if base == theirs:
        return MINE
    return THEIRS if base == mine else ""


def new_rows(mine: Sent, theirs: State, prefix: str) -> list[Row]:
    """The rows that were added and are not stored by now."""
    unseen = [row for key, row in theirs.rows.get(prefix, {}).items() if key not in mine.rows.get(prefix, {})]
    return [row for row in mine.added.get(prefix, []) if row not in unseen]


def words(each: forms.Field, values: Values | None) -> str:
    """A field's value as a person reads it."""
    texts = [text for part in (values or {}).values() for text in part if text]
    if isinstance(each, forms.BooleanField):
        return "yes" if texts else "no"
    if isinstance(each, forms.ModelChoiceField):
        keys = [text for text in texts if text.isdecimal() and len(text) < 19]
        texts = (
            [str(obj) for obj in each.queryset.filter(pk__in=keys)] if each.queryset is not None else texts
        )
    elif isinstance(each, forms.ChoiceField):
        labels = {str(value): str(label) for value, label in forms.Select(choices=each.choices).choices}  # type: ignore[arg-type]
        texts = [labels.get(text, text) for text in texts]
    return ", ".join(texts) or "–"


def row_words(form: forms.BaseForm, row: Row | None) -> str:
    """A row's values as a person reads them."""
    if row is None:
        return "no such row"
    said = [(str(form[name].label), words(form.fields[name], values)) for name, values in row.items()]
    return "; ".join(f"{label}: {text}" for label, text in said if text != "–")


def settled(data: QueryDict, sent: Sent, seen: State) -> QueryDict:
    """What was sent with what was chosen: theirs out of the state that was on the screen, mine as it was sent."""
    choices = {key.removeprefix(CHOICE): str(value) for key, value in data.items() if key.startswith(CHOICE)}
    merged = QueryDict(mutable=True)
    for key, texts in data.lists():
        if not key.startswith(CHOICE):
            merged.setlist(key, texts)
    for name, values in seen.fields.items():
        if choices.get(name) == THEIRS:
            drop(merged, rf"{re.escape(name)}(_\d+)?")
            put(merged, "", {name: values})
    for prefix in seen.rows:
        put_rows(merged, prefix, sent, seen, choices)
    return merged


def put_rows(data: QueryDict, prefix: str, sent: Sent, seen: State, choices: Mapping[str, str]) -> None:
    """Send the rows of a formset anew: those that are stored, then those that are not."""
    drop(data, rf"{re.escape(prefix)}-\d+-.*")
    mine, stored = sent.rows.get(prefix, {}), seen.rows[prefix]
    for number, (key, row) in enumerate(stored.items()):
        wants_mine = key in mine and choices.get(f"{prefix}:{key}") != THEIRS
        put(data, f"{prefix}-{number}", (mine[key] or row) if wants_mine else row)
        data[f"{prefix}-{number}-id"] = key
        if wants_mine and mine[key] is None:
            data[f"{prefix}-{number}-{forms.formsets.DELETION_FIELD_NAME}"] = "on"
    kept = [
        row
        for key, row in mine.items()
        if row is not None and key not in stored and choices.get(f"{prefix}:{key}") != THEIRS
    ]
    added = [*kept, *new_rows(sent, seen, prefix)]
    for number, row in enumerate(added, start=len(stored)):
        put(data, f"{prefix}-{number}", row)
    data[f"{prefix}-INITIAL_FORMS"] = str(len(stored))
    data[f"{prefix}-TOTAL_FORMS"] = str(len(stored) + len(added))


def drop(data: QueryDict, pattern: str) -> None:
    """Take inputs away by their whole names."""
    for name in [name for name in data if re.fullmatch(pattern, name)]:
        del data[name]
