"""What the database itself refuses about a KPI, for whoever goes around ``clean()``."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from django.core.exceptions import FieldError
from django.db import DEFAULT_DB_ALIAS
from django.db.models import BooleanField, CheckConstraint, F, Model, Q, Value
from django.db.models.functions import Coalesce, Length
from django.db.models.lookups import LessThanOrEqual
from django.db.models.sql import Query
from django.db.models.sql.constants import SINGLE

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


def keeps_checks(row: Model, exclude: Collection[str] | None) -> bool:
    """Whether a row keeps every check of its table, in one query; False also where some of its fields are left out.

    Django asks of one check at a time, and each in a savepoint of its own: three queries for each of a dozen. As there,
    what is unknown (NULL) is kept.
    """
    checks = [rule.condition for rule in row._meta.constraints if isinstance(rule, CheckConstraint)]
    query = Query(None)  # as Q.check makes it: it is about no table
    for name, value in row._get_field_expression_map(meta=row._meta, exclude=exclude).items():  # type: ignore[attr-defined]  # not in the stubs
        expression = value if hasattr(value, "resolve_expression") else Value(value)
        query.add_annotation(expression, name, select=False)
    query.add_annotation(Value(1), "_check")
    try:
        query.add_q(Q(Coalesce(Q(*checks), True, output_field=BooleanField())))
    except FieldError:
        return False
    return query.get_compiler(using=DEFAULT_DB_ALIAS).execute_sql(SINGLE) is not None


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
