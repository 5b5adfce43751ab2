"""What the database itself refuses about a KPI, for whoever goes around ``clean()``."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import CheckConstraint, F, Q, Value
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from contracts.limits import KPI_LIMITS, MOST_ALERTS
from kpis.models.places import PlacedOnce

NAME_PATTERN = r"\A[a-z][a-z0-9_]*\Z"
METRIC_PATTERN = r"\A[a-zA-Z_:][a-zA-Z0-9_:]*\Z"
LIMIT = Decimal("999999999.999999")
"""The largest number a KPI may name; a bound on both sides keeps NaN and infinity out of PostgreSQL."""


def within_limit(*names: str) -> Q:
    """Every one of these numbers is finite, where it is given."""
    condition = Q()
    for name in names:
        condition &= Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": -LIMIT, f"{name}__lte": LIMIT})
    return condition


def ordered(low: str, high: str) -> Q:
    """The first number is not above the second, where both are given."""
    return Q(**{f"{low}__isnull": True}) | Q(**{f"{high}__isnull": True}) | Q(**{f"{low}__lte": F(high)})


def at_most(field: str, most: int) -> LessThanOrEqual[int]:
    """A text of at most so many characters: databases count only where the column is no text of any length."""
    return LessThanOrEqual(Length(field), Value(most))


def above_zero(name: str, most: int) -> Q:
    """A number above 0 and up to ``most``, where it is given; both bounds, or PostgreSQL lets NaN through."""
    return Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gt": 0, f"{name}__lte": most})


KPI_CONSTRAINTS = (
    CheckConstraint(
        condition=at_most("description", KPI_LIMITS["description"]),
        name="kpi_description_length",
        violation_error_code="too_long",
        violation_error_message=f"A description has at most {KPI_LIMITS['description']:,} characters.",
    ),
    CheckConstraint(
        condition=Q(name__regex=NAME_PATTERN),
        name="kpi_name_pattern",
        violation_error_code="name_pattern",
        violation_error_message="A name is small letters, digits and underscores, beginning with a letter.",
    ),
    CheckConstraint(
        condition=Q(prometheus_metric__regex=METRIC_PATTERN),
        name="kpi_metric_pattern",
        violation_error_code="metric_pattern",
        violation_error_message="This is not a name Prometheus accepts.",
    ),
    CheckConstraint(
        condition=within_limit("absolute_min", "absolute_max", "normal_min", "normal_max", "optimal"),
        name="kpi_numbers_finite",
        violation_error_code="not_finite",
        violation_error_message="Numbers have at most nine digits before the point.",
    ),
    CheckConstraint(
        condition=ordered("absolute_min", "absolute_max"),
        name="kpi_absolute_ordered",
        violation_error_message="“Impossible below” is above “impossible above”.",
    ),
    CheckConstraint(
        condition=ordered("normal_min", "normal_max"),
        name="kpi_normal_ordered",
        violation_error_message="The lowest normal value is above the highest.",
    ),
    CheckConstraint(
        condition=ordered("absolute_min", "normal_min") & ordered("normal_max", "absolute_max"),
        name="kpi_normal_possible",
        violation_error_message="The normal range leaves what is possible.",
    ),
    CheckConstraint(
        condition=ordered("normal_min", "optimal") & ordered("optimal", "normal_max"),
        name="kpi_optimal_normal",
        violation_error_message="The best value is outside the normal range.",
    ),
    CheckConstraint(condition=Q(status__in=["draft", "active", "deprecated"]), name="kpi_status_known"),
    CheckConstraint(
        condition=Q(alert_mode__in=["", "person", "cohort", "none"]), name="kpi_alert_mode_known"
    ),
    CheckConstraint(
        condition=above_zero("cohort_share", 100),
        name="kpi_cohort_share_possible",
        violation_error_code="alert_number",
        violation_error_message="A share of people is above 0 and at most 100 per cent.",
    ),
    CheckConstraint(
        condition=above_zero("noise_budget", MOST_ALERTS),
        name="kpi_noise_budget_possible",
        violation_error_code="alert_number",
        violation_error_message="A noise budget is above 0.",
    ),
    PlacedOnce("position", name="kpi_placed_once"),
)
