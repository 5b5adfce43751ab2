"""Who changed a KPI, when, why, in words; and the way back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from contracts.diff import Change, diff_kpis
from contracts.documents import KpiDocument
from contracts.spec import compile_kpi
from kpis import services
from kpis.models import KPI, Revision
from kpis.pictures import bands_picture

PER_PAGE = 30


def history_view(
    model_admin: ModelAdmin[KPI], request: HttpRequest, object_id: str, extra_context: Any = None
) -> HttpResponse:
    """Every revision of a KPI, newest first, each with its difference from the one before in words."""
    kpi = get_object_or_404(KPI.objects.whole(), pk=object_id)
    if not model_admin.has_view_or_change_permission(request, kpi):
        raise PermissionDenied
    revisions = Revision.objects.of(services.KIND_KPI, kpi.pk).select_related("author")
    page = Paginator(revisions, PER_PAGE).get_page(request.GET.get("p"))
    before = {
        revision.number + 1: revision
        for revision in revisions.filter(number__in=[r.number - 1 for r in page])
    }
    context = model_admin.admin_site.each_context(request) | {
        "title": "History",
        "opts": model_admin.opts,
        "kpi": kpi,
        "page": page,
        "rows": [(revision, changes_between(before.get(revision.number), revision)) for revision in page],
        "can_restore": model_admin.has_change_permission(request, kpi),
    }
    return TemplateResponse(request, "admin/kpis/kpi/history.html", context)


def changes_view(model_admin: ModelAdmin[KPI]) -> Callable[..., HttpResponse]:
    """Every revision of every KPI, newest first; those of deleted ones too."""

    def view(request: HttpRequest) -> HttpResponse:
        if not model_admin.has_view_or_change_permission(request):
            raise PermissionDenied
        revisions = Revision.objects.filter(kind=services.KIND_KPI).select_related("author").order_by("-pk")
        page = Paginator(revisions, PER_PAGE).get_page(request.GET.get("p"))
        subjects = {revision.subject_id for revision in page}
        numbers = {revision.number - 1 for revision in page}
        earlier = Revision.objects.filter(kind=services.KIND_KPI, subject_id__in=subjects, number__in=numbers)
        before = {(revision.subject_id, revision.number + 1): revision for revision in earlier}
        present = set(KPI.objects.filter(pk__in=subjects).values_list("pk", flat=True))
        context = model_admin.admin_site.each_context(request) | {
            "title": "History",
            "opts": model_admin.opts,
            "page": page,
            "rows": [
                (r, changes_between(before.get((r.subject_id, r.number)), r), r.subject_id in present)
                for r in page
            ],
        }
        return TemplateResponse(request, "admin/kpis/kpi/changes.html", context)

    return view


def changes_between(before: Revision | None, after: Revision) -> list[Change]:
    """What a revision changed; nothing for the first one, which is said otherwise."""
    old, new = (revision.as_kpi() if revision else None for revision in (before, after))
    return diff_kpis(old, new) if old and new else []


def restore_view(model_admin: ModelAdmin[KPI]) -> Callable[..., HttpResponse]:
    """Show what bringing back an old version would change; do it on POST."""

    def view(request: HttpRequest, pk: int, number: int) -> HttpResponse:
        kpi = get_object_or_404(KPI.objects.whole(), pk=pk)
        if not model_admin.has_change_permission(request, kpi):
            raise PermissionDenied
        revision = get_object_or_404(
            Revision, kind=services.KIND_KPI, subject_id=pk, number=number, document__isnull=False
        )
        document = KpiDocument.model_validate(revision.document)
        errors: list[str] = []
        if request.method == "POST":
            errors = restore(request, kpi, document, number)
            if not errors:
                messages.success(request, f"{kpi} is back to what it was in version {number}.")
                return HttpResponseRedirect(reverse("admin:kpis_kpi_change", args=[pk]))
            kpi = KPI.objects.whole().get(pk=pk)
        context = model_admin.admin_site.each_context(request) | {
            "title": f"Bring back version {number}",
            "opts": model_admin.opts,
            "kpi": kpi,
            "revision": revision,
            "changes": diff_kpis(kpi.as_document(), document),
            "now": bands_picture(kpi.as_spec(), symbol=kpi.unit.symbol),
            "then": bands_picture(compile_kpi(document), symbol=kpi.unit.symbol),
            "errors": errors,
        }
        return TemplateResponse(
            request, "admin/kpis/kpi/restore.html", context, status=422 if errors else 200
        )

    return view


def restore(request: HttpRequest, kpi: KPI, document: KpiDocument, number: int) -> list[str]:
    """Bring ``document`` back, if the KPI still is what the person saw; return what stands in the way."""
    seen = request.POST.get("started_from", "")
    reason = request.POST.get("reason", "").strip()[:500] or f"Back to version {number}"
    try:
        with transaction.atomic():
            services.lock(kpi=kpi, revision=int(seen) if seen.isdecimal() else -1)
            services.replace(
                kpi=kpi, document=document, author=request.user, source=Revision.Source.RESTORE, reason=reason
            )
    except services.StaleRevision:
        return ["Someone changed this KPI while you were looking. Below is how it stands now."]
    except ValidationError as refused:
        return list(refused.messages)
    except KeyError as missing:
        return [
            f"This version needs {missing.args[0]}, which is no longer in the registry. Add it again first."
        ]
    return []
