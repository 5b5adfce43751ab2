"""What an unsaved form would mean: its bands and findings, from the very rules that judge a save."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.forms.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse

from contracts.findings import Finding, Level
from contracts.rules.metrics import FOR_ENGINEERS
from kpis import understood
from kpis.forms import ThresholdFormSet
from kpis.gate import field_of
from kpis.models import KPI, Threshold
from kpis.models.kpi import KPI_FIELDS, registry_context
from kpis.pictures import bands_picture

View = Callable[..., HttpResponse]


def preview_view(model_admin: ModelAdmin[KPI]) -> View:
    """The endpoint that the form asks while one types: the verdict a save would get, and nothing saved."""

    def view(request: HttpRequest, pk: int | None = None) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        kpi = KPI.objects.whole().filter(pk=pk).first() if pk else KPI()
        if kpi is None:
            raise Http404
        allowed = (
            model_admin.has_change_permission(request, kpi) if pk else model_admin.has_add_permission(request)
        )
        if not allowed:
            raise PermissionDenied
        stale = bool(pk) and request.POST.get("started_from") != str(kpi.revision)
        form, formset = bound_forms(model_admin, request, kpi)
        saveable = all([form.is_valid(), formset.is_valid()]) and not stale
        context = context_of(form.instance, formset.rows())
        return JsonResponse(
            {
                "aside": render_to_string("admin/kpis/kpi/aside.html", context, request=request),
                "errors": errors_of(form, formset),
                "saveable": saveable,
                "stale": stale,
                "parts": parts_of(request, form.instance, formset),
            }
        )

    return view


def parts_of(request: HttpRequest, kpi: KPI, formset: ThresholdFormSet) -> dict[str, str]:
    """What else of the page follows: what was understood of each condition, and what agents would do about it."""
    parts: dict[str, str] = {
        understood.place_of(row[name]): understood.understood_field(row[name])
        for row in formset.by_severity
        for name in understood.CONDITIONS
    }
    if kpi.pk:
        parts["watchers"] = render_to_string("admin/kpis/kpi/watchers.html", {"kpi": kpi}, request=request)
    return parts


def bound_forms(model_admin: ModelAdmin[KPI], request: HttpRequest, kpi: KPI) -> tuple[Any, Any]:
    """The admin's own form and formset over what was posted."""
    change = kpi.pk is not None
    form = model_admin.get_form(request, kpi if change else None, change=change)(request.POST, instance=kpi)
    formsets, _ = model_admin._create_formsets(request, form.instance, change=change)  # type: ignore[attr-defined]  # not in the stubs
    return form, formsets[0]


def errors_of(form: BaseForm, formset: ThresholdFormSet) -> dict[str, list[str]]:
    """Every error by the name of the input that it is about; the formset's own by its prefix."""
    found = {str(formset.prefix): [str(error) for error in formset.non_form_errors()]}
    for one in (form, *formset.forms):
        found |= error_texts(one)
    return {name: errors for name, errors in found.items() if errors}


def error_texts(form: BaseForm) -> dict[str, list[str]]:
    """A form's errors by the name of the input they are about."""
    return {form.add_prefix(name): [str(error) for error in errors] for name, errors in form.errors.items()}


def context_of(kpi: KPI, thresholds: Sequence[Threshold]) -> dict[str, Any]:
    """What the aside shows: the picture, and what the rules say. A new form is not blamed for being empty."""
    spec, found = kpi.judge(thresholds)
    if kpi._state.adding:
        found = [finding for finding in found if not about_empty_field(kpi, finding)]
    symbol = kpi.unit.symbol if kpi.unit_id else ""
    return {
        "picture": bands_picture(spec, symbol=symbol) if spec else None,
        "found": [finding for finding in found if finding.rule not in FOR_ENGINEERS],
        "for_engineers": [finding for finding in found if finding.rule in FOR_ENGINEERS],
    }


def about_empty_field(kpi: KPI, finding: Finding) -> bool:
    """Whether a finding is about a field that has not been filled in yet."""
    name = field_of(finding.path, KPI_FIELDS)
    column = "unit_id" if name == "unit" else name
    return name in KPI_FIELDS.values() and not getattr(kpi, column)


def findings_page(model_admin: ModelAdmin[KPI], request: HttpRequest, kpis: Sequence[KPI]) -> HttpResponse:
    """Every finding about these KPIs, the worst first."""
    context = registry_context(kpi.as_known() for kpi in kpis)
    rows = [(kpi, kpi.judge(context=context).findings) for kpi in kpis]
    rows.sort(key=lambda row: max((finding.level.rank for finding in row[1]), default=-1), reverse=True)
    levels = [finding.level for _, found in rows for finding in found]
    return TemplateResponse(
        request,
        "admin/kpis/kpi/findings.html",
        model_admin.admin_site.each_context(request)
        | {
            "title": "What the rules say",
            "opts": model_admin.opts,
            "rows": rows,
            "counts": [(level, levels.count(level)) for level in (Level.ERROR, Level.WARNING, Level.NOTE)],
        },
    )
