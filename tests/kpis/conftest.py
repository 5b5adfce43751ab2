"""A registry with one whole KPI in it."""

from typing import Any

import pytest

from contracts.documents import KpiDocument
from kpis import services
from kpis.models import KPI, RegistrySettings, Revision, Unit
from tests.remembered import Remembered

HRV: dict[str, Any] = {
    "name": "hrv_rmssd",
    "title": "Heart-rate variability",
    "description": "How much the time between heartbeats varies.",
    "unit": "milliseconds",
    "category": "cardiovascular",
    "prometheus_metric": "auren_hrv_rmssd_ms",
    "absolute_range": {"min": 1, "max": 250},
    "normal_range": {"min": 30, "max": 100, "optimal": 50},
    "risk_thresholds": {
        "critical": {"condition": "< 20", "action": "immediate_rest_recommendation"},
        "warning": {"condition": "< 30", "action": "reduce_training_intensity"},
        "elevated": {"condition": "> 100", "action": "check_measurement_accuracy"},
    },
}


def changed(**parts) -> KpiDocument:
    """The KPI of these tests with other parts; a threshold is changed by its severity."""
    return KpiDocument.model_validate(HRV | parts)


def make(**parts) -> KPI:
    """Store the KPI with other parts, through the gate, as its first revision."""
    kpi = KPI(position=services.next_position())
    services.replace(kpi=kpi, document=changed(**parts), author=None, source=Revision.Source.IMPORT)
    return KPI.objects.whole().get(pk=kpi.pk)


the_hrv = Remembered(make, lambda: KPI.objects.whole().get(name=HRV["name"]))


@pytest.fixture
def registry(db) -> RegistrySettings:
    return RegistrySettings.objects.create(labels=["user_id", "measurement_source"])


@pytest.fixture
def hrv(registry) -> KPI:
    assert Unit.objects.filter(code="milliseconds").exists()
    return the_hrv()


def form_data(kpi: KPI | None = None, **fields) -> dict[str, str]:
    """What a browser posts for the form of ``kpi`` (a new one by default), with some inputs changed.

    An input of a threshold is named by its severity: ``critical_condition``.
    """
    data = {
        "name": "hrv_rmssd",
        "title": "Heart-rate variability",
        "description": "How much the time between heartbeats varies.",
        "unit": str(Unit.objects.get(code="milliseconds").pk),
        "category": "cardiovascular",
        "prometheus_metric": "auren_hrv_rmssd_ms",
        "status": "active",
        "absolute_min": "1",
        "absolute_max": "250",
        "normal_min": "30",
        "normal_max": "100",
        "optimal": "50",
        "references": "",
        "reason": "",
        "started_from": str(kpi.revision) if kpi else "",
    }
    rows = {row.severity: row for row in kpi.thresholds.all()} if kpi else {}
    order = sorted(("critical", "warning", "info"), key=lambda severity: severity not in rows)
    usual = {"critical": "< 20", "warning": "< 30", "info": "> 100"}
    for index, severity in enumerate(order):
        row = rows.get(severity)
        prefix = f"thresholds-{index}-"
        data |= {
            prefix + "id": str(row.pk) if row else "",
            prefix + "kpi": str(kpi.pk) if kpi else "",
            prefix + "severity": severity,
            prefix + "condition": row.condition if row else usual[severity],
            prefix + "action": row.action if row else "review_recovery",
        }
        for name in ("condition", "action", "for_duration", "keep_firing_for", "recover_if"):
            if (value := fields.pop(f"{severity}_{name}", None)) is not None:
                data[prefix + name] = value
    data |= {
        "thresholds-TOTAL_FORMS": "3",
        "thresholds-INITIAL_FORMS": str(len(rows)),
        "thresholds-MIN_NUM_FORMS": "0",
        "thresholds-MAX_NUM_FORMS": "3",
    }
    return data | fields
