"""Two people edit one KPI: the second sees both versions, and nothing is overwritten or lost."""

from collections.abc import Callable
from copy import copy
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from contracts.documents import KpiDocument
from kpis import merge, services
from kpis.admin.preview import bound_forms
from kpis.documents import fill_kpi
from kpis.models import KPI, Revision, Unit

THRESHOLDS = "thresholds"
DRAFTS = "kpi_merge_drafts"
"""Where the session keeps documents that were merged and not yet saved, by the KPI's id."""


def answer_if_stale(
    model_admin: ModelAdmin[KPI], request: HttpRequest, object_id: str | None
) -> HttpResponse | None:
    """None when the form may go on; else the conflict page, or a plain answer where both say the same."""
    if request.method != "POST" or object_id is None or not object_id.isdecimal():
        return None
    kpi = KPI.objects.whole().filter(pk=object_id).first()
    if kpi is None or request.POST.get("started_from") == str(kpi.revision):
        return None
    if not model_admin.has_change_permission(request, kpi):
        raise PermissionDenied
    return conflict_page(model_admin, request, object_id)


def conflict_page(model_admin: ModelAdmin[KPI], request: HttpRequest, object_id: str | None) -> HttpResponse:
    """Both versions side by side, with a choice for what both changed."""
    kpi = get_object_or_404(KPI.objects.whole(), pk=object_id)
    base = base_document(kpi, request.POST.get("started_from", ""))
    theirs, mine = kpi.as_document(), posted_document(model_admin, request, kpi, base)
    differing = merge.parts(base=base, mine=mine, theirs=theirs)
    if not differing:
        messages.info(request, f"{kpi} already is as you wanted it: the same change was saved before.")
        return HttpResponseRedirect(reverse("admin:kpis_kpi_change", args=[kpi.pk]))
    latest = Revision.objects.of(services.KIND_KPI, kpi.pk).select_related("author").first()
    context = model_admin.admin_site.each_context(request) | {
        "title": "Someone else saved first",
        "opts": model_admin.opts,
        "kpi": kpi,
        "latest": latest,
        "differing": differing,
        "clashes": sum(part.clashes for part in differing),
        "posted": [(name, value) for name, values in request.POST.lists() for value in values],
    }
    return TemplateResponse(request, "admin/kpis/kpi/conflict.html", context, status=409)


def posted_document(
    model_admin: ModelAdmin[KPI], request: HttpRequest, kpi: KPI, base: KpiDocument | None
) -> KpiDocument:
    """The form as a document, whatever became of the rows it was made from."""
    # A form cannot show blanks around a text: where nothing else differs, it is the text one started from.
    blank = KPI(extra=kpi.extra, description=base.description if base else "", pk=None)
    form, formset = bound_forms(model_admin, as_new(request, formset_prefix=THRESHOLDS), blank)
    form.is_valid()
    formset.is_valid()
    extra = {row.severity: row.extra for row in kpi.thresholds.all()}
    rows = formset.rows()
    for row in rows:
        row.extra = extra.get(row.severity, {})
    document: KpiDocument = form.instance.as_document(rows)
    return document


def as_new(request: HttpRequest, formset_prefix: str) -> Any:
    """A copy of the request with its rows posted as new ones."""
    data: QueryDict = request.POST.copy()
    data[f"{formset_prefix}-INITIAL_FORMS"] = "0"
    for name in list(data):
        if name.startswith(formset_prefix) and name.endswith(("-id", "-kpi")):
            data[name] = ""
    copied = copy(request)
    copied.POST = data  # type: ignore[assignment]  # a form only reads it
    return copied


def base_document(kpi: KPI, number: str) -> KpiDocument | None:
    """What the person started from, where the history still has it."""
    if not number.isdecimal():
        return None
    revision = Revision.objects.of(services.KIND_KPI, kpi.pk).filter(number=int(number)).first()
    return revision.as_kpi() if revision else None


def merge_view(model_admin: ModelAdmin[KPI]) -> Callable[..., HttpResponse]:
    """Settle a conflict: keep the outcome as a draft and open the form on it. Nothing is saved yet."""

    def view(request: HttpRequest, pk: int) -> HttpResponse:
        kpi = get_object_or_404(KPI.objects.whole(), pk=pk)
        if request.method != "POST" or not model_admin.has_change_permission(request, kpi):
            raise PermissionDenied
        choices = {
            name.removeprefix("choose:"): str(value)
            for name, value in request.POST.items()
            if name.startswith("choose:")
        }
        base = base_document(kpi, request.POST.get("started_from", ""))
        mine = posted_document(model_admin, request, kpi, base)
        differing = merge.parts(base=base, mine=mine, theirs=kpi.as_document())
        outcome = merge.merged(mine=mine, differing=differing, choices=choices)
        drafts = request.session.setdefault(DRAFTS, {})
        drafts[str(pk)] = services.as_stored(outcome)
        request.session.modified = True
        messages.info(request, "Both versions are merged below. Have a look, then save.")
        return HttpResponseRedirect(reverse("admin:kpis_kpi_change", args=[pk]) + "?merge=1")

    return view


def show_draft(request: HttpRequest, kpi: KPI) -> None:
    """Fill ``kpi`` with this person's merged draft, where there is one that still fits the registry."""
    data = request.session.get(DRAFTS, {}).get(str(kpi.pk))
    if data is None:
        return
    document = KpiDocument.model_validate(data)
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=[document.unit, kpi.unit.code])}
    named = {other.name: other for other in KPI.objects.filter(name=document.successor)}
    try:
        kpi.draft_thresholds = fill_kpi(kpi, document, units=units, named=named)
    except KeyError as missing:
        messages.warning(
            request, f"The merged version needs {missing.args[0]}, which is no longer in the registry."
        )
        kpi.refresh_from_db()
