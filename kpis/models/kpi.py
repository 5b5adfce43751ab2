"""A measured quantity and the contract about it."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from django.db import models
from django.db.models import Q
from pydantic import ValidationError as ShapeError

from contracts.checks import check_kpi
from contracts.context import KnownKpi, RegistryContext
from contracts.documents import KpiDocument, RegistryDocument
from contracts.documents.alerts import COHORT_SHARE
from contracts.documents.shapes import shape_findings
from contracts.findings import Finding
from contracts.limits import KPI_LIMITS
from contracts.spec import KpiSpec, compile_kpi
from contracts.units import STANDARD_UNITS
from kpis.gate import raise_on_errors
from kpis.models.catalogue import known_actions
from kpis.models.constraints import KPI_CONSTRAINTS, keeps_checks
from kpis.models.fields import LineField, ProseField
from kpis.models.room import require_room
from kpis.models.settings import RegistrySettings
from kpis.models.threshold import Threshold
from kpis.models.unit import Unit


class Verdict(NamedTuple):
    """A KPI compiled, unless it cannot be, and what the rules say of it."""

    spec: KpiSpec | None
    findings: list[Finding]


class KpiErrors(Protocol):
    """Where errors about a KPI's own fields are put."""

    def refuse(self, findings: Sequence[Finding]) -> None:
        """Put each error on the field it is about."""

    def is_valid(self) -> bool:
        """Whether there is none."""


class KPIQuerySet(models.QuerySet["KPI"]):
    """KPIs, in the registry's order."""

    def whole(self) -> "KPIQuerySet":
        """With all that a contract consists of: unit, thresholds and successor; two queries."""
        return self.select_related("unit", "successor").prefetch_related("thresholds")


def number_field(verbose_name: str, **options: Any) -> "models.DecimalField[Any, Any]":
    """An optional decimal, exact on every database: nine digits before the point and six behind it."""
    return models.DecimalField(
        verbose_name, max_digits=15, decimal_places=6, null=True, blank=True, **options
    )


