"""Units and KPIs as JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.core.exceptions import ValidationError as ModelError
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from contracts.checks import check_kpi
from contracts.context import KnownKpi
from contracts.documents import KpiDocument, UnitDocument
from contracts.documents.base import number_for_json
from contracts.findings import Finding, Path
from contracts.limits import KPI_LIMITS, THRESHOLD_LIMITS
from contracts.severity import REGISTRY_WORDS, Severity
from contracts.spec import compile_kpi
from kpis import services
from kpis.gate import errors_only
from kpis.models import KPI, Revision, Threshold, Unit
from kpis.models.kpi import registry_context
from rest.fields import TextField
from rest.problems import Invalid, error_of
from rest.rows import by_severity, indexes
from rest.serializers import ContractSerializer


@extend_schema_field(OpenApiTypes.DOUBLE)
class NumberField(serializers.Field[Any, Any, Any, Any]):
    """An exact decimal, as a JSON number."""

    def to_representation(self, value: Any) -> int | float:
        """Whole numbers without a point."""
        return number_for_json(value)


class UnitSerializer(ContractSerializer):
    """What a KPI is measured in."""

    document = UnitDocument

    code = TextField(40, required=True, help_text="The word a KPI's `unit` uses, such as `milliseconds`.")
    title = TextField(80)
    symbol = TextField(20, help_text="What stands behind a number, such as `ms`.")
    ucum = TextField(40, help_text="Its code in UCUM.")
    prometheus_suffix = TextField(40, help_text="How a metric's name says it.")
    grafana = TextField(40, help_text="Grafana's id of it.")
    base = TextField(40, help_text="The unit Prometheus prefers instead.")

    def store(self, row: Unit, document: UnitDocument, *, author: Any, reason: str) -> Unit:
        """Fill every column, judge, save."""
        before = row.code
        for name, value in asdict(document.as_spec()).items():
            setattr(row, name, value)
        row.title = document.title
        if row.pk and row.code != before and row.kpis.exists():
            raise ModelError({"code": ModelError("KPIs use this unit: its code stays.", code="in_use")})
        row.full_clean()
        row.save()
        return row


class RangeSerializer(serializers.Serializer[KPI]):
    """The lowest and highest value that can be real; a missing end has no limit."""

    min = NumberField(source="absolute_min", required=False, allow_null=True)
    max = NumberField(source="absolute_max", required=False, allow_null=True)


class NormalRangeSerializer(serializers.Serializer[KPI]):
    """The values of a healthy person, and the best one."""

    min = NumberField(source="normal_min", required=False, allow_null=True)
    max = NumberField(source="normal_max", required=False, allow_null=True)
    optimal = NumberField(required=False, allow_null=True)


class AlertsSerializer(serializers.Serializer[KPI]):
    """How a KPI alerts people. Agents act on every value all the same."""

    mode = serializers.ChoiceField(
        choices=KPI.AlertMode.choices,
        source="alert_mode",
        required=False,
        allow_blank=True,
        help_text="Empty: the number of people decides.",
    )
    cohort_share = NumberField(
        required=False,
        allow_null=True,
        help_text="Per cent of people beyond the bound that a cohort alerts from.",
    )
    noise_budget = NumberField(
        required=False, allow_null=True, help_text="Alerts per person per week; null: as the registry says."
    )


class ThresholdSerializer(serializers.Serializer[Threshold]):
    """When a value is at this severity, and what is recommended then."""

    severity = serializers.ChoiceField(choices=[str(severity) for severity in Severity])
    condition = TextField(
        THRESHOLD_LIMITS["condition"], required=True, help_text="`< 20`, `80..89`, `drop >= 10% over 7d`."
    )
    action = TextField(THRESHOLD_LIMITS["action"], help_text="What is recommended, in lower_snake_case.")
    keep_firing_for = TextField(THRESHOLD_LIMITS["keep_firing_for"], help_text="Such as `10m`.")
    recover_if = TextField(THRESHOLD_LIMITS["recover_if"], help_text="A condition of its own for recovery.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`for` is a word of Python's own, so the field cannot be an attribute."""
        said = "How long it must hold before it counts, such as `10m`."
        held = TextField(THRESHOLD_LIMITS["for_"], source="for_duration", help_text=said)
        return {**super().get_fields(), "for": held}


