"""How a KPI alerts: one alert a person, one for a share of all people, or none."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from contracts.documents import KpiDocument, RegistryDocument
from contracts.documents.alerts import COHORT_SHARE, PEOPLE


class AlertingMode(StrEnum):
    """Who gets an alert of their own. ``auto`` is by person up to a number of people, by cohort beyond."""

    AUTO = "auto"
    PERSON = "person"
    COHORT = "cohort"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Alerting:
    """``share_percent`` of the people watched must be exceeded for a cohort's alert; ``people`` are the most who
    have alerts of their own in ``auto``."""

    mode: AlertingMode = AlertingMode.AUTO
    share_percent: Decimal = COHORT_SHARE
    people: int = PEOPLE

    @property
    def by_person(self) -> bool:
        """Whether there are alerts of single people."""
        return self.mode in (AlertingMode.AUTO, AlertingMode.PERSON)

    @property
    def by_cohort(self) -> bool:
        """Whether there are alerts of a share of people."""
        return self.mode in (AlertingMode.AUTO, AlertingMode.COHORT)

    def mode_for(self, people: int) -> AlertingMode:
        """What it comes to with so many people."""
        if self.mode is not AlertingMode.AUTO:
            return self.mode
        return AlertingMode.PERSON if people <= self.people else AlertingMode.COHORT


def alerting_of(kpi: KpiDocument, registry: RegistryDocument) -> Alerting:
    """How a KPI of a registry alerts: by itself, or as the registry says for all."""
    alerts = kpi.alerts
    share = alerts.cohort_share if alerts else None
    return Alerting(
        mode=AlertingMode(alerts.mode) if alerts and alerts.mode else AlertingMode.AUTO,
        share_percent=COHORT_SHARE if share is None else share,
        people=int(registry.export_config.alerts.people),
    )


def noise_budget_of(kpi: KpiDocument, registry: RegistryDocument) -> Decimal:
    """How many alerts per person per week a KPI of a registry may raise."""
    budget = kpi.alerts.noise_budget if kpi.alerts else None
    return registry.export_config.alerts.noise_budget if budget is None else budget
