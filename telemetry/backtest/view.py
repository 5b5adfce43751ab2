"""Backtests in the admin: a form beside a KPI or a binding, and a page with the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from contracts.texts import unfit_character
from jobs.models import Job
from jobs.services import cancel
from telemetry.backtest.headline import summary
from telemetry.backtest.prefill import prefill
from telemetry.backtest.questions import USUAL_DAYS, Refused, Wish, ask
from telemetry.backtest.running import KIND, MOST, TooMany, start
from telemetry.backtest.told import Row, looked_at, rows, told
from telemetry.backtest.words import counted, length
from telemetry.ingest import clock
from telemetry.models import Standing
from telemetry.models.series import NAME

ENOUGH = "You have as many backtests waiting as is allowed. Wait for one to finish, or cancel one."
PERMISSION = "telemetry.view_standing"
SEVERITIES = (("critical", "critical"), ("warning", "warning"), ("info", "elevated"))
DAYS = tuple((days, f"{days} days") for days in (7, 30, 90, 365))
_FIELDS = {"for": "for_"}
_TYPED = {"autocomplete": "off", "spellcheck": "false"}


class BacktestForm(forms.Form):
    """Another condition for one severity."""

    prefix = "backtest"
    kpi = forms.CharField(max_length=NAME, widget=forms.HiddenInput)
    agent = forms.CharField(max_length=NAME, required=False, widget=forms.HiddenInput)
    severity = forms.ChoiceField(choices=SEVERITIES, initial="critical")
    condition = forms.CharField(
        max_length=200,
        label="would be",
        widget=forms.TextInput(attrs=_TYPED | {"placeholder": "< 25"}),
        error_messages={"required": "Write a condition, such as < 25."},
    )
    for_ = forms.CharField(max_length=50, required=False, label="for", widget=forms.TextInput(attrs=_TYPED))
    recover_if = forms.CharField(
        max_length=200, required=False, label="ends where", widget=forms.TextInput(attrs=_TYPED)
    )
    days = forms.TypedChoiceField(choices=DAYS, coerce=int, initial=USUAL_DAYS, label="Over the last")

    def clean(self) -> dict[str, Any]:
        """No character that cannot be kept."""
        data: dict[str, Any] = super().clean() or {}
        for name, text in data.items():
            if isinstance(text, str) and unfit_character(text):
                self.add_error(name, "This contains a character that cannot be stored.")
        return data

    def wish(self) -> Wish:
        """What was asked; lengths that were left empty are as they are."""
        data = self.cleaned_data
        return Wish(
            kpi=data["kpi"],
            agent=data["agent"],
            condition=data["condition"],
            severity=data["severity"],
            for_=data["for_"] or None,
            recover_if=data["recover_if"] or None,
            days=data["days"],
        )


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer as it is drawn."""

    answer: Mapping[str, Any]
    rows: list[Row]
    summary: str
    looked_at: str

    @property
    def conditions(self) -> list[tuple[str, str, str]]:
        """Severity and condition, as it is and as it would be, of the severities that either has."""
        sides = [self.answer["conditions"][name] or () for name in ("as_is", "as_would_be")]
        words = [
            {
                kind: " or ".join(one["condition"] for one in side if one["severity"] == kind)
                for kind, _ in SEVERITIES
            }
            for side in sides
        ]
        was, now = words
        return [(kind, was[kind], now[kind]) for kind, _ in SEVERITIES if was[kind] or now[kind]]

    @property
    def who(self) -> list[tuple[str, str, str, str, str]]:
        """Of each person who is named: how long and how often by both contracts, and the first and the last day."""
        found = []
        for row in self.answer["who"]:
            was, now = row["as_is"], row["as_would_be"]
            days = [(now[key] or was[key] or "")[:10] for key in ("first", "last")]
            found.append((row["person"], self._often(was), self._often(now), *days))
        return found

    def _often(self, side: Mapping[str, Any]) -> str:
        told = [
            f"{row.word} {length(side['seconds'][row.kind])} ({counted(side['episodes'][row.kind], 'time')})"
            for row in self.rows
            if side["episodes"][row.kind]
        ]
        return ", ".join(told) or "never"


def shown(result: Mapping[str, Any] | None) -> list[Shown]:
    """The answers of a job."""
    return [Shown(answer, rows(answer), summary(answer), looked_at(answer)) for answer in told(result)]


def urls(site: AdminSite) -> list[URLPattern]:
    """The pages' addresses."""
    pages = Pages(site)
    view, name = site.admin_view, "telemetry_standing_backtest"
    return [
        path("backtest/", view(pages.ask), name=name),
        path("backtest/<row:pk>/", view(pages.answer), name=f"{name}_answer"),
        path("backtest/<row:pk>/cancel/", view(pages.cancel), name=f"{name}_cancel"),
    ]


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one admin."""

    site: AdminSite

    def ask(self, request: HttpRequest) -> HttpResponse:
        """Ask, on POST; what was wrong with the question, otherwise."""
        require(request)
        if request.method != "POST":
            known = {key: request.GET[key][:NAME] for key in ("kpi", "agent") if key in request.GET}
            begun = prefill(known.get("kpi", ""), known.get("agent", ""), request.user)
            return self._page(request, BacktestForm(initial=begun.initial | known), begun=begun)
        form = BacktestForm(request.POST)
        if form.is_valid():
            try:
                question = ask(form.wish(), clock())
            except Refused as refused:
                field = _FIELDS.get(refused.key, refused.key)
                visible = field in form.fields and not form.fields[field].widget.is_hidden
                form.add_error(field if visible else None, f"{refused.message} {refused.hint}".strip())
            else:
                try:
                    job = start([question], author=request.user, caller=f"person {request.user.pk}")
                except TooMany:
                    form.add_error(None, ENOUGH)
                else:
                    return HttpResponseRedirect(
                        reverse("admin:telemetry_standing_backtest_answer", args=[job.pk])
                    )
        return self._page(request, form, status=422)

    def answer(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What it found, or how far it is."""
        require(request)
        job = get_object_or_404(Job, pk=pk, kind=KIND)
        asked = job.payload["questions"][0]
        kept = {"kpi": asked["kpi"], "agent": asked["agent"], "condition": asked["changed"]}
        begun = prefill(asked["kpi"], asked["agent"], request.user)
        said = {"severity": asked["severity"]} if asked["severity"] else begun.initial
        initial = kept | said
        more: dict[str, Any] = {"job": job, "answers": shown(job.result), "most": MOST, "begun": begun}
        return self._page(request, BacktestForm(initial=initial), **more)

    def cancel(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Stop one's own; any, for those who may change jobs."""
        require(request)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        job = get_object_or_404(Job, pk=pk, kind=KIND)
        if job.author_id != request.user.pk and not request.user.has_perm("jobs.change_job"):
            raise PermissionDenied
        cancel(jobs=Job.objects.filter(pk=pk))
        return HttpResponseRedirect(reverse("admin:telemetry_standing_backtest_answer", args=[pk]))

    def _page(self, request: HttpRequest, form: BacktestForm, status: int = 200, **more: Any) -> HttpResponse:
        context = self.site.each_context(request) | {
            "title": "Backtest",
            "opts": Standing._meta,
            "form": form,
            "kpi": form["kpi"].value() or "",
            "agent": form["agent"].value() or "",
        }
        return TemplateResponse(request, "admin/telemetry/backtest/page.html", context | more, status=status)


def require(request: HttpRequest) -> None:
    """Raises PermissionDenied."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