class KPISerializer(ContractSerializer):
    """A KPI: what is measured, which values are healthy, and when to act."""

    document = KpiDocument

    name = TextField(KPI_LIMITS["name"], required=True, help_text="Unique, such as `hrv_rmssd`.")
    title = TextField(KPI_LIMITS["title"], help_text="What people call it.")
    description = TextField(KPI_LIMITS["description"])
    unit = TextField(KPI_LIMITS["unit"], source="unit.code", required=True, help_text="A unit's code.")
    category = TextField(KPI_LIMITS["category"])
    prometheus_metric = TextField(
        KPI_LIMITS["prometheus_metric"], required=True, help_text="The name under which Prometheus stores it."
    )
    absolute_range = RangeSerializer(source="*", required=False, allow_null=True)
    normal_range = NormalRangeSerializer(source="*", required=False, allow_null=True)
    thresholds = ThresholdSerializer(many=True, required=False, help_text="At most one a severity.")
    owner = TextField(KPI_LIMITS["owner"])
    references = serializers.ListField(child=serializers.CharField(), required=False)
    status = serializers.ChoiceField(choices=KPI.Status.choices, required=False)
    successor = TextField(
        KPI_LIMITS["successor"], source="successor.name", default="", help_text="What to use instead."
    )
    missing_data = TextField(
        KPI_LIMITS["missing_data"], help_text="Silent for so long: unknown. Such as `2d`."
    )
    alerts = AlertsSerializer(source="*", required=False, allow_null=True)
    extra = serializers.DictField(read_only=True, help_text="Keys of imported files that have no field here.")
    revision = serializers.IntegerField(read_only=True)

    def as_document(self, data: dict[str, Any]) -> dict[str, Any]:
        """Thresholds by their severity; keys without a field stay as they are stored."""
        rows = by_severity(data.get("thresholds", []), "thresholds")
        data = {key: value for key, value in data.items() if key != "thresholds"}
        kept = self.instance.extra if isinstance(self.instance, KPI) else {}
        if isinstance(self.instance, KPI):
            for row in self.instance.thresholds.all():
                if row.severity in rows:
                    rows[row.severity] = row.extra | rows[row.severity]
        for part in ("absolute_range", "normal_range", "alerts"):
            if part in kept and isinstance(data.get(part), dict):
                data[part] = kept[part] | data[part]
        return {**kept.get("kpi", {}), **data, "risk_thresholds": rows}

    def place_in(self, data: Mapping[str, Any]) -> Callable[[Path], Path]:
        """A threshold is a row of the list, wherever its severity stands in it."""
        rows = indexes(data.get("thresholds"))

        def place(path: Path) -> Path:
            if path[:1] != ("risk_thresholds",):
                return path
            severity = REGISTRY_WORDS.get(str(path[1])) if len(path) > 1 else None
            return ("thresholds", rows[severity], *path[2:]) if severity in rows else ("thresholds",)

        return place

    def store(self, row: KPI, document: KpiDocument, *, author: Any, reason: str) -> KPI:
        """Replace the whole contract, through the same service as every other door."""
        try:
            services.replace(
                kpi=row, document=document, author=author, source=Revision.Source.API, reason=reason
            )
        except KeyError:  # the unit or the successor is not there: the rules know what was probably meant
            known = [KnownKpi(document.name, document.prometheus_metric, document.status)]
            near = [
                kpi.as_known()
                for kpi in KPI.objects.exclude(pk=row.pk).only("name", "prometheus_metric", "status")
            ]
            found = errors_only(check_kpi(compile_kpi(document), registry_context(known + near)))
            place = self.place_in(self.initial_data)
            raise Invalid(error_of(finding, place) for finding in found) from None
        return row

    def findings(self, row: KPI) -> Sequence[Finding]:
        """The rules' errors about the KPI with the thresholds it was about to have."""
        return errors_only(row.findings())
