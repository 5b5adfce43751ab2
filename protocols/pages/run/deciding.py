"""The door by which a person decides: parses what was sent, makes one call, and says what came of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.http import HttpRequest

from jobs.database_clock import database_clock
from kpis.models.fields import printable
from protocols.errors import RunError
from protocols.models import NOTE, Intervention
from protocols.pages.run.choices import DONE_WORDS
from protocols.services.deciding import Decision, decide
from protocols.services.reporting import MOST_STEPS
from protocols.services.verdicts import MOST_WORDS, Verdict, judge_deviation

Kind = Intervention.Kind
MAY = "protocols.add_intervention"


MAY_JUDGE = "protocols.change_deviation"


class DecisionForm(forms.Form):
    """What was sent. Who looks at the page chooses of what it offers, so the messages are for everybody else."""

    kind = forms.ChoiceField(
        choices=[(kind, kind) for kind in DONE_WORDS],
        error_messages={"required": "Choose what to do.", "invalid_choice": "Choose one of the buttons."},
    )
    step = forms.IntegerField(
        required=False,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_STEPS)],
        error_messages={"invalid": "There is no such step."},
    )
    reason_code = forms.CharField(required=False, max_length=15)
    words = forms.CharField(required=False, validators=[printable, MaxLengthValidator(NOTE)])

    @property
    def told(self) -> str:
        """What is wrong, in words."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


def decided(request: HttpRequest, pk: int) -> tuple[str, str]:
    """What was done, in words; or what was wrong."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return "", form.told
    sent: dict[str, Any] = form.cleaned_data
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - has the permission
    kind = Kind(sent["kind"])
    assignee = user if kind is Kind.ASSIGN else None
    decision = Decision(kind, sent["step"] or 0, sent["reason_code"], sent["words"].strip(), assignee)
    try:
        decide(pk, decision, user=user, now=database_clock.micros())
    except RunError as error:
        return "", f"{error.message} {error.hint}".strip()
    return DONE_WORDS[kind], ""


class VerdictForm(forms.Form):
    """What somebody thinks of a deviation."""

    place = forms.IntegerField(
        validators=[MinValueValidator(0), MaxValueValidator(MOST_STEPS)],
        error_messages={"invalid": "There is no such step.", "required": "Choose what is judged."},
    )
    rule = forms.CharField(max_length=10, error_messages={"required": "Choose what is judged."})
    judgement = forms.CharField(max_length=10, error_messages={"required": "Choose what you think of it."})
    words = forms.CharField(
        validators=[printable, MaxLengthValidator(MOST_WORDS)], error_messages={"required": "Say why."}
    )

    @property
    def told(self) -> str:
        """What is wrong, in words."""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


def judged(request: HttpRequest, pk: int) -> tuple[str, str]:
    """What was put on the record about a deviation, in words; or what was wrong."""
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return "", form.told
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - has the permission
    try:
        one = judge_deviation(pk, Verdict(**form.cleaned_data), user=user, now=database_clock.micros())
    except RunError as error:
        return "", f"{error.message} {error.hint}".strip()
    return f"You found it {one.get_judgement_display()}. It is on the record.", ""
