"""A small line in the list of KPIs: how each one went lately."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from contracts.evaluation import SECOND
from jobs.database_clock import database_clock
from kpis.admin.columns import COLUMNS, Column
from kpis.models import KPI
from telemetry.pages.access import may_see
from telemetry.pages.sparks import HEIGHT, WIDTH, Spark, sparks


def join() -> None:
    """Add the column; once, however often this is called."""
    if LATELY not in COLUMNS:
        COLUMNS.append(LATELY)


def _may_see(request: HttpRequest) -> bool:
    return may_see(request.user)


def _prepare(page: Sequence[KPI]) -> None:
    found = sparks([kpi.name for kpi in page], database_clock.micros() // SECOND * SECOND)
    for kpi in page:
        setattr(kpi, _SPARK, found.get(kpi.name))


@admin.display(description="lately")
def lately(kpi: KPI) -> SafeString:
    """The line; a dash for a KPI of which nothing was reported lately."""
    spark: Spark | None = getattr(kpi, _SPARK, None)
    if spark is None:
        return format_html('<span class="muted">{}</span>', "–")
    context = {"spark": spark, "width": WIDTH, "height": HEIGHT, "kpi": kpi.name, "symbol": kpi.unit.symbol}
    return render_to_string("admin/telemetry/spark.html", context)


_SPARK = "telemetry_spark"
LATELY = Column(_may_see, _prepare, lately)
