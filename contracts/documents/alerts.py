"""How a KPI alerts people: one by one, as a group, or not at all; and how much of that is bearable."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from contracts.documents.base import Document, Number

PEOPLE: Final = 50
"""Up to so many people alert one by one, where neither the KPI nor the registry says otherwise."""
COHORT_SHARE: Final = Decimal(10)
"""Per cent of people beyond the bound that a group alerts from, where the KPI does not say."""
NOISE_BUDGET: Final = Decimal(2)
"""Alerts per person per week, where neither the KPI nor the registry says."""


class AlertMode(StrEnum):
    """Whom one alert is about. What no mode means, the number of people decides."""

    PERSON = "person"
    COHORT = "cohort"
    NONE = "none"


def or_unsaid(value: object) -> object:
    """An alerting mode that is an empty text counts as not given."""
    return None if value == "" else value


class AlertsDocument(Document):
    """How a KPI alerts people. It is no part of what agents are served: they act on every value all the same."""

    noun = "alerts"

    mode: Annotated[AlertMode | None, BeforeValidator(or_unsaid)] = Field(
        default=None,
        description="`person` (one alert for each), `cohort` (one for everybody) or `none`; "
        "left out, the number of people decides.",
    )
    cohort_share: Number | None = Field(
        default=None,
        description="Per cent of people beyond the bound that a cohort alerts from; 10 if left out.",
    )
    noise_budget: Number | None = Field(
        default=None, description="Alerts per person per week it may raise; the registry's own if left out."
    )


class AlertSettings(Document):
    """How KPIs alert that do not say it themselves."""

    noun = "the settings for alerts"
    always_written = frozenset({"people", "noise_budget"})

    people: Number = Field(
        default_factory=lambda: Decimal(PEOPLE),
        description="Up to how many people alert one by one; beyond that they alert as a cohort; 50 if left out.",
    )
    noise_budget: Number = Field(
        default_factory=lambda: NOISE_BUDGET,
        description="Alerts per person per week that a KPI may raise; 2 if left out.",
    )
