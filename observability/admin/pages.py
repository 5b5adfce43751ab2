"""The pages of a release's alerts and dashboards, and of what the working copy would give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from pydantic import ValidationError

from observability.admin.archive import archive
from observability.admin.listing import Preview, groups_of, in_order, size_of
from observability.defaults import default_options
from observability.generated import Generated, GeneratedFile, cache
from observability.options import RuleFormat
from observability.summary import MOST
from releases.admin.pages import page_context, require
from releases.models import Release
from releases.services import working_copy
from rest.concurrency import expensive_page

FORMATS = {
    RuleFormat.PROMETHEUS: "plain files for Prometheus",
    RuleFormat.PROMETHEUSRULE: "for the Prometheus operator",
    RuleFormat.MIMIR: "for Mimir’s ruler",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What files are made of: a release, or the working copy where its number is 0."""

    number: int
    rule_format: RuleFormat
    made: Generated | None
    """None where the working copy cannot be read as a whole."""

    @property
    def title(self) -> str:
        """What the page is about."""
        of = f"release {self.number}" if self.number else "the working copy"
        return f"Alerts and dashboards of {of}"

    def address(self, page: str) -> str:
        """The address of the page, or of what stands below it."""
        if self.number:
            return reverse(f"observability_release{page}", args=[self.number])
        return reverse(f"observability_working_copy{page}")

    @property
    def files(self) -> list[GeneratedFile]:
        """All of them, in the order of the list."""
        return in_order(self.made.files.values()) if self.made else []


def subject_of(request: HttpRequest, number: int | None) -> Subject:
    """What the address is about. Raises PermissionDenied or Http404."""
    require(request, "releases.view_release")
    rule_format = format_of(request)
    options = default_options(number or 0, rule_format)
    if number is not None:
        release = get_object_or_404(Release.objects.light(), number=number)
        return Subject(number, rule_format, cache.get(release.digest, options, release.as_document))
    try:
        document = working_copy()
    except ValidationError:
        return Subject(0, rule_format, None)
    return Subject(0, rule_format, cache.get(document.digest, options, lambda: document))


def format_of(request: HttpRequest) -> RuleFormat:
    """What rules are wrapped in; the usual where the address says nothing that is known."""
    name = request.GET.get("format", "")
    return RuleFormat(name) if name in set(RuleFormat) else RuleFormat.PROMETHEUS


def files_view(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """The list of the files, and one of them to look at."""
    subject = subject_of(request, number)
    files = subject.files
    asked = request.GET.get("path", "")
    chosen = next((one for one in files if one.path == asked), files[0] if files else None)
    left_out = subject.made.left_out if subject.made else ()
    context: dict[str, Any] = page_context(admin.site, request, Release, subject.title) | {
        "subject": subject,
        "page_url": subject.address(""),
        "file_url": subject.address("_file"),
        "zip_url": subject.address("_zip"),
        "groups": groups_of(files, chosen.path if chosen else ""),
        "preview": Preview.of(chosen) if chosen else None,
        "count": len(files),
        "size": size_of(subject.made.size) if subject.made else "",
        "left_out": left_out[:MOST],
        "beyond": max(len(left_out) - MOST, 0),
        "formats": [(str(one), said, one is subject.rule_format) for one, said in FORMATS.items()],
        "format_words": FORMATS[subject.rule_format],
        "public_url": settings.PUBLIC_URL,
        "links_to": default_options().admin_url,
    }
    return TemplateResponse(request, "admin/observability/files.html", context)


def file_view(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """The download of one exported file."""
    subject = subject_of(request, number)
    asked = request.GET.get("path")
    if asked is None:
        return HttpResponseRedirect(subject.address(""))
    found = subject.made.files.get(asked) if subject.made else None
    if found is None:
        raise Http404
    response = HttpResponse(found.data, content_type=found.content_type)
    response["Content-Disposition"] = f'attachment; filename="{found.path.rpartition("/")[2]}"'
    return response


def zip_view(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """The download of all exported files as one archive."""
    subject = subject_of(request, number)
    if not subject.files:
        return HttpResponseRedirect(subject.address(""))
    name = f"auren-release-{number}" if number else "auren-working-copy"
    response = HttpResponse(archive(subject.files), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    return response


VIEWS = {"": files_view, "_file": file_view, "_zip": zip_view}
PAGES = {name: admin.site.admin_view(expensive_page(view)) for name, view in VIEWS.items()}
