"""KPIs in the admin: the list with its pictures, the form with its preview, and the bulk actions."""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from contracts.findings import Finding, Level
from contracts.releasefiles import REGISTRY_PATH, Splitting, registry_files
from contracts.uploads import zipped
from jobs.admin_lists import OfferedFilters
from kpis import services
from kpis.admin import conflict, history, importing, preview
from kpis.admin.bulk import BulkAdmin
from kpis.admin.choosing import FindingAdmin
from kpis.admin.columns import COLUMNS
from kpis.admin.kpi_kind import KPIS, show_draft
from kpis.admin.locked import locked
from kpis.admin.paging import SIZE_VAR, SizedChangeList, remember_size
from kpis.form_fields import NumberField
from kpis.forms import KPIForm, ThresholdForm, ThresholdFormSet
from kpis.models import KPI, Revision, Threshold
from kpis.models.catalogue import offered_actions
from kpis.models.kpi import registry_context
from kpis.pictures import strip_svg
from rest.concurrency import expensive_page


class ThresholdInline(admin.TabularInline[Threshold, KPI]):
    """One row per severity, always; a blank row is no threshold."""

    model = Threshold
    form = ThresholdForm
    formset = ThresholdFormSet  # type: ignore[assignment]  # its forms are ThresholdForms, which the stubs do not foresee
    max_num = 3
    template = "admin/kpis/kpi/thresholds.html"

    # A KPI and its thresholds are one contract: whoever may write the one writes the other, as in the API.

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Thresholds are seen by whoever sees KPIs."""
        return request.user.has_perm("kpis.view_kpi") or self.has_change_permission(request, obj)

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:  # type: ignore[override]  # as Django has it for inlines
        """As for changing."""
        return self.has_change_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may write this KPI, or a new one."""
        return request.user.has_perm("kpis.change_kpi" if obj else "kpis.add_kpi")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As for changing."""
        return self.has_change_permission(request, obj)


@admin.register(KPI)
class KPIAdmin(OfferedFilters, FindingAdmin[KPI], BulkAdmin[KPI]):
    """KPIs as people define them."""

    is_whole = True
    bulk_delete = "kpi.delete"
    form = KPIForm
    formfield_overrides = {models.DecimalField: {"form_class": NumberField, "widget": NumberField.widget}}  # noqa: RUF012
    inlines = (ThresholdInline,)
    list_display = ("name", "title", "category", "unit_symbol", "bands", "status", "findings")
    list_display_links = ("name",)
    list_filter = ("status", "category", "unit")
    list_per_page = 50
    search_fields = ("name", "title", "prometheus_metric", "description")
    autocomplete_fields = ("unit", "successor")
    actions = ("activate", "deprecate", "validate", "export")
    fieldsets = (
        (
            "Healthy range",
            {"fields": (("normal_min", "optimal", "normal_max"), ("absolute_min", "absolute_max"))},
        ),
        ("What it is", {"fields": (("name", "title"), "description", ("category", "owner"), "references")}),
        ("How it is measured", {"fields": (("unit", "prometheus_metric", "missing_data"),)}),
        ("Alerts", {"fields": (("alert_mode", "cohort_share", "noise_budget"),)}),
        ("Lifecycle", {"fields": (("status", "successor"),)}),
        ("This change", {"fields": ("reason", "started_from")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: KPI | None = None) -> Any:
        """A new KPI is named first; an old one is opened for its numbers."""
        healthy, *others = self.fieldsets
        return (healthy, *others) if obj else (*others[:-1], healthy, others[-1])

    def get_urls(self) -> list[URLPattern]:
        """The pages around the form."""
        view = self.admin_site.admin_view
        return [
            path("preview/", view(preview.preview_view(self)), name="kpis_kpi_preview_add"),
            path("<row:pk>/preview/", view(preview.preview_view(self)), name="kpis_kpi_preview"),
            path("<row:pk>/merge/", view(conflict.merge_view(KPIS, self)), name="kpis_kpi_merge"),
            path(
                "<row:pk>/history/<row:number>/",
                view(history.restore_view(KPIS, self)),
                name="kpis_kpi_restore",
            ),
            path("changes/", view(history.changes_view(self)), name="kpis_kpi_changes"),
            path("import/", view(expensive_page(importing.upload_view(self))), name="kpis_kpi_import"),
            path(
                "import/<row:pk>/",
                view(expensive_page(importing.plan_view(self))),
                name="kpis_kpi_import_plan",
            ),
            *super().get_urls(),
        ]

    # The list

    def get_queryset(self, request: HttpRequest) -> QuerySet[KPI]:
        """Whole contracts: the list draws each one's bands."""
        return KPI.objects.whole()

    def get_list_display(self, request: HttpRequest) -> tuple[str | Callable[[KPI], str | bool], ...]:
        """With the columns of other apps behind the bands."""
        after = self.list_display.index("bands") + 1
        others = [column.show for column in COLUMNS if column.may_see(request)]
        return (*self.list_display[:after], *others, *self.list_display[after:])

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """A list whose length the person chooses."""
        return SizedChangeList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list; first remembering how many rows are wanted, when that was asked."""
        if SIZE_VAR in request.GET:
            return remember_size(request)
        return super().changelist_view(request, extra_context)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Check the page's KPIs once, with one view of the registry for all of them."""
        changelist = super().get_changelist_instance(request)
        page = list(changelist.result_list)
        context = registry_context(kpi.as_known() for kpi in page)
        for kpi in page:
            kpi.verdict = kpi.judge(context=context)
        for column in COLUMNS:
            if column.may_see(request):
                column.prepare(page)
        return changelist

    @admin.display(description="unit", ordering="unit__symbol")
    def unit_symbol(self, kpi: KPI) -> str:
        """The unit as it stands behind a number."""
        return kpi.unit.symbol or kpi.unit.code

    @admin.display(description="bands")
    def bands(self, kpi: KPI) -> SafeString:
        """The bands as a small picture."""
        spec = kpi.verdict.spec
        return strip_svg(spec, symbol=kpi.unit.symbol) if spec else format_html("–")

    @admin.display(description="findings")
    def findings(self, kpi: KPI) -> SafeString:
        """How many errors, warnings and notes the rules have about it."""
        chips = format_html_join(
            " ", '<span class="chip level-{}">{}</span>', level_counts(kpi.verdict.findings)
        )
        return chips or format_html('<span class="muted">{}</span>', "none")

    # The form

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> KPI | None:
        """The KPI as stored, or with the draft that a merge left for this person.

        Raises StaleRevision where a form comes back that was opened on another revision.
        """
        kpi = super().get_object(request, object_id, from_field)
        started_from = request.POST.get("started_from")
        is_stale = kpi is not None and started_from not in (None, str(kpi.revision))
        if is_stale and self.has_change_permission(request, kpi):
            raise services.StaleRevision
        if kpi is not None and request.method == "GET" and "merge" in request.GET:
            show_draft(request, kpi)
        return kpi

    def get_formset_kwargs(self, request: HttpRequest, obj: KPI, inline: Any, prefix: str) -> dict[str, Any]:
        """Hand a merge's thresholds on to their rows."""
        return super().get_formset_kwargs(request, obj, inline, prefix) | {
            "shown": obj.draft_thresholds if request.method == "GET" else None
        }

    @locked
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """The form with its picture; a conflict page when someone else saved in between."""
        is_told = "started_from" in request.POST
        if not is_told and (answer := conflict.answer_if_stale(KPIS, self, request, object_id)):
            return answer
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except services.StaleRevision:
            return conflict.conflict_page(KPIS, self, request, object_id)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Put the picture and the findings beside the fields, as they stand when the page is opened."""
        kpi, formset = context["adminform"].form.instance, context["inline_admin_formsets"][0].formset
        rows = formset.rows() if formset.is_bound else kpi.thresholds.all() if kpi.pk else []
        context |= preview.context_of(kpi, list(formset.shown or rows)) | {"catalogue": offered_actions()}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: KPI, form: ModelForm[KPI], change: bool) -> None:
        """Nothing yet: a KPI and its thresholds are stored together."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Store the KPI with its thresholds as a revision. It still is the one that was edited: the lock is held."""

        def rows() -> None:
            super(KPIAdmin, self).save_related(request, form, formsets, change)

        if not (form.has_changed() or any(formset.has_changed() for formset in formsets)):
            rows()  # nothing is stored, and the log is told so
            return
        kpi: KPI = form.instance
        kpi.position = kpi.position if change else services.next_position()
        reason, source = form.cleaned_data["reason"], Revision.Source.ADMIN
        services.save(kpi=kpi, thresholds=rows, author=request.user, source=source, reason=reason)

    def delete_model(self, request: HttpRequest, obj: KPI) -> None:
        """Delete, and keep a mark of it in the history."""
        services.record_deletion(kpis=[obj], author=request.user)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[KPI]) -> None:
        """Delete the selected KPIs, and keep a mark of each in the history."""
        services.delete_kpis(kpis=KPI.objects.filter(pk__in=queryset.values("pk")), author=request.user)

    history_view = history.history_view(KPIS)

    # Bulk actions

    @admin.action(description="Activate", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[KPI]) -> HttpResponse | None:
        """Make the selection active."""
        return self._change_status(request, queryset, KPI.Status.ACTIVE)

    @admin.action(description="Deprecate", permissions=["change"])
    def deprecate(self, request: HttpRequest, queryset: QuerySet[KPI]) -> HttpResponse | None:
        """Mark the selection as no longer to be used."""
        return self._change_status(request, queryset, KPI.Status.DEPRECATED)

    def _change_status(
        self, request: HttpRequest, queryset: QuerySet[KPI], status: KPI.Status
    ) -> HttpResponse | None:
        if answer := self.in_background(request, f"kpi.{status.value}", queryset.exclude(status=status)):
            return answer
        try:
            changed = services.change_status(kpis=queryset, status=status, author=request.user)
        except ValidationError as refused:
            self.message_user(request, " ".join(refused.messages), messages.ERROR)
        else:
            self.message_user(request, f"{counted(changed, 'KPI')} now {status.label}.", messages.SUCCESS)
        return None

    @admin.action(description="Check against the rules", permissions=["view"])
    def validate(self, request: HttpRequest, queryset: QuerySet[KPI]) -> HttpResponse:
        """Show every finding about the selection."""
        return preview.findings_page(self, request, list(queryset))

    @admin.action(description="Export as YAML", permissions=["view"])
    def export(self, request: HttpRequest, queryset: QuerySet[KPI]) -> HttpResponse:
        """Download the selection as a registry file; as a zip of several where one would be too large to import."""
        document = services.registry_document(queryset)
        texts = registry_files(document, Splitting(settings.IMPORT_MAX_BYTES))
        if len(texts) > 1:  # as the import page takes it
            response = HttpResponse(zipped(texts), content_type="application/zip")
            response["Content-Disposition"] = 'attachment; filename="kpi_registry.zip"'
            return response
        response = HttpResponse(texts[REGISTRY_PATH], content_type="application/yaml; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="kpi_registry.yaml"'
        return response


def level_counts(found: Sequence[Finding]) -> list[tuple[str, str]]:
    """Each level that occurs with its count in words, worst first."""
    counts = [
        (level, sum(f.level is level for f in found)) for level in (Level.ERROR, Level.WARNING, Level.NOTE)
    ]
    return [(str(level), counted(count, str(level))) for level, count in counts if count]


def counted(count: int, noun: str) -> str:
    """``1 note``, ``2 notes``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
