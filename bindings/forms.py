"""The rows of an agent's page: the agent itself, its bindings with triggers and actions, its hand-offs.

Each row is a form of its own; :mod:`bindings.admin.sheet` puts them together to a contract, which the rules
judge as a whole. So nothing here is required: what is missing, they say.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import Any, ClassVar

from django import forms
from django.db import models
from django.forms.models import fields_for_model
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bindings.models import Action, Agent, Binding, HandOff, Trigger
from contracts.action_words import ActionWords
from contracts.rules.bindings import ROLES
from contracts.severity import Severity
from contracts.units import UnitSpec
from kpis.form_fields import LinesField, ReasonField
from kpis.models.fields import printable

SEVERITY_CHOICES = [
    (str(Severity.CRITICAL), "critical"),
    (str(Severity.WARNING), "warning"),
    (str(Severity.INFO), "elevated"),
]


class RowForm(forms.Form):
    """A form with some columns of a model, whose labels, choices and limits it takes."""

    model: ClassVar[type[models.Model]]
    columns: ClassVar[tuple[str, ...]]
    content: ClassVar[tuple[str, ...]] = ()
    """What a row must say something in, or it is no row at all."""
    widgets: ClassVar[dict[str, type[forms.Widget] | forms.Widget]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = deepcopy(dict(columns_of(type(self)))) | self.fields

    def text(self, name: str) -> str:
        """What stands in a field, whether it is right or wrong, without blanks around it."""
        value = self[name].value()
        return "" if value is None else str(value).replace("\r\n", "\n").strip()

    def ticked(self, name: str) -> bool:
        """Whether a box is ticked."""
        return bool(self[name].value())

    @property
    def is_empty(self) -> bool:
        """Whether the person left the row blank: there is no such row."""
        return not any(self.text(name) for name in self.content)


@cache
def columns_of(kind: type[RowForm]) -> Mapping[str, forms.Field]:
    """The fields of a kind of row that are columns of its model; each form has a copy of its own."""
    own: dict[str, forms.Field] = fields_for_model(kind.model, fields=kind.columns, widgets=kind.widgets)
    for field in own.values():
        field.required = False
        if isinstance(field, forms.CharField):
            field.validators.append(printable)
    return own


class HeadForm(RowForm):
    """The agent as the roster has it, why it changes, and which revision the person started from."""

    model = Agent
    columns = ("name", "code", "role", "status", "enabled")

    tags = LinesField(
        required=False, help_text="Words to find it by, one per line.",
        widget=forms.Textarea(attrs={"rows": 1}),
    )  # fmt: skip
    reason = ReasonField()
    started_from = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name = self.fields["name"]
        name.required = True
        # A blank at the end of a name is the person's to see, not ours to hide: every door refuses it alike.
        if isinstance(name, forms.CharField):
            name.strip = False

    def words(self) -> list[str]:
        """The tags as a list."""
        field = self.fields["tags"]
        assert isinstance(field, LinesField)  # noqa: S101  as declared above
        return field.to_python(self["tags"].value())


class ProposingInput(forms.TextInput):
    """A line of text that proposes some, and takes any."""

    def __init__(self, proposals: Sequence[str], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.proposals = proposals

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The input, and the list that it names."""
        list_id = f"{(attrs or {}).get('id') or name}_proposals"
        field = super().render(name, value, {**(attrs or {}), "list": list_id}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((one,) for one in self.proposals))
        return format_html('{}<datalist id="{}">{}</datalist>', field, list_id, options)


class BindingForm(RowForm):
    """One KPI that the agent watches. Which one does not change: another one is another binding."""

    model = Binding
    columns = ("role", "guard", "enabled")
    widgets: ClassVar[dict[str, type[forms.Widget] | forms.Widget]] = {"role": ProposingInput(ROLES)}

    key = forms.CharField(widget=forms.HiddenInput, required=False)
    place = forms.IntegerField(widget=forms.HiddenInput, required=False)


class TriggerForm(RowForm):
    """When the agent acts, at one severity; a blank row is no trigger."""

    model = Trigger
    columns = ("condition", "for_duration", "keep_firing_for", "recover_if")
    content = columns
    unit: UnitSpec | None = None
    """What the KPI is measured in, which its conditions may name."""

    def __init__(self, severity: Severity, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.severity = severity

    @property
    def is_timed(self) -> bool:
        """Whether it says anything about time, or is wrong about it."""
        return any(self.text(name) or self[name].errors for name in self.columns[1:])


class ActionForm(RowForm):
    """One step of a binding; a blank row is no step. The page has the list of what the catalogue offers."""

    model = Action
    columns = ("name", "description", "on", "deadline")
    content = ("name", "description", "deadline")
    widgets: ClassVar[dict[str, type[forms.Widget] | forms.Widget]] = {
        "name": forms.TextInput(attrs={"list": "catalogue", "autocomplete": "off"}),
        "description": forms.TextInput(attrs={"placeholder": "in plain words"}),
    }
    words: ActionWords | None = None
    """What the catalogue says of it."""

    place = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "what it does"
        self.fields["description"].label = "in plain words"
        self.fields["on"] = forms.ChoiceField(
            required=False, label="only when", choices=[("", "always"), *SEVERITY_CHOICES]
        )


class HandOffForm(RowForm):
    """Another agent that is asked, and why; a row without agent and reason is none."""

    model = HandOff
    columns = ("reason",)
    content = ("target", "reason")
    widgets: ClassVar[dict[str, type[forms.Widget] | forms.Widget]] = {
        "reason": forms.TextInput(attrs={"placeholder": "because"})
    }

    severity = forms.ChoiceField(required=False, label="when", choices=SEVERITY_CHOICES)
    target = forms.CharField(
        required=False,
        label="it asks",
        widget=forms.TextInput(attrs={"list": "agents", "autocomplete": "off"}),
    )
    kpi = forms.CharField(
        required=False,
        label="about",
        widget=forms.TextInput(
            attrs={"list": "watched", "autocomplete": "off", "placeholder": "everything it watches"}
        ),
    )
    field_order = ("severity", "kpi", "target", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "because"
        self.order_fields(self.field_order)
