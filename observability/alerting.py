"""How a KPI alerts: one alert a person, one for a share of all people, or none."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from contracts.documents import KpiDocument


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
    share_percent: Decimal = Decimal(10)
    people: int = 50

    @property
    def by_person(self) -> bool:
        """Whether there are alerts of single people."""
        return self.mode in (AlertingMode.AUTO, AlertingMode.PERSON)

    @property
    def by_cohort(self) -> bool:
        """Whether there are alerts of a share of people."""
        return self.mode in (AlertingMode.AUTO, AlertingMode.COHORT)


DEFAULT: Final = Alerting()


def alerting_of(kpi: KpiDocument) -> Alerting:
    """What a KPI's contract says about it."""
    return DEFAULT
