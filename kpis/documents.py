"""From the registry file's shapes to rows: which part of a document stands in which column."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from contracts.documents import AlertsDocument, Document, KpiDocument, RegistryDocument, ThresholdDocument
from contracts.measures import unit_called
from contracts.units import STANDARD_UNITS, UnitSpec
from kpis.models import KPI, RegistrySettings, Threshold, Unit, ValidationRule
from kpis.models.threshold import canonical


def fill_kpi(
    kpi: KPI, document: KpiDocument, *, units: Mapping[str, Unit], named: Mapping[str, KPI]
) -> list[Threshold]:
    """Set every column of ``kpi`` from ``document`` and return its thresholds; saves nothing.

    ``units`` and ``named`` (KPIs by name, for the successor) hold what the document may refer to.
    Raises KeyError naming what is missing there.
    """
    kpi.name = document.name
    kpi.title = document.title
    kpi.description = document.description
    kpi.category = document.category
    kpi.owner = document.owner
    kpi.references = list(document.references)
    kpi.status = document.status
    kpi.successor = named[document.successor] if document.successor else None
    kpi.unit = units[document.unit]
    kpi.prometheus_metric = document.prometheus_metric
    kpi.missing_data = document.missing_data
    absolute, normal = document.absolute_range, document.normal_range
    kpi.absolute_min, kpi.absolute_max = (absolute.min, absolute.max) if absolute else (None, None)
    kpi.normal_min, kpi.normal_max, kpi.optimal = (
        (normal.min, normal.max, normal.optimal) if normal else (None,) * 3
    )
    fill_alerts(kpi, document.alerts)
    kpi.extra = kept(
        kpi=document.extra,
        absolute_range=extra_of(absolute),
        normal_range=extra_of(normal),
        alerts=extra_of(document.alerts),
    )
    return [threshold_of(kpi, severity, row) for severity, row in document.risk_thresholds.items()]


def fill_alerts(kpi: KPI, alerts: AlertsDocument | None) -> None:
    """Set the columns that say how ``kpi`` alerts people."""
    kpi.alert_mode = (alerts and alerts.mode) or ""
    kpi.cohort_share = alerts.cohort_share if alerts else None
    kpi.noise_budget = alerts.noise_budget if alerts else None


def as_it_would_be(document: KpiDocument, units: Mapping[str, UnitSpec] = STANDARD_UNITS) -> KpiDocument:
    """The document as it reads once stored: conditions are written canonically. ``units`` are those known."""
    spec = units.get(document.unit) or unit_called(document.unit)
    kpi = KPI(unit=scratch_unit(spec) if spec else None)
    thresholds = {
        severity: row.model_copy(
            update={
                "condition": canonical(row.condition, kpi),
                "recover_if": canonical(row.recover_if, kpi),
            }
        )
        for severity, row in document.risk_thresholds.items()
    }
    return document.model_copy(update={"risk_thresholds": thresholds})


@lru_cache(maxsize=1000)
def scratch_unit(spec: UnitSpec) -> Unit:
    """A unit that is in no database, for KPIs that are in none either: one for all of them."""
    unit = Unit.of_spec(spec)
    unit.pk = 1
    return unit


def threshold_of(kpi: KPI, severity: str, document: ThresholdDocument) -> Threshold:
    """One threshold of ``kpi`` as the document has it, unsaved."""
    return Threshold(
        kpi=kpi,
        severity=str(severity),
        condition=canonical(document.condition, kpi),
        action=document.action,
        for_duration=document.for_,
        keep_firing_for=document.keep_firing_for,
        recover_if=canonical(document.recover_if, kpi),
        extra=dict(document.extra),
    )


def fill_settings(settings: RegistrySettings, document: RegistryDocument) -> list[ValidationRule]:
    """Set every column of ``settings`` and return the validation rules; saves nothing."""
    prometheus = document.export_config.prometheus
    settings.version = document.version
    settings.schema_version = document.schema_version
    settings.last_updated = document.last_updated
    settings.prometheus_enabled = prometheus.enabled
    settings.prefix = prometheus.prefix
    settings.labels = list(prometheus.labels)
    alerts = document.export_config.alerts
    settings.alert_people, settings.noise_budget = int(alerts.people), alerts.noise_budget
    settings.extra = kept(
        registry=document.extra,
        export_config=document.export_config.extra,
        prometheus=prometheus.extra,
        alerts=alerts.extra,
    )
    return [
        ValidationRule(
            settings=settings,
            position=position,
            field=rule.field,
            required=rule.required,
            pattern=rule.pattern,
            allowed_values=list(rule.allowed_values),
            extra=dict(rule.extra),
        )
        for position, rule in enumerate(document.validation_rules)
    ]


def extra_of(part: Document | None) -> dict[str, Any] | None:
    """The keys of a part that we do not model."""
    return part.extra if part else None


def kept(**parts: Mapping[str, Any] | None) -> dict[str, Any]:
    """The keys that we do not model, by the part of the document they stand in."""
    return {name: dict(extra) for name, extra in parts.items() if extra}
