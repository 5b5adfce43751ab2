"""KPIs as a kind of thing with a history: how they are compared, merged and brought back."""

from collections.abc import Mapping
from copy import copy
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict

from contracts.diff import Change, diff_kpis
from contracts.documents import KpiDocument
from contracts.spec import compile_kpi
from kpis import merge, services
from kpis.admin.conflict import draft_of
from kpis.admin.kinds import Data, MergedKind, register
from kpis.admin.preview import bound_forms
from kpis.documents import fill_kpi
from kpis.models import KPI, Revision, Unit
from kpis.pictures import bands_picture

THRESHOLDS = "thresholds"


class KpiKind(MergedKind[KPI]):
    """A KPI with its thresholds."""

    name = services.KIND_KPI
    noun, plural = "KPI", "KPIs"
    urls = "kpis_kpi"
    permission = "kpis.view_kpi"

    def whole(self) -> QuerySet[KPI]:
        """With unit, thresholds and successor."""
        return KPI.objects.whole()

    def revision(self, thing: KPI) -> int:
        """The number of its latest revision."""
        return thing.revision

    def data(self, thing: KPI) -> Data:
        """As the registry file holds it."""
        return services.as_stored(thing.as_document())

    def posted(
        self, model_admin: ModelAdmin[KPI], request: HttpRequest, thing: KPI, base: Data | None
    ) -> Data:
        """The form as a document, whatever became of the rows it was made from."""
        # A form cannot show blanks around a text: where nothing else differs, it is the text one started from.
        described = base.get("description", "") if base else ""
        blank = KPI(extra=thing.extra, description=described, pk=None)
        form, formset = bound_forms(model_admin, as_new(request, formset_prefix=THRESHOLDS), blank)
        form.is_valid()
        formset.is_valid()
        extra = {row.severity: row.extra for row in thing.thresholds.all()}
        rows = formset.rows()
        for row in rows:
            row.extra = extra.get(row.severity, {})
        return services.as_stored(form.instance.as_document(rows))

    def changes(self, before: Data, after: Data) -> list[Change]:
        """Field by field."""
        return diff_kpis(KpiDocument.model_validate(before), KpiDocument.model_validate(after))

    def restore(self, request: HttpRequest, thing: KPI, data: Data, *, seen: int, reason: str) -> None:
        """Replace the KPI and its thresholds."""
        services.lock(kpi=thing, revision=seen)
        services.replace(
            kpi=thing,
            document=KpiDocument.model_validate(data),
            author=request.user,
            source=Revision.Source.RESTORE,
            reason=reason,
        )

    def pictures(self, thing: KPI, data: Data) -> dict[str, Any]:
        """The bands now and then."""
        symbol = thing.unit.symbol
        then = compile_kpi(KpiDocument.model_validate(data))
        return {
            "now": bands_picture(thing.as_spec(), symbol=symbol),
            "then": bands_picture(then, symbol=symbol),
        }

    def gathered(self, data: Data) -> Data:
        """A threshold whose condition one side took away is no threshold."""
        return services.as_stored(merge.whole_kpi(data))


KPIS = KpiKind()
register(KPIS)


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


def show_draft(request: HttpRequest, kpi: KPI) -> None:
    """Fill ``kpi`` with this person's merged draft, where there is one that still fits the registry."""
    data: Mapping[str, Any] | None = draft_of(KPIS, request, kpi)
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
