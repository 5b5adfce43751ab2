"""Finding a person by what they are called: on the pages, in metrics and alerts, or by agents."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from telemetry.models import Subject
from telemetry.models.series import NAME
from telemetry.subjects import LENGTH, pseudonym
from telemetry.user_id_policy import PROBLEMS, can_be_kept, problem_with

BY_ID = "telemetry.find_subject"
PSEUDONYM = re.compile(rf"[0-9a-f]{{{LENGTH}}}")
NUMBER = re.compile(r"(?:person\s+)?([1-9][0-9]{0,17})")


class FindForm(forms.Form):
    """Whom to find. It is posted, because addresses are logged and kept by browsers; ids must not be."""

    name = forms.CharField(
        max_length=NAME,
        strip=False,
        label="Person",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Enter whom to find."},
    )

    def __init__(self, user: AbstractBaseUser | AnonymousUser, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.may_by_id = may_by_id(user)
        self.found = 0

    @property
    def by(self) -> str:
        """By what a person can be found here."""
        shown = {"plain": "", "pseudonym": "the sixteen letters and digits that pages and metrics show"}
        label = shown.get(settings.SUBJECT_LABEL, "the number that pages show")
        if not self.may_by_id:
            return label
        return f"{label}, or the id that agents send" if label else "the id that agents send"

    def clean_name(self) -> str:
        """Somebody's; their number is ``found``."""
        name: str = self.cleaned_data["name"]
        found = find(name, by_id=self.may_by_id) if can_be_kept(name) else None
        if found is None:
            code = problem_with(name) if self.may_by_id else ""
            why = PROBLEMS[code] if code else "Nobody has that name or id."
            raise forms.ValidationError(f"{why} Enter {self.by}.", code=code or "unknown")
        self.found = found
        return name


def may_by_id(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether somebody may learn who is behind an id: everybody, where the pages show ids anyway."""
    return settings.SUBJECT_LABEL == "plain" or user.has_perm(BY_ID)  # type: ignore[union-attr]  # as in access


def find(name: str, *, by_id: bool) -> int | None:
    """The number of whoever is called so; None for nobody. A pseudonym is held against everybody's: nowhere is
    written whose it is."""
    people = Subject.objects.order_by("pk")
    if by_id and (found := people.filter(user_id=name).values_list("pk", flat=True).first()):
        return found
    name = name.strip()  # what the pages show has no blanks around it
    if settings.SUBJECT_LABEL == "pseudonym" and PSEUDONYM.fullmatch(name.lower()):
        rows = people.values_list("pk", "user_id").iterator(chunk_size=10_000)
        return next((pk for pk, user_id in rows if pseudonym(user_id) == name.lower()), None)
    if settings.SUBJECT_LABEL == "off" and (number := NUMBER.fullmatch(name)):
        return people.filter(pk=int(number[1])).values_list("pk", flat=True).first()
    return None
