"""Where a run is not as declared, what people think of it, and the door by which they say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxLengthValidator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse

from jobs.database_clock import database_clock
from kpis.models.fields import printable
from protocols.errors import NoSuchRun, RunError
from protocols.models import Deviation, ProtocolRun
from protocols.pages.access import require
from protocols.pages.rules import TITLES
from protocols.pages.run.deciding import MAY
from protocols.services.proposing import Proposal, proposals_of
from protocols.services.verdicts import MOST_WORDS, Verdict, judge_deviation
from telemetry.pages.words import when_of

J = Deviation.Judgement
CHOICES: Final = (
    (J.HARMFUL, "Harmful", "It may have done the person harm, or was about to."),
    (J.ACCEPTABLE, "Acceptable", "There was a good reason, and the contract stays as it is."),
    (J.BETTER, "Better", "It was better than the contract: the contract should be changed."),
)
KINDS: Final = {J.HARMFUL: "critical", J.ACCEPTABLE: "normal", J.BETTER: "info", "": "warning"}
"""Classes of the chip that says what people think; of what nobody judged, that of a warning."""
PANELS_AT_MOST: Final = 20
"""Deviations that can be judged right on the page: the first ones that nobody judged yet, and those judged."""


@dataclass(frozen=True, slots=True)
class Row:
    """One deviation as it is read."""

    deviation: Deviation
    title: str
    kind: str
    verdict: str
    judged: datetime | None
    proposal: Proposal | None
    has_panel: bool


def rows(run: ProtocolRun, deviations: Sequence[Deviation]) -> list[Row]:
    """A run's deviations in order, with what to change where one was better than the contract."""
    proposals = proposals_of(run, [one for one in deviations if one.judgement == J.BETTER])
    return [
        Row(
            deviation=one,
            title=TITLES.get(one.rule, one.rule),
            kind=KINDS[one.judgement],
            verdict=one.get_judgement_display() if one.judgement else "not judged yet",
            judged=when_of(one.judged_at),
            proposal=proposals.get(one.pk),
            has_panel=place < PANELS_AT_MOST,
        )
        for place, one in enumerate(deviations)
    ]


def urls(site: AdminSite) -> list[URLPattern]:
    """For the admin of runs."""
    return [path("<row:pk>/judge/", site.admin_view(judge_view), name="protocols_protocolrun_judge")]


class VerdictForm(forms.Form):
    """What was sent."""

    place = forms.IntegerField(min_value=0, max_value=1_000_000)
    rule = forms.ChoiceField(choices=[(rule, rule) for rule in TITLES])
    judgement = forms.ChoiceField(
        choices=J.choices,
        error_messages={
            "required": "Choose what you think of it.",
            "invalid_choice": "Choose one of the three.",
        },
    )
    words = forms.CharField(
        validators=[printable, MaxLengthValidator(MOST_WORDS)], error_messages={"required": "Say why."}
    )


def judge_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Put on the record what a person thinks of a deviation, and show the run again."""
    require(request)
    if not request.user.has_perm(MAY):  # type: ignore[union-attr]  # as in access
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not ProtocolRun.objects.filter(pk=pk).exists():
        raise Http404("There is no such run.")
    if wrong := _judge(request, pk):
        messages.error(request, wrong)
    else:
        messages.success(request, "Judged. It is on the record.")
    return HttpResponseRedirect(reverse("admin:protocols_protocolrun_change", args=[pk]) + "#differs")


def _judge(request: HttpRequest, pk: int) -> str:
    """What is wrong with what was sent, in words; "" where it was done."""
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return " ".join(str(error) for errors in form.errors.values() for error in errors)
    sent = form.cleaned_data
    verdict = Verdict(sent["place"], sent["rule"], sent["judgement"], sent["words"].strip())
    user = request.user
    assert isinstance(user, User)  # noqa: S101 - has the permission
    try:
        judge_deviation(pk, verdict, user=user, now=database_clock.micros())
    except NoSuchRun as error:
        return error.message
    except RunError as error:
        return f"{error.message} {error.hint}".strip()
    return ""
