"""Validation reports in the browser: what is new, fixed and staying; validate now; waive; download."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models.functions import Now
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bindings.background import VALIDATION_REPORT, ask_for_report
from bindings.models import Waiver
from bindings.models.report import ValidationReport
from bindings.reports.entries import Entry
from bindings.reports.keeping import as_report, entries_in, fixed_in, is_outdated, silence
from bindings.reports.places import Place, Places
from bindings.reports.showing import show
from contracts.catalogue import Rule
from contracts.checks import RULES
from contracts.formats import render
from contracts.waivers import EXPIRED
from jobs.admin_lists import OfferedFilters
from jobs.models import Job
from kpis.locking import working_copy_lock
from rest.concurrency import expensive_page

View = Callable[..., HttpResponse]
PER_PAGE = 50
ASIDE = 100
"""Fixed and waived findings that are listed; a download has them all."""
EARLIER = 12
USUAL = timedelta(days=90)
"""How long a waiver holds unless another day is chosen."""
MOST_DOWNLOADED = 25_000
"""Findings of a download, the worst: more are refused by what reads SARIF."""
DOWNLOADS = {
    "json": ("json", "application/json"),
    "sarif": ("sarif", "application/sarif+json"),
    "junit": ("xml", "application/xml"),
    "markdown": ("md", "text/markdown"),
    "csv": ("csv", "text/csv"),
}
"""Formats that a report is downloaded in: how its file ends, and what it is."""
ACTIVE = (Job.State.QUEUED, Job.State.RUNNING, Job.State.FAILED)


class Row:
    """A finding on the page: with its rule, where to mend it, and whether it is new."""

    def __init__(self, entry: Entry, place: Place, stamp: str) -> None:
        self.entry = entry
        self.finding = entry.finding.at("", 0, 0)  # a page shows places of its own
        self.place = place
        self.rule: Rule | None = RULES.get(entry.rule)
        self.is_new = entry.since == stamp
        self.can_be_waived = entry.rule != EXPIRED and self.rule is not None


class WaiverForm(forms.ModelForm[Waiver]):
    """Why a finding may stay, who answers for it, and until when."""

    class Meta:
        model = Waiver
        fields = ("reason", "owner", "expires")
        widgets = {  # noqa: RUF012 - Django's own way to say it
            "reason": forms.Textarea(attrs={"rows": 3}),
            "expires": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def _get_validation_exclusions(self) -> set[str]:
        """Everything is judged: what is waived is not asked for here, but must be fit to be."""
        return {"author"}


@admin.register(ValidationReport)
class ReportAdmin(OfferedFilters, admin.ModelAdmin[ValidationReport]):
    """Reports are written by jobs: a person reads them, asks for a new one, and waives."""

    def get_urls(self) -> list[URLPattern]:
        """The page of the latest report stands where Django's list would be."""
        view, name = self.admin_site.admin_view, "bindings_validationreport"
        return [
            path("", view(self.report_view), name=f"{name}_changelist"),
            path("run/", view(require_POST(self.run_view)), name=f"{name}_run"),
            path("<row:pk>/", view(self.report_view), name=f"{name}_change"),
            path(
                "<row:pk>/<slug:format>/download/",
                view(expensive_page(self.download_view)),
                name=f"{name}_download",
            ),
            path("<row:pk>/<slug:mark>/waive/", view(self.waive_view), name=f"{name}_waive"),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody writes a report by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A report says what was."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Old ones go by themselves."""
        return False

    def report_view(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """One report, by default the latest; without any, how to get one."""
        self._require_view(request)
        latest = ValidationReport.objects.values_list("pk", flat=True).first()
        pk = latest if pk is None else pk
        report = get_object_or_404(ValidationReport.objects.whole(), pk=pk) if pk else None
        jobs = Job.objects.filter(kind=VALIDATION_REPORT).exclude(state=Job.State.CANCELLED)
        job = jobs.exclude(
            state=Job.State.QUEUED, due_at__gt=Now()
        ).first()  # one that comes later hides nothing
        context = self._context(request, "Validation") | {
            "report": report,
            "is_latest": pk == latest,
            "is_outdated": report is not None and pk == latest and is_outdated(report),
            "job": job if job and job.state in ACTIVE else None,
            "parked": job if job and job.state == Job.State.PARKED else None,
            "may_run": request.user.has_perm("bindings.add_validationreport"),
            "may_waive": request.user.has_perm("bindings.add_waiver"),
            "earlier": ValidationReport.objects.light()[:EARLIER],
        }
        if report:
            context |= findings_context(report, request.GET)
        return TemplateResponse(request, "admin/bindings/report/report.html", context)

    def run_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for a new report, unless one is being made already."""
        if not request.user.has_perm("bindings.add_validationreport"):
            raise PermissionDenied
        ask_for_report(trigger=ValidationReport.Trigger.MANUAL, author=request.user)
        return HttpResponseRedirect(reverse("admin:bindings_validationreport_changelist"))

    def download_view(self, request: HttpRequest, pk: int, format: str) -> HttpResponse:
        """The report, as it is filtered, as a file."""
        self._require_view(request)
        if format not in DOWNLOADS:
            raise Http404
        report = get_object_or_404(ValidationReport, pk=pk)
        entries = show(entries_in(report), request.GET, stamp_of(report)).entries
        ending, kind = DOWNLOADS[format]
        response = HttpResponse(
            render(as_report(report, entries).cut(MOST_DOWNLOADED), format),
            content_type=f"{kind}; charset=utf-8",
        )
        name = f"validation-{report.at:%Y-%m-%d}.{ending}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    def waive_view(self, request: HttpRequest, pk: int, mark: str) -> HttpResponse:
        """Ask why a finding may stay, and let it: in this report at once, in others when they are made."""
        if request.method != "POST":
            return self._waive(request, pk, mark)
        with working_copy_lock():
            return self._waive(request, pk, mark)

    def _waive(self, request: HttpRequest, pk: int, mark: str) -> HttpResponse:
        if not request.user.has_perm("bindings.add_waiver"):
            raise PermissionDenied
        report = get_object_or_404(ValidationReport, pk=pk)
        entry = next((entry for entry in entries_in(report) if entry.mark == mark), None)
        if entry is None or entry.rule == EXPIRED:
            raise Http404
        assert isinstance(request.user, User)  # noqa: S101 - nobody else has these permissions
        back = reverse("admin:bindings_validationreport_change", args=[pk])
        waiver = waiver_for(entry, request.user)
        if waiver.pk and not request.user.has_perm("bindings.change_waiver"):
            raise PermissionDenied
        form, seen = WaiverForm(request.POST or None, instance=waiver), seen_of(waiver)
        was_seen = request.POST.get("seen", "") == seen
        if form.is_bound and not was_seen:
            form.add_error(
                None, f"Somebody has waived this in the meantime. {words_of(entry)} Save to replace it."
            )
        if request.method == "POST" and form.is_valid():
            silenced = silence(report, form.save())
            others = f", and {silenced - 1} like it" if silenced > 1 else ""
            messages.success(request, f"Waived until {form.instance.expires:%-d %B %Y}{others}.")
            return HttpResponseRedirect(back)
        context = self._context(request, "Waive a finding") | {
            "form": form,
            "seen": seen,
            "report": report,
            "row": Row(entry, Places([entry]).of(entry), ""),
            "back": back,
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "admin/bindings/report/waive.html", context, status=status)

    def _require_view(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _context(self, request: HttpRequest, title: str) -> dict[str, Any]:
        return self.admin_site.each_context(request) | {"title": title, "opts": self.opts}


def findings_context(report: ValidationReport, asked: Mapping[str, str]) -> dict[str, Any]:
    """The report's findings as they were asked for: a page of those that count, and the fixed and waived."""
    stamp = stamp_of(report)
    entries = entries_in(report)
    shown = show((entry for entry in entries if not entry.waived), asked, stamp)
    page = Paginator(shown.entries, PER_PAGE).get_page(asked.get("p"))
    rest = {name: value for name, value in asked.items() if name != "state"}
    fixed = show(fixed_in(report), rest, stamp).entries
    waived = show((entry for entry in entries if entry.waived), rest, stamp).entries
    places = Places([*page, *fixed[:ASIDE], *waived[:ASIDE]])

    def rows(some: Any) -> list[Row]:
        return [Row(entry, places.of(entry), stamp) for entry in some]

    return {
        "shown": shown,
        "page": page,
        "rows": rows(page),
        "fixed": rows(fixed[:ASIDE]),
        "fixed_count": len(fixed),
        "waived": rows(waived[:ASIDE]),
        "waived_count": len(waived),
        "search": asked.get("q", ""),
        "downloads": DOWNLOADS,
    }


def stamp_of(report: ValidationReport) -> str:
    """What ``since`` says of a finding that is new in this report; nothing is new in the first one."""
    return report.at.isoformat() if report.count("new") else ""


def seen_of(waiver: Waiver) -> str:
    """What changes when somebody else decides on the same; "" where nobody did."""
    if waiver._state.adding:
        return ""
    stored = Waiver.objects.values_list("reason", "owner", "expires").get(pk=waiver.pk)
    return sha256(repr(stored).encode()).hexdigest()[:20]


def words_of(entry: Entry) -> str:
    """The waiver that a finding has already, in a sentence."""
    stored = Waiver.objects.filter(rule=entry.rule, subject_name=entry.subject).first()
    return f"{stored.owner}: “{stored.reason}”, until {stored.expires:%-d %B %Y}." if stored else "It ended."


def waiver_for(entry: Entry, author: User) -> Waiver:
    """The waiver of what an entry is about, there already or not saved yet, for this person to fill in."""
    waiver = Waiver.objects.filter(rule=entry.rule, subject_name=entry.subject).first()
    waiver = waiver or Waiver(
        rule=entry.rule, subject_name=entry.subject, owner=author.get_full_name() or author.get_username()
    )
    waiver.decided_by(author)
    if waiver.expires is None or waiver.expires < timezone.localdate():
        waiver.expires = timezone.localdate() + USUAL
    return waiver