class KPI(models.Model):
    """A measured quantity: name, unit, ranges, thresholds, and the Prometheus metric it is exported as."""

    class Status(models.TextChoices):
        """Where a KPI stands in its life."""

        DRAFT = "draft", "draft"
        ACTIVE = "active", "active"
        DEPRECATED = "deprecated", "deprecated"

    class AlertMode(models.TextChoices):
        """Whom one alert is about; "" leaves it to the number of people."""

        PERSON = "person", "each person by themselves"
        COHORT = "cohort", "everybody together"
        NONE = "none", "nobody"

    name = LineField(
        max_length=KPI_LIMITS["name"],
        unique=True,
        help_text="The name that files and agents use, such as hrv_rmssd.",
    )
    title = LineField(
        max_length=KPI_LIMITS["title"],
        blank=True,
        help_text="What people call it, such as Heart-rate variability.",
    )
    description = ProseField(
        max_length=KPI_LIMITS["description"],
        blank=True,
        help_text="What it says about a person, in plain words.",
    )
    category = LineField(
        max_length=KPI_LIMITS["category"],
        blank=True,
        db_index=True,
        help_text="Such as cardiovascular or sleep.",
    )
    owner = LineField(max_length=KPI_LIMITS["owner"], blank=True, help_text="The team responsible for it.")
    references = models.JSONField(
        default=list, blank=True, help_text="Papers or standards behind the numbers, one per line."
    )
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.ACTIVE)
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors",
        help_text="What to use instead, once this one is deprecated.",
    )  # fmt: skip
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="kpis")
    prometheus_metric = LineField(
        "Prometheus metric",
        max_length=KPI_LIMITS["prometheus_metric"],
        unique=True,
        help_text="Such as auren_hrv_rmssd_ms, which ends with the unit.",
    )
    missing_data = LineField(
        "silent after",
        max_length=KPI_LIMITS["missing_data"],
        has_grammar=True,
        blank=True,
        help_text="How long without a value before its state is unknown, such as 2d.",
    )
    alert_mode = models.CharField(
        "alerts about",
        max_length=10,
        choices=AlertMode.choices,
        blank=True,
        default="",
        db_default="",
        help_text="Left open, it is each person by themselves while there are few of them, else everybody together.",
    )
    cohort_share = number_field(
        "share of people (%)",
        help_text="Everybody together: how many per cent must be beyond a threshold. "
        f"{COHORT_SHARE} if left empty.",
    )
    noise_budget = number_field(
        "alerts per person per week",
        help_text="More than this is too much. If left empty, as in the registry’s settings.",
    )
    absolute_min = number_field(
        "impossible below", help_text="A smaller value cannot be real and is refused."
    )
    absolute_max = number_field("impossible above", help_text="A larger value cannot be real and is refused.")
    normal_min = number_field("lowest normal")
    normal_max = number_field("highest normal")
    optimal = number_field("best")
    position = models.PositiveIntegerField(default=0, editable=False, db_index=True)
    extra = models.JSONField(default=dict, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)

    objects = KPIQuerySet.as_manager()

    draft_thresholds: Sequence[Threshold] | None = None
    """The thresholds this KPI is about to have, while it is edited together with them."""
    form: "KpiErrors | None" = None
    """The form that edits it together with its thresholds: the whole is then judged once, when all are known."""
    verdict: Verdict
    """What the rules said of it, where a page had its KPIs judged together."""

    class Meta:
        verbose_name = "KPI"
        verbose_name_plural = "KPIs"
        ordering = ("position", "id")
        constraints = KPI_CONSTRAINTS

    def __str__(self) -> str:
        return self.title or self.name

    def as_document(self, thresholds: Iterable[Threshold] | None = None) -> KpiDocument:
        """The KPI as the registry file holds it, with ``thresholds`` in place of the stored ones if given."""
        rows = self.current_thresholds() if thresholds is None else thresholds
        data: dict[str, Any] = {
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "unit": self.unit.code if self.unit_id else "",
            "category": self.category,
            "prometheus_metric": self.prometheus_metric,
            "absolute_range": self._part("absolute_range", min=self.absolute_min, max=self.absolute_max),
            "normal_range": self._part(
                "normal_range", min=self.normal_min, max=self.normal_max, optimal=self.optimal
            ),
            "risk_thresholds": {row.severity: row.as_data() for row in rows}
            | self.extra.get("risk_thresholds", {}),
            "owner": self.owner,
            "references": self.references,
            "status": self.status,
            "successor": self.successor.name if self.successor else "",
            "missing_data": self.missing_data,
            "alerts": self._part(
                "alerts",
                mode=self.alert_mode or None,
                cohort_share=self.cohort_share,
                noise_budget=self.noise_budget,
            ),
        }
        return KpiDocument.model_validate(data | self.extra.get("kpi", {}))

    def _part(self, part: str, **values: Decimal | str | None) -> dict[str, Any] | None:
        """What is given of a part with what was kept beside it, or None where there is nothing."""
        return {key: value for key, value in values.items() if value is not None} | self.extra.get(
            part, {}
        ) or None

    def current_thresholds(self) -> Sequence[Threshold]:
        """The thresholds as they are being edited, else as they are stored."""
        if self.draft_thresholds is not None:
            return self.draft_thresholds
        return list(self.thresholds.all()) if self.pk else []

    def as_spec(self, thresholds: Iterable[Threshold] | None = None) -> KpiSpec:
        """The compiled contract: what rules and pictures look at."""
        units = {self.unit.code: self.unit.as_spec()} if self.unit_id else STANDARD_UNITS
        return compile_kpi(self.as_document(thresholds), units=units)

    def judge(
        self, thresholds: Iterable[Threshold] | None = None, context: RegistryContext | None = None
    ) -> Verdict:
        """What the rules say of this KPI, saved or not. Without ``context``, the database is asked for it."""
        try:
            spec = self.as_spec(thresholds)
        except ShapeError as error:  # a value that no document can hold, such as a control character
            return Verdict(None, shape_findings(error))
        return Verdict(spec, check_kpi(spec, context or self.context()))

    def findings(self, thresholds: Iterable[Threshold] | None = None) -> list[Finding]:
        """What the rules say of this KPI, saved or not."""
        return self.judge(thresholds).findings

    def context(self) -> RegistryContext:
        """What the rules need to know beside this KPI: settings, units, and who has its name or metric."""
        others = KPI.objects.exclude(pk=self.pk).filter(
            Q(name__iexact=self.name) | Q(prometheus_metric__iexact=self.prometheus_metric)
        )
        near = [self.successor] if self.successor else []
        known = {kpi.name: kpi.as_known() for kpi in (*near, *others)}
        return registry_context([self.as_known(), *known.values()])

    @classmethod
    def document_columns(cls) -> list[str]:
        """The columns that a document sets."""
        own = {"id", "position", "revision"}
        return [field.name for field in cls._meta.concrete_fields if field.name not in own]

    def as_known(self) -> KnownKpi:
        """What other KPIs need to know of this one."""
        return KnownKpi(self.name, self.prometheus_metric, self.status)

    def clean(self) -> None:
        """Refuse what the rules call an error, on the field it is about."""
        if self._state.adding:
            require_room("KPIs", KPI.objects.all())
        if self.form is None:
            raise_on_errors(self.findings(), KPI_FIELDS)

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        """Ask the database about all checks at once; which one is broken, only where one is."""
        if not keeps_checks(self, exclude):
            super().validate_constraints(exclude)


def registry_context(known: Iterable[KnownKpi]) -> RegistryContext:
    """The rules' view of the working copy: settings, units, actions and those KPIs that matter; four queries."""
    settings = RegistryDocument.model_validate(RegistrySettings.current().as_data() | {"kpis": []})
    units = {unit.code: unit.as_spec() for unit in Unit.objects.all()}
    return RegistryContext.of(settings, known, units=units).with_actions(known_actions())


KPI_FIELDS: dict[tuple[str, ...], str] = {
    ("name",): "name",
    ("title",): "title",
    ("description",): "description",
    ("category",): "category",
    ("owner",): "owner",
    ("references",): "references",
    ("status",): "status",
    ("successor",): "successor",
    ("unit",): "unit",
    ("prometheus_metric",): "prometheus_metric",
    ("missing_data",): "missing_data",
    ("alerts",): "alert_mode",
    ("alerts", "mode"): "alert_mode",
    ("alerts", "cohort_share"): "cohort_share",
    ("alerts", "noise_budget"): "noise_budget",
    ("absolute_range",): "absolute_min",
    ("absolute_range", "min"): "absolute_min",
    ("absolute_range", "max"): "absolute_max",
    ("normal_range",): "normal_min",
    ("normal_range", "min"): "normal_min",
    ("normal_range", "max"): "normal_max",
    ("normal_range", "optimal"): "optimal",
}
"""Where a place of the document stands in the form."""
