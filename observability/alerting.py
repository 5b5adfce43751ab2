"""How a KPI alerts people: one by one, as a cohort, or not at all; by itself, or as the registry says for all."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from contracts.documents import KpiDocument, RegistryDocument
from contracts.documents.alerts import COHORT_SHARE, AlertMode


@dataclass(frozen=True, slots=True)
class Alerting:
    """Whom the alerts of a KPI are about. ``mode`` is None where the number of people decides: up to ``people``
    of them alert one by one, more than that as a cohort. ``share_percent`` of them, or more, have to be beyond a
    threshold for a cohort to alert."""

    mode: AlertMode | None
    share_percent: Decimal
    people: int

    def mode_for(self, people: int) -> AlertMode:
        """What it comes to with so many people."""
        if self.mode is not None:
            return self.mode
        return AlertMode.PERSON if people <= self.people else AlertMode.COHORT


def alerting_of(kpi: KpiDocument, registry: RegistryDocument) -> Alerting:
    """How a KPI of a registry alerts."""
    alerts = kpi.alerts
    share = alerts.cohort_share if alerts else None
    return Alerting(
        mode=alerts.mode if alerts else None,
        share_percent=COHORT_SHARE if share is None else share,
        people=int(registry.export_config.alerts.people),
    )


def noise_budget_of(kpi: KpiDocument, registry: RegistryDocument) -> Decimal:
    """How many alerts per person per week a KPI of a registry may raise."""
    budget = kpi.alerts.noise_budget if kpi.alerts else None
    return registry.export_config.alerts.noise_budget if budget is None else budget
